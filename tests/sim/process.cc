// SPDX-License-Identifier: Apache-2.0
// A simulated process: an engine that is started, crashes and starts again.
#include "tests/sim/process.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "tests/sim/outside.h"

namespace rowfall::tests {

Process::Process(World* world, int index)
    : world_(world),
      name_(base::Cat("process ", index)),
      catalog_(std::make_shared<SimulatedCatalog>(world->scenario.catalog)) {}

Process::~Process() = default;

void Process::Open() {
  life_ = std::make_shared<Life>();
  tables_ =
      std::make_shared<testing::FaultyTables>(WatchedTables(world_, life_));
  handler_ = std::make_shared<testing::RecordingRejectHandler>();
  function_faults_ = std::make_shared<FunctionFaults>();
  EngineOptions options;
  options.tables = MortalTables(world_, life_, tables_);
  options.catalog = MortalCatalog(life_, catalog_);
  options.rejects = WatchedHandler(world_, life_, handler_);
  options.functions = WatchedFunctions(world_, life_, function_faults_);
  options.source_factory = WatchedSources(world_, life_);
  options.clock = &world_->clock;
  options.threading = Threading::kHostThreads;
  options.random_seed = world_->scenario.seed + 1;
  options.suspend_timeout = absl::Minutes(10);  // Real time, as in Stop().
  options.log = [this](const LogEntry& entry) {
    world_->Trace(
        base::Cat("  ", entry.view, "/", entry.worker, ": ", entry.text));
    if (entry.level != LogLevel::kError) return;
    life_->reported.emplace(entry.view, entry.text);
  };
  auto engine = Engine::Open(std::move(options));
  if (!catalog_->problem().empty()) {
    return world_->views[0]->Problem(catalog_->problem());
  }
  if (!engine.ok()) {
    return world_->views[0]->Problem(base::Cat(
        name_, " does not open: ", base::FromAbsl(engine.status().message())));
  }
  engine_ = *std::move(engine);
}

absl::Status Process::Execute(const std::string& sql) {
  life_->must_fail.clear();
  const absl::Status status = engine_->Execute(sql).status();
  life_->must_fail.clear();
  world_->Trace(
      base::Cat(name_, ": ", sql, ": ", base::FromAbsl(status.ToString())));
  if (absl::IsInternal(status) && !life_->dead()) {
    world_->views[0]->Problem(
        base::Cat("'", sql, "' gave ", base::FromAbsl(status.ToString())));
  }
  if (life_->dead()) Crash();
  return status;
}

void Process::Turn(const std::string& view, int worker) {
  // A view that is not there, or has fewer workers, is none of our business.
  (void)engine_->RunOnce(view, worker, absl::ZeroDuration());
  if (life_->dead()) Crash();
}

void Process::Stop() {
  life_->Spare();
  // In real time, which must not decide on a machine that is busy.
  if (!engine_->Stop(absl::Minutes(10)).ok()) {
    world_->views[0]->Problem(base::Cat("I9: ", name_, " did not stop"));
  }
  engine_.reset();
}

void Process::Crash() {
  world_->Trace(base::Cat(name_, " crashes"));
  life_->Die();
  world_->FaultEverywhere();
  engine_.reset();
}

// No view shows as committed what is not.
void Process::CheckProgress(const ViewStatus& status, ViewOracle& view,
                            int number) {
  if (world_->commits_moved_back() || world_->logs_changed()) return;
  for (const PartitionStatus& shown : status.partitions) {
    const int64_t committed = world_->broker.Committed(
        world_->scenario.Group(number), shown.partition.topic,
        shown.partition.partition);
    if (shown.committed <= std::max<int64_t>(committed, 0)) continue;
    view.Problem(base::Cat(
        "I10: shows ", shown.committed, " of ", shown.partition.topic, "/",
        shown.partition.partition, " as committed, it is ", committed));
  }
}

void Process::CheckStatus() {
  for (const ViewStatus& status : engine_->Status()) {
    ViewOracle* view = world_->FindView(status.name);
    const int number = status.name.back() - '0';
    if (status.consumer_group != world_->scenario.Group(number)) {
      view->Problem(base::Cat("has group ", status.consumer_group));
    }
    const bool stands = status.state == ViewState::kBackoff ||
                        status.state == ViewState::kFailed;
    if (stands && status.reason.empty()) {
      view->Problem(base::Cat("I10: is ", ViewStateName(status.state),
                              " without a reason"));
    }
    CheckTooMany(status, *view);
    CheckGaps(status, *view);
    CheckProgress(status, *view, number);
  }
}

// A view that must not cross a gap stands, and says just which gap it is.
void Process::CheckGaps(const ViewStatus& status, ViewOracle& view) {
  const auto found = life_->must_fail.find(status.name);
  if (found == life_->must_fail.end()) return;
  if (status.state != ViewState::kFailed) {
    return view.Problem(
        base::Cat("I10: has met a gap and is ", ViewStateName(status.state)));
  }
  const auto is_in_reason = [&status](std::string_view text) {
    return status.reason.find(text) != status.reason.npos;
  };
  const bool is_gap =
      is_in_reason(" does not exist: ") || is_in_reason(" of another log: ");
  if (is_gap &&
      std::none_of(found->second.begin(), found->second.end(), is_in_reason)) {
    view.Problem(base::Cat("I10: says '", status.reason, "' instead of '",
                           found->second[0], "'"));
  }
}

// A view that fails by max_errors has seen more than that.
void Process::CheckTooMany(const ViewStatus& status, ViewOracle& view) {
  constexpr std::string_view kBegin = "Too many messages were rejected: ";
  constexpr std::string_view kMiddle = " of the last ";
  if (status.state != ViewState::kFailed ||
      !status.reason.starts_with(kBegin)) {
    return;
  }
  const size_t middle = status.reason.find(kMiddle);
  const int errors = std::stoi(status.reason.substr(kBegin.size()));
  const int seen = std::stoi(status.reason.substr(middle + kMiddle.size()));
  if (errors > world_->scenario.max_errors && errors <= seen &&
      seen <= world_->scenario.max_errors_window) {
    return;
  }
  view.Problem(base::Cat("fails below its max_errors: ", status.reason));
}

}  // namespace rowfall::tests
