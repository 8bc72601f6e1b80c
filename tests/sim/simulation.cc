// SPDX-License-Identifier: Apache-2.0
// One run: a random schedule of steps, then healing, then the last checks.
#include "tests/sim/simulation.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rowfall::tests {

SimOutcome Simulate(uint64_t seed, Tracing tracing) {
  return Simulation(Scenario::FromSeed(seed), tracing).Run();
}

Simulation::Simulation(const Scenario& scenario, Tracing tracing)
    : scenario_(scenario), world_(scenario), random_(scenario.seed + 2) {
  if (tracing == Tracing::kOn) world_.KeepTrace();
  for (int i = 0; i < scenario_.num_processes; ++i) {
    processes_.push_back(std::make_unique<Process>(&world_, i));
  }
  AddSteps();
  AddStatements();
  if (scenario_.sink_faults || scenario_.refusals || scenario_.handler_faults) {
    AddSinkFaults();
  }
  if (scenario_.function_faults) AddFunctionFaults();
  if (scenario_.broker_faults) AddBrokerFaults();
  if (scenario_.commit_faults) AddCommitFaults();
  if (scenario_.crashes) AddCrashes();
  AddOtherLogs();
  if (scenario_.transactions) AddTransactions();
}

SimOutcome Simulation::Run() {
  world_.Trace(scenario_.ToString());
  processes_[0]->Open();
  CreateAll(*processes_[0], scenario_.Options());
  for (int i = 1; i <= scenario_.num_steps && !failed(); ++i) {
    world_.BeginStep(i);
    Step();
    AfterStep();
  }
  if (!failed() && scenario_.endless_fault) RecoverBesideAFault();
  if (!failed()) Heal();
  if (!failed()) CheckEnd();
  SimOutcome outcome;
  outcome.problems = problems_;
  outcome.trace = world_.trace();
  for (const auto& view : world_.views) {
    outcome.rows_written += view->num_rows_written();
    outcome.duplicates += view->num_duplicates();
  }
  return outcome;
}

void Simulation::Step() {
  int chosen = random_.Below(weights_);
  for (const Action& action : actions_) {
    chosen -= action.weight;
    if (chosen >= 0) continue;
    world_.Trace(action.name);
    return action.run();
  }
}

void Simulation::AfterStep() {
  bool loses = commits_are_held_;
  for (const auto& process : processes_) {
    if (!process->is_open()) continue;
    loses |= process->life().loses_anything();
    process->CheckStatus();
  }
  if (loses) world_.FaultEverywhere();
  world_.KeepFaultsOpen();
  world_.CheckCommitted();
  problems_ = world_.Problems();
}

Process& Simulation::AnyProcess() {
  return *processes_[static_cast<size_t>(
      random_.Below(scenario_.num_processes))];
}

int Simulation::AnyLog() {
  int log = random_.Below(world_.logs.size());
  while (!world_.logs[log].is_present) {
    log = random_.Below(world_.logs.size());
  }
  return log;
}

Process* Simulation::AnyRunning() {
  Process& process = AnyProcess();
  return process.runs() ? &process : nullptr;
}

// --- Healing -----------------------------------------------------------------

void Simulation::EndAllFaults() {
  world_.BeginStep(world_.step() + 1);
  world_.Trace("All faults end");
  commits_are_held_ = false;
  world_.ReleaseCommits();
  world_.broker.EndFaults();
  world_.reachable = true;
  world_.zombies.clear();
  while (!open_transactions_.empty()) {
    EndTransaction(open_transactions_.back(), random_.OneIn(2));
  }
  for (const auto& process : processes_) {
    process->FreezeUntil(0);
    if (!process->is_open()) process->Open();
    if (!process->is_open()) continue;
    process->tables().EndFaults();
    process->handler().EndFaults();
    process->function_faults() = {};
    Life& life = process->life();
    life.Spare();
    life.loses_commits = life.loses_answers = life.delays_answers = false;
  }
}

void Simulation::RecoverBesideAFault() {
  constexpr int kRounds = 150;
  EndAllFaults();
  world_.Trace("but one");
  world_.without_table = world_.views[1].get();
  ProduceToAll();
  bool healthy = false;
  for (int round = 0; round < kRounds && !healthy && !failed(); ++round) {
    world_.BeginStep(world_.step() + 1);
    if (round == 3 && world_.commits_moved_back()) ProduceToAll();
    for (const auto& process : processes_) Mend(*process, round > 6);
    TurnAll();
    AfterStep();
    healthy = round > 6 && IsHealthy(0);
  }
  if (!healthy && !failed()) {
    problems_.push_back("I9: does not recover beside a table that is away");
  }
  world_.without_table = nullptr;
}

