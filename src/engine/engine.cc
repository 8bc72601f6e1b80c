// SPDX-License-Identifier: Apache-2.0
// Opening and looking at an engine; its views' starts.
#include "rowfall/engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "base/guard.h"
#include "base/host_call.h"
#include "base/status.h"
#include "base/text.h"
#include "base/trouble.h"
#include "engine/engine_impl.h"

namespace rowfall {

using engine::SourceObject;
using engine::ViewObject;
using engine::ViewRunner;
using engine::ViewSpec;

namespace {

// What hosts and brokers say goes out as one line that no terminal obeys.
absl::Status Shown(const absl::Status& status) {
  if (status.ok()) return status;
  absl::Status shown(
      status.code(),
      base::ToAbsl(base::EscapeControl(base::FromAbsl(status.message()))));
  status.ForEachPayload([&shown](auto url, const absl::Cord& payload) {
    shown.SetPayload(url, payload);
  });
  return shown;
}

void EscapeAll(ViewStatus& status) {
  const auto escape = [](std::string& text) {
    text = base::EscapeControl(text);
  };
  escape(status.reason);
  escape(status.last_error);
  for (ErrorStatus& error : status.errors) escape(error.example);
  for (ColumnErrors& column : status.column_errors) {
    escape(column.column);
    escape(column.example);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  return base::Guarded([&]() -> absl::StatusOr<std::unique_ptr<Engine>> {
    // Not for the environment: a worker that is left behind would keep it.
    auto catalog = std::exchange(options.catalog, nullptr);
    if (catalog == nullptr) catalog = std::make_shared<MemoryCatalog>();
    ROWFALL_ASSIGN_OR_RETURN(auto env,
                             engine::Environment::Make(std::move(options)));
    auto impl = std::make_shared<Impl>(std::move(env), std::move(catalog));
    // The first, so that views that run are stopped where a later one throws.
    std::unique_ptr<Engine> engine(new Engine(std::move(impl)));
    ROWFALL_RETURN_IF_ERROR(Shown(engine->impl_->Open()));
    return engine;
  });
}

Engine::Engine(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Engine::~Engine() {
  if (impl_->CheckProcess().ok()) {
    if (!impl_->HasEnded() &&
        absl::IsResourceExhausted(Stop(absl::Seconds(30)))) {
      impl_->StopInPlace();
    }
    return;
  }
  // Nothing of it can be ended in this process: it is left as it is.
  new std::shared_ptr<Impl>(std::move(impl_));
}

absl::StatusOr<Result> Engine::Execute(std::string_view sql) {
  return base::Guarded([&]() -> absl::StatusOr<Result> {
    ROWFALL_RETURN_IF_ERROR(impl_->CheckProcess());
    auto result = impl_->Execute(sql);
    if (!result.ok()) return Shown(result.status());
    return result;
  });
}

std::vector<ViewStatus> Engine::Status() const {
  auto status = base::Guarded([&]() -> absl::StatusOr<std::vector<ViewStatus>> {
    ROWFALL_RETURN_IF_ERROR(impl_->CheckProcess());
    return impl_->Status();
  });
  return status.ok() ? *std::move(status) : std::vector<ViewStatus>();
}

absl::StatusOr<bool> Engine::RunOnce(std::string_view view, int worker,
                                     absl::Duration budget) {
  return base::Guarded([&]() -> absl::StatusOr<bool> {
    ROWFALL_RETURN_IF_ERROR(impl_->CheckProcess());
    return impl_->RunOnce(view, worker, budget);
  });
}

absl::Status Engine::Stop(absl::Duration timeout) {
  return base::Guarded([&] {
    const absl::Status own = impl_->CheckProcess();
    return own.ok() ? Shown(impl_->Stop(timeout)) : own;
  });
}

absl::Status Engine::Impl::CheckProcess() const {
  if (process_ == ::getpid()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "The engine belongs to the process that opened it, this one was forked "
      "from it");
}

absl::Status Engine::Impl::Open() {
  ROWFALL_RETURN_IF_ERROR(claim_.Take());
  ROWFALL_ASSIGN_OR_RETURN(
      const CatalogState state,
      base::CallHost("The catalog", [this] { return catalog_->Load(); }));
  ROWFALL_ASSIGN_OR_RETURN(engine::Objects objects,
                           engine::ReadCatalog(state, env_->options()));
  sources_ = std::move(objects.sources);
  views_ = std::move(objects.views);
  std::map<std::string, absl::StatusOr<std::shared_ptr<const ViewSpec>>> specs;
  std::vector<std::string> guarded;
  for (const auto& [name, view] : views_) {
    if (view.definition.suspended) continue;
    const auto& spec = specs.emplace(name, Rebind(view)).first->second;
    if (spec.ok() && (*spec)->source.max_crashes > 0) guarded.push_back(name);
  }
  NoteStarts(state, guarded);
  for (const auto& [name, spec] : specs) {
    auto made = spec.ok() ? MakeRunning(name, *spec) : spec.status();
    if (made.ok()) {
      Launch(*made);
      continue;
    }
    // Visible as a failed view; ALTER suspended=1 and =0 try again.
    env_->Log(LogLevel::kError, name, -1,
              base::FromAbsl(made.status().message()));
    running_[name] = WaitForStart(made.status(), absl::ZeroDuration());
  }
  return StartStarter();
}

void Engine::Impl::NoteStarts(const CatalogState& state,
                              const std::vector<std::string>& views) {
  writer_->Begin(state);
  const absl::Status noted = writer_->Note([&](ViewDefinition& view) {
    if (std::find(views.begin(), views.end(), view.name) == views.end()) {
      return false;
    }
    engine::CountStart(view.crash);
    return true;
  });
  if (noted.ok()) return;
  env_->Log(LogLevel::kError, "", -1,
            base::Cat("A note against crash loops was not stored: ",
                      base::FromAbsl(noted.message())));
}

void Engine::Impl::NoteStop(absl::Duration timeout) {
  const absl::Status noted = base::Guarded([&] {
    return writer_->Note(
        [](ViewDefinition& view) { return engine::CountStop(view.crash); },
        timeout);
  });
  writer_->Close();
  if (noted.ok()) return;
  env_->Log(LogLevel::kWarning, "", -1,
            base::Cat("A note against crash loops was not stored, this stop "
                      "counts as a death: ",
                      base::FromAbsl(noted.message())));
}

absl::StatusOr<std::shared_ptr<const ViewSpec>> Engine::Impl::Bind(
    const ViewObject& view) const {
  const auto source = sources_.find(view.statement.select.from);
  if (source == sources_.end()) {
    return absl::FailedPreconditionError(
        base::Cat("Source not found: '", view.statement.select.from,
                  "' of view '", view.definition.name, "'; create it first"));
  }
  ROWFALL_RETURN_IF_ERROR(source->second.error);
  return engine::BindView(view, source->second, env_);
}

absl::StatusOr<std::shared_ptr<const ViewSpec>> Engine::Impl::Rebind(
    const ViewObject& view) const {
  auto spec = Bind(view);
  if (spec.ok() || !ErrorPlace(spec.status()).has_value() ||
      base::MayPass(spec.status())) {
    return spec;
  }
  std::string_view text = base::FromAbsl(spec.status().message());
  text = text.substr(0, text.rfind(" [at "));
  return absl::FailedPreconditionError(
      base::Cat("View '", view.definition.name, "' of source '",
                view.statement.select.from, "' does not fit any more: ", text));
}

absl::Status Engine::Impl::CheckConsumers(const ViewSpec& spec) const {
  size_t running = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [name, view] : running_) {
      if (view.runner != nullptr) running += view.runner->NumRunning();
    }
    for (const ViewRun& left : left_behind_) {
      running += left.runner->NumRunning();
    }
  }
  const auto limit = static_cast<size_t>(env_->options().max_consumers);
  const auto more = static_cast<size_t>(spec.source.num_consumers);
  if (running + more <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(base::Cat(
      "View '", spec.name, "' needs ", more, " consumers, but ", running,
      " run already and the host allows ", limit, " (max_consumers)"));
}

absl::StatusOr<Engine::Impl::RunningViews> Engine::Impl::MakeRunning(
    const std::string& name, std::shared_ptr<const ViewSpec> spec) const {
  ROWFALL_RETURN_IF_ERROR(CheckConsumers(*spec));
  auto guard = std::make_shared<engine::CrashGuard>(spec, writer_);
  ROWFALL_ASSIGN_OR_RETURN(std::shared_ptr<ViewRunner> runner,
                           ViewRunner::Make(std::move(spec), std::move(guard)));
  RunningViews running;
  running.emplace(name, Running{std::move(runner), absl::OkStatus()});
  return running;
}

bool Engine::Impl::Launch(RunningViews& views) {
  if (stopped()) return false;  // Stop() would not know of them.
  for (auto& [name, view] : views) {
    running_.erase(name);
    view.runner->Run();
  }
  running_.merge(views);
  return true;
}

absl::Status Engine::Impl::Store(const engine::Sources& sources,
                                 const engine::Views& views) {
  return writer_->Store(engine::WriteCatalog(sources, views));
}

void Engine::Impl::Restore() {
  const absl::Status stored =
      base::Guarded([this] { return Store(sources_, views_); });
  if (stored.ok()) return;
  env_->Log(LogLevel::kError, "", -1,
            base::Cat("The catalog holds a statement that failed, until the "
                      "next one is stored: ",
                      base::FromAbsl(stored.message())));
}

ViewStatus Engine::Impl::StatusOf(const ViewObject& view) const {
  ViewStatus status = RawStatusOf(view);
  EscapeAll(status);
  return status;
}

ViewStatus Engine::Impl::RawStatusOf(const ViewObject& view) const {
  ViewStatus status;
  const auto ended = ended_.find(view.definition.name);
  if (ended != ended_.end()) status = ended->second;
  status.state = ViewState::kSuspended;
  status.reason.clear();
  status.next_attempt = absl::ZeroDuration();
  status.name = view.definition.name;
  status.source = view.statement.select.from;
  status.table = view.statement.table;
  status.consumer_group = view.definition.consumer_group;
  const auto running = running_.find(view.definition.name);
  CountLeftBehind(status);
  if (running == running_.end()) {
    if (!view.definition.suspended) status.state = ViewState::kStopped;
    return status;
  }
  if (running->second.runner == nullptr) {
    const auto& next_attempt = running->second.next_attempt;
    status.state =
        next_attempt.has_value() ? ViewState::kBackoff : ViewState::kFailed;
    status.reason = base::FromAbsl(running->second.start_error.message());
    status.last_error = status.reason;
    status.next_attempt = std::max(
        next_attempt.value_or(absl::ZeroDuration()) - env_->clock().Monotonic(),
        absl::ZeroDuration());
    return status;
  }
  status.partitions.clear();
  engine::ReadBoard(running->second.runner->board(), env_->clock().Monotonic(),
                    status);
  if (status.reason.empty()) {
    status.reason = running->second.runner->guard().Reason();
  }
  return status;
}

std::vector<ViewStatus> Engine::Impl::Status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<ViewStatus> statuses;
  for (const auto& [name, view] : views_) statuses.push_back(StatusOf(view));
  AddDroppedViews(statuses);
  return statuses;
}

absl::StatusOr<bool> Engine::Impl::RunOnce(std::string_view view, int worker,
                                           absl::Duration budget) {
  if (env_->options().threading != Threading::kHostThreads) {
    return absl::FailedPreconditionError(
        "RunOnce() needs EngineOptions::threading = kHostThreads");
  }
  std::shared_ptr<ViewRunner> runner;
  bool waits = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find(view);
    if (found != running_.end()) {
      runner = found->second.runner;
      waits = found->second.next_attempt.has_value();
    }
  }
  if (waits && worker == 0) return StartLate(std::string(view));
  if (runner == nullptr) {
    return absl::NotFoundError(
        base::Cat("No running view: ", base::Quote(view)));
  }
  return runner->RunOnce(worker, budget);
}

}  // namespace rowfall
