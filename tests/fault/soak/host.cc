// SPDX-License-Identifier: Apache-2.0
// Statements of the soak; what may fail under faults and what may not.
#include "host.h"

#include <utility>

#include "rowfall/catalog.h"

namespace rowfall::soak {

Host::Host(std::string name, EngineOptions options, std::string catalog_file,
           std::string create_source, std::string create_view,
           Findings findings)
    : name_(std::move(name)),
      options_(std::move(options)),
      catalog_file_(std::move(catalog_file)),
      create_source_(std::move(create_source)),
      create_view_(std::move(create_view)),
      findings_(std::move(findings)) {}

std::shared_ptr<Engine> Host::engine() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return engine_;
}

void Host::Open() {
  if (is_open()) return;
  EngineOptions options = options_;
  if (!catalog_file_.empty()) {
    auto catalog = FileCatalog::Open(catalog_file_);
    if (!catalog.ok()) {
      return findings_(name_ + ": " + catalog.status().ToString());
    }
    options.catalog = *std::move(catalog);
  }
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) {
    return findings_(name_ + ": Open: " + engine.status().ToString());
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    engine_ = *std::move(engine);
  }
  Execute(create_source_);
  Execute(create_view_);
}

void Host::Close() {
  std::shared_ptr<Engine> engine;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    engine = std::move(engine_);
  }
  if (engine == nullptr) return;
  const absl::Status stopped = engine->Stop();
  if (!stopped.ok()) findings_(name_ + ": Stop: " + stopped.ToString());
}

void Host::Execute(const std::string& sql) {
  const auto current = engine();
  if (current == nullptr) return;
  const auto result = current->Execute(sql);
  if (!result.ok()) {
    findings_(name_ + ": " + sql.substr(0, 40) + ": " +
              result.status().ToString());
  }
}

void Host::RecreateView() {
  Execute("DROP MV v");
  Execute(create_view_);
}

void Host::RecreateSource() {
  Execute("DROP SOURCE s");
  Execute(create_source_);
  Execute("ALTER MV v suspended=0");
}

ViewStatus Host::Status() const {
  const auto current = engine();
  if (current == nullptr) return {};
  auto views = current->Status();
  return views.empty() ? ViewStatus() : views[0];
}

void Host::CureFailure() {
  const ViewStatus status = Status();
  if (status.state != ViewState::kFailed) return;
  findings_(name_ + ": the view failed: " + status.reason);
  Suspend();
  Resume();
}

}  // namespace rowfall::soak