void Simulation::Heal() {
  constexpr int kRounds = 150;
  EndAllFaults();
  for (int round = 0; round < kRounds && !failed(); ++round) {
    world_.BeginStep(world_.step() + 1);
    // The owner of an offset that a late commit moved back commits again when
    // there are new messages.
    if (round == 3 && world_.commits_moved_back()) {
      ProduceToAll();
    }
    for (const auto& process : processes_) Mend(*process, round > 6);
    TurnAll();
    AfterStep();
    if (round > 6 && IsHealthy()) return;
  }
  if (failed()) return;
  for (const auto& view : world_.views) view->CheckAllAccountedFor();
  problems_ = world_.Problems();
  std::string text = "I9: does not recover:";
  for (const auto& process : processes_) {
    for (const ViewStatus& view : process->engine().Status()) {
      base::AppendCat(text, " ", view.name, " ", ViewStateName(view.state), " ",
                      view.reason, " / ", view.last_error);
      for (const PartitionStatus& part : view.partitions) {
        base::AppendCat(text, ", ", part.partition.topic, "/",
                        part.partition.partition, " at ", part.position,
                        " committed ", part.committed, " end ", part.end,
                        " lag ", part.lag);
      }
    }
  }
  problems_.push_back(text);
}

SourceOptions Simulation::LenientOptions() const {
  SourceOptions options = scenario_.Options();
  if (options.on_error == OnError::kStop) options.on_error = OnError::kSkip;
  options.limits_errors = false;
  if (options.on_gap == OnGap::kFail) {
    options.on_gap =
        scenario_.seed % 2 == 0 ? OnGap::kEarliest : OnGap::kLatest;
  }
  return options;
}

// Does what an operator would do.
void Simulation::Mend(Process& process, bool is_lenient) {
  bool all_there = true;
  for (int view = 0; view < scenario_.num_views; ++view) {
    bool found = false;
    for (const ViewStatus& status : process.engine().Status()) {
      found |= status.name == scenario_.ViewName(view);
    }
    all_there &= found;
  }
  if (!all_there || !process.engine().Execute("SHOW SOURCE s").ok()) {
    if (is_lenient && scenario_.on_error == OnError::kStop) {
      for (const auto& view : world_.views) view->SkipsFromNowOn();
    }
    CreateAll(process, is_lenient ? LenientOptions() : scenario_.Options());
  }
  if (!process.is_open()) return;
  for (const ViewStatus& status : process.engine().Status()) {
    if (!process.is_open()) return;
    const std::string alter =
        base::Cat("ALTER MV ", status.name, " suspended=");
    if (status.state == ViewState::kFailed) {
      if (is_lenient && LenientOptions() != scenario_.Options()) {
        if (scenario_.on_error == OnError::kStop) {
          for (const auto& view : world_.views) view->SkipsFromNowOn();
        }
        (void)process.Execute("DROP SOURCE s");
        return CreateAll(process, LenientOptions());
      }
      (void)process.Execute(alter + "1");
      if (process.is_open()) (void)process.Execute(alter + "0");
    } else if (status.state == ViewState::kSuspended) {
      (void)process.Execute(alter + "0");
    }
  }
}

void Simulation::CreateAll(Process& process, const SourceOptions& options) {
  SourceOptions chosen = options;
  chosen.isolation = isolation_;
  (void)process.Execute(scenario_.CreateSource(chosen));
  // Each time in another order, so that processes differ.
  ++first_view_;
  for (int i = 0; i < scenario_.num_views && process.is_open(); ++i) {
    const int view = (first_view_ + i) % scenario_.num_views;
    (void)process.Execute(scenario_.CreateView(view));
  }
}

void Simulation::TurnAll() {
  for (int turn = 0; turn < 12; ++turn) {
    for (const auto& process : processes_) {
      for (int view = 0; view < scenario_.num_views; ++view) {
        for (int worker = 0; worker < 3; ++worker) {
          process->Turn(scenario_.ViewName(view), worker);
        }
      }
    }
  }
  world_.clock.Advance(absl::Milliseconds(1500));
}

// A view whose log may prove to be another one is not, though it runs; what is
// committed may be that of the log before.
bool Simulation::IsHealthy() const {
  if (world_.AnyLogInDoubt()) return false;
  for (int view = 0; view < scenario_.num_views; ++view) {
    if (!IsHealthy(view)) return false;
  }
  return true;
}

bool Simulation::IsHealthy(int view) const {
  if (!world_.views[static_cast<size_t>(view)]->NotAccountedFor().empty()) {
    return false;
  }
  for (int i = 0; i < world_.logs.size(); ++i) {
    if (!IsCommitted(view, i)) return false;
  }
  for (const auto& process : processes_) {
    for (const ViewStatus& status : process->engine().Status()) {
      if (status.name == scenario_.ViewName(view) &&
          status.state != ViewState::kRunning) {
        return false;
      }
    }
  }
  return true;
}

// Whether all of a partition is committed. Where there is no message, nothing
// need be.
bool Simulation::IsCommitted(int view, int log) const {
  const Log& facts = world_.logs[log];
  if (!facts.is_read || !facts.is_present) return true;
  const int64_t committed = world_.broker.Committed(
      scenario_.Group(view), facts.partition.topic, facts.partition.partition);
  if (committed == facts.size()) return true;
  return committed < 0 &&
         world_.views[static_cast<size_t>(view)]->OwesNothing(log);
}

// Whether a view owes all that was ever produced.
bool Simulation::OwesAll() const {
  return !scenario_.from_latest && !scenario_.retention &&
         !scenario_.transactions && !world_.logs_changed();
}

void Simulation::CheckTotals(int view) {
  int64_t count = 0, sum = 0;
  for (int i = 0; i < world_.logs.size(); ++i) {
    if (!world_.logs[i].is_read) continue;
    for (const LogEntryFacts& message : world_.logs[i].entries) {
      for (const LogEntryFacts::Row& row : message.rows) {
        if (row.filtered ||
            world_.views[static_cast<size_t>(view)]->GivesUp(row)) {
          continue;
        }
        ++count;
        sum += row.value;
      }
    }
  }
  int64_t written = 0, written_sum = 0;
  for (const auto& row :
       world_.tables->Find(scenario_.TableName(view))->rows()) {
    written += std::get<int64_t>(row[2]);
    written_sum += std::get<int64_t>(row[4]);
  }
  const bool once = scenario_.traits.keeps_positions;
  if (once ? written == count && written_sum == sum
           : written >= count && written_sum >= sum) {
    return;
  }
  problems_.push_back(base::Cat("I6: counted ", written, " and summed up ",
                                written_sum, ", instead of ", count, " and ",
                                sum));
}

// Some time without a message, longer than a broker keeps what is committed
// where nobody is a member; what runs has committed it again meanwhile.
void Simulation::BeQuiet() {
  world_.Trace("Offsets expire");
  world_.broker.ExpireOffsets();
  for (int round = 0; round < 4 && !failed(); ++round) {
    world_.BeginStep(world_.step() + 1);
    world_.clock.Advance(absl::Minutes(15));
    TurnAll();
    AfterStep();
  }
  world_.broker.ExpireOffsets();
  if (failed() || IsHealthy()) return;
  problems_.push_back("I9: what was committed was left to expire");
}

// Everything is accounted for, and what comes now is written once, also where
// isolation.level changes.
void Simulation::CheckEnd() {
  for (const auto& view : world_.views) view->CheckAllAccountedFor();
  for (const auto& view : world_.views) view->ForgetFaults();
  ProduceToAll();
  if (scenario_.transactions) {
    TurnIsolation();
    for (const auto& process : processes_) {
      CreateAnew(*process, LenientOptions());
    }
  }
  processes_[0]->Stop();
  processes_[0]->Open();
  bool healthy = false;
  for (int round = 0; round < 40 && !healthy && !failed(); ++round) {
    world_.BeginStep(world_.step() + 1);
    TurnAll();
    AfterStep();
    healthy = IsHealthy();
  }
  if (!healthy) problems_.push_back("I9: does not go on after a restart");
  if (!failed()) BeQuiet();
  for (const auto& view : world_.views) view->CheckAllAccountedFor();
  for (int view = 0; view < scenario_.num_views; ++view) {
    if (scenario_.grouped && OwesAll()) CheckTotals(view);
  }
  for (const auto& process : processes_) process->Stop();
  world_.CheckCommitted();
  const auto problems = world_.Problems();
  problems_.insert(problems_.end(), problems.begin(), problems.end());
}

}  // namespace rowfall::tests
