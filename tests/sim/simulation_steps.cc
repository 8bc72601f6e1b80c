// SPDX-License-Identifier: Apache-2.0
// The steps of a schedule: what happens, and what goes wrong.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "tests/sim/simulation.h"

namespace rowfall::tests {

// --- Messages and turns ------------------------------------------------------

void Simulation::ProduceTo(int number, bool may_be_bad, int transaction) {
  Log& log = world_.logs[number];
  LogEntryFacts facts;
  testing::MemoryMessage message;
  const int64_t offset = log.size();
  const int kind = may_be_bad && scenario_.bad_messages ? random_.Below(12) : 9;
  const int num_rows = random_.OneIn(4) ? random_.Between(0, 4) : 1;
  std::string payload = num_rows == 1 ? "" : "[";
  for (int k = 0; k < num_rows; ++k) {
    LogEntryFacts::Row row;
    row.filtered = scenario_.filters && random_.OneIn(3);
    row.bad_expression = kind == 2 && !row.filtered;
    row.bad_value = kind == 3 && !row.filtered && random_.OneIn(2);
    row.value = random_.Below(1000);
    row.id = next_id_++;
    base::AppendCat(payload, k == 0 ? "" : ",", "{\"id\":", row.id,
                    ",\"p\":", number, ",\"o\":", offset, ",\"k\":", k,
                    ",\"keep\":", row.filtered ? 0 : 1, ",\"n\":\"",
                    row.bad_expression ? "x" : "", row.value, "\",\"m\":\"",
                    row.bad_value ? "y" : "", row.value, "\"}");
    facts.rows.push_back(row);
  }
  if (num_rows != 1) payload += "]";
  facts.unreadable = kind < 2;
  if (facts.unreadable) facts.rows.clear();
  if (kind == 1) payload += " {\"id\":";
  if (kind != 0) message.payload = payload;
  facts.payload = message.payload;
  facts.open = transaction;
  log.entries.push_back(facts);
  const auto& [topic, partition] = log.partition;
  if (transaction == 0) {
    world_.broker.Produce(topic, partition, message);
  } else {
    world_.broker.ProduceInTransaction(base::Cat(transaction), topic, partition,
                                       message);
  }
}

void Simulation::ProduceToAll() {
  for (int i = 0; i < world_.logs.size(); ++i) {
    if (world_.logs[i].is_present) ProduceTo(i, false);
  }
}

void Simulation::Produce() {
  const int log = AnyLog();
  const int count = random_.OneIn(5) ? 25 : random_.Between(1, 6);
  world_.Trace(base::Cat("  ", count, " to ",
                         world_.logs.Place(log, world_.logs[log].size())));
  for (int i = 0; i < count; ++i) ProduceTo(log, true);
}

void Simulation::Turns() {
  const int count = random_.OneIn(4) ? 20 : random_.Between(1, 6);
  for (int i = 0; i < count; ++i) {
    Process* process = AnyRunning();
    if (process == nullptr) continue;
    process->Turn(scenario_.ViewName(AnyView()), random_.Below(3));
  }
}

void Simulation::AddSteps() {
  Add(40, "Turns", [this] { Turns(); });
  Add(14, "Produce", [this] { Produce(); });
  Add(14, "Time goes on", [this] {
    world_.clock.Advance(absl::Milliseconds(
        random_.OneIn(3) ? random_.Below(30000) : random_.Below(400)));
  });
  Add(1, "The wall clock is set", [this] {
    world_.clock.SetWallTime(absl::FromUnixSeconds(random_.Below(2000000000)));
  });
  Add(1, "Markers", [this] {
    Log& log = world_.logs[AnyLog()];
    const int count = random_.Between(1, 4);
    LogEntryFacts gap;
    gap.gap = true;
    log.entries.insert(log.entries.end(), static_cast<size_t>(count), gap);
    world_.broker.Skip(log.partition.topic, log.partition.partition, count);
  });
  Add(1, "Rebalance", [this] { world_.broker.Rebalance(AnyGroup()); });
  Add(4, "A process starts", [this] {
    Process& process = AnyProcess();
    if (process.is_open()) return;
    process.Open();
    if (!process.is_open()) return;
    if (process.engine().Status().empty()) {
      CreateAll(process, scenario_.Options());
    }
  });
  Add(1, "A process stops", [this] {
    Process* process = AnyRunning();
    if (process != nullptr) process->Stop();
  });
  if (scenario_.adds_partitions) {
    Add(1, "Partitions are added", [this] { AddPartitions(); });
  }
  if (!scenario_.retention) return;
  Add(2, "Retention", [this] {
    const int number = AnyLog();
    const Log& log = world_.logs[number];
    const auto before = random_.Below(static_cast<int>(log.size()) + 1);
    world_.logs.Delete(number, 0, before);
    world_.broker.DeleteBefore(log.partition.topic, log.partition.partition,
                               before);
  });
}

void Simulation::AddPartitions() {
  constexpr int kMost = 12;
  int count = 0;
  for (int i = 0; i < world_.logs.size(); ++i) {
    count += world_.logs[i].is_present ? 1 : 0;
  }
  if (count >= kMost) return;
  int topic = random_.Below(scenario_.num_topics);
  // A topic that only the pattern knows.
  if (scenario_.by_pattern && random_.OneIn(2)) topic = scenario_.num_topics;
  world_.AddPartitions(Scenario::TopicName(topic), random_.Between(1, 2));
}

// --- Other logs --------------------------------------------------------------

void Simulation::AddOtherLogs() {
  if (scenario_.other_logs) {
    Add(3, "A log is cut", [this] { CutLog(); });
    Add(2, "A topic is made again", [this] { ReplaceTopic(); });
  }
  if (!scenario_.restores) return;
  Add(2, "A backup of a table is made", [this] { world_.BackUp(AnyView()); });
  Add(3, "A table is restored", [this] {
    // An engine that runs takes its table for what it made of it.
    for (const auto& process : processes_) {
      if (process->is_open()) process->Stop();
    }
    world_.Restore(AnyView());
  });
}

// Without most of it, or without the last few messages, and perhaps written
// anew at once.
void Simulation::CutLog() {
  const int former = AnyLog();
  const TopicPartition partition = world_.logs[former].partition;
  const int low = static_cast<int>(
      world_.broker.GetWatermarks(partition.topic, partition.partition).low);
  const int end = static_cast<int>(world_.logs[former].size());
  const int cut = random_.Between(
      random_.OneIn(2) ? std::max(low, end - 3) : std::min(low, end), end);
  world_.Trace(base::Cat("  ", world_.logs.Place(former, cut)));
  world_.CutLog(former, cut);
  const int log = world_.logs.Find(partition);
  for (int i = random_.OneIn(2) ? random_.Below(8) : 0; i > 0; --i) {
    ProduceTo(log, true);
  }
}

void Simulation::ReplaceTopic() {
  const std::string topic = world_.logs[AnyLog()].partition.topic;
  const bool unheard = random_.OneIn(2);
  world_.Trace(base::Cat("  ", topic, unheard ? ", unheard" : ""));
  if (random_.OneIn(6)) {
    world_.broker.SetClusterId(base::Cat("cluster", world_.step()));
  }
  world_.ReplaceTopic(topic, unheard);
  // As long as before, or longer, or not.
  for (int i = 0, log = 0; (log = world_.logs.Find(topic, i)) >= 0; ++i) {
    const int former =
        static_cast<int>(world_.logs[world_.logs[log].former].size());
    int count = random_.OneIn(3)   ? former + random_.Between(1, 12)
                : random_.OneIn(2) ? random_.Below(former + 3)
                                   : 0;
    for (; count > 0; --count) ProduceTo(log, true);
  }
}

// --- Transactions ------------------------------------------------------------

void Simulation::AddTransactions() {
  Add(6, "Transaction", [this] { Transaction(); });
  Add(4, "A transaction ends", [this] {
    if (open_transactions_.empty()) return;
    const int i = random_.Below(static_cast<int>(open_transactions_.size()));
    EndTransaction(open_transactions_[static_cast<size_t>(i)],
                   random_.OneIn(2));
  });
  Add(3, "isolation.level changes", [this] {
    if (random_.OneIn(2)) TurnIsolation();
    Process* process = AnyRunning();
    if (process != nullptr) CreateAnew(*process, scenario_.Options());
  });
}

// In one partition or two. Most are over soon: what is open holds up those who
// read what is committed.
void Simulation::Transaction() {
  constexpr size_t kMostOpen = 2;
  const int transaction = ++num_transactions_;
  open_transactions_.push_back(transaction);
  for (int i = random_.Between(1, 2); i > 0; --i) {
    const int log = AnyLog();
    const int count = random_.Between(1, 4);
    world_.Trace(base::Cat("  ", count, " to ",
                           world_.logs.Place(log, world_.logs[log].size())));
    for (int k = 0; k < count; ++k) ProduceTo(log, true, transaction);
  }
  const bool stays_open =
      random_.OneIn(3) && open_transactions_.size() <= kMostOpen;
  if (!stays_open) EndTransaction(transaction, random_.OneIn(3));
}

void Simulation::EndTransaction(int transaction, bool commits) {
  world_.Trace(base::Cat("  transaction ", transaction,
                         commits ? " is committed" : " is aborted"));
  std::erase(open_transactions_, transaction);
  LogEntryFacts marker;
  marker.gap = true;
  for (const int log : world_.logs.EndTransaction(transaction, commits)) {
    world_.logs[log].entries.push_back(marker);
  }
  const std::string name = base::Cat(transaction);
  if (commits) {
    world_.broker.CommitTransaction(name);
  } else {
    world_.broker.AbortTransaction(name);
  }
}

void Simulation::TurnIsolation() {
  isolation_ = isolation_ == Isolation::kReadCommitted
                   ? Isolation::kReadUncommitted
                   : Isolation::kReadCommitted;
}

// Processes follow one after the other, as an operator gets to them.
void Simulation::CreateAnew(Process& process, const SourceOptions& options) {
  (void)process.Execute("DROP SOURCE s");
  if (process.is_open()) CreateAll(process, options);
  if (process.is_open()) Mend(process, false);
}

void Simulation::AddStatements() {
  Add(3, "ALTER", [this] {
    Process* process = AnyRunning();
    if (process == nullptr) return;
    (void)process->Execute(base::Cat("ALTER MV ", scenario_.ViewName(AnyView()),
                                     " suspended=", random_.Below(2)));
  });
  Add(6, "The operator mends a process", [this] {
    Process* process = AnyRunning();
    if (process != nullptr) Mend(*process, false);
  });
  Add(1, "DROP SOURCE", [this] {
    Process* process = AnyRunning();
    if (process != nullptr) (void)process->Execute("DROP SOURCE s");
  });
  Add(2, "CREATE SOURCE", [this] {
    Process* process = AnyRunning();
    if (process == nullptr) return;
    SourceOptions options = scenario_.Options();
    options.num_consumers = random_.Between(1, 3);
    options.isolation = isolation_;
    (void)process->Execute(scenario_.CreateSource(options));
  });
  Add(1, "DROP and CREATE MV", [this] {
    Process* process = AnyRunning();
    if (process == nullptr) return;
    // Others may be missing, too, until the operator mends the process.
    const int view = AnyView();
    const int other = random_.Below(2) == 0 ? AnyView() : view;
    for (const int dropped : {view, other}) {
      if (!process->is_open()) return;
      (void)process->Execute(
          base::Cat("DROP MV IF EXISTS ", scenario_.ViewName(dropped)));
    }
    if (process->is_open()) {
      (void)process->Execute(scenario_.CreateView(view));
    }
  });
}

// --- Faults ------------------------------------------------------------------

absl::Status Simulation::AnyStatus() {
  switch (random_.Below(6)) {
    case 0:
      return absl::DeadlineExceededError("Too slow");
    case 1:
      return absl::AbortedError("Taken away");
    case 2:
      return absl::FailedPreconditionError("Not in this state");
    default:
      return absl::UnavailableError("Down");
  }
}

void Simulation::AddSinkFaults() {
  const auto add = [this](bool may, int weight, const char* name, auto fault) {
    if (!may) return;
    Add(weight, name, [this, fault] {
      Process& process = AnyProcess();
      if (process.is_open()) fault(process);
    });
  };
  const bool sink = scenario_.sink_faults;
  add(sink, 3, "Writes fail", [this](Process& process) {
    process.tables().Return(AnyStatus(), random_.Between(1, 3));
  });
  // So long that the consumers are paused meanwhile.
  add(sink, 1, "Writes fail for long", [this](Process& process) {
    process.tables().Return(absl::UnavailableError("Down for long"),
                            random_.Between(5, 12));
  });
  add(sink, 3, "Answers of writes get lost", [this](Process& process) {
    process.tables().ApplyThenReturn(
        random_.OneIn(3) ? AnyStatus() : absl::UnavailableError("No answer"),
        random_.Between(1, 2));
  });
  add(sink, 1, "A write goes well first", [this](Process& process) {
    process.tables().Pass(random_.Between(1, 4));
  });
  add(sink, 1, "A write throws",
      [](Process& process) { process.tables().Throw("thrown"); });
  add(sink, 1, "A row is refused that is not there",
      [](Process& process) { process.tables().RefuseMissingRow(); });
  add(sink, 1, "Tables do not open", [this](Process& process) {
    process.tables().FailOpen(AnyStatus(), random_.Between(1, 3));
  });
  add(sink, 1, "Positions cannot be loaded", [this](Process& process) {
    process.tables().FailLoadPositions(AnyStatus(), random_.Between(1, 3));
  });
  add(scenario_.refusals, 4, "Rows are refused", [this](Process& process) {
    const int divisor = random_.Between(2, 9);
    const auto rule = [divisor](const Batch& batch, size_t row) {
      const Value id = batch.FindColumn("id")->ValueAt(row);
      return std::get<int64_t>(id) % divisor == 1 ? std::string("Not wanted")
                                                  : std::string();
    };
    if (random_.OneIn(3)) {
      process.tables().RefuseRows(nullptr);
    } else if (scenario_.traits.keeps_positions || random_.OneIn(2)) {
      process.tables().RefuseRows(rule, "id");
    } else {
      process.tables().RefuseBatchesWith(rule);
    }
  });
  add(scenario_.handler_faults, 3, "Dead letters fail",
      [this](Process& process) {
        if (random_.OneIn(4)) return process.handler().Throw("thrown");
        process.handler().Return(AnyStatus(), random_.Between(1, 4));
      });
}

void Simulation::AddFunctionFaults() {
  const auto add = [this](int weight, const char* name, auto status) {
    Add(weight, name, [this, status] {
      Process& process = AnyProcess();
      if (!process.is_open()) return;
      process.function_faults() = {.calls_before = random_.Between(0, 12),
                                   .times = random_.Between(1, 6),
                                   .status = status()};
    });
  };
  add(3, "A function is unavailable", [this] {
    switch (random_.Below(5)) {
      case 0:
        return absl::DeadlineExceededError("Too slow");
      case 1:
        return absl::AbortedError("Begin anew");
      case 2:
        return absl::ResourceExhaustedError("Too many calls");
      default:
        return absl::UnavailableError("Down");
    }
  });
  add(2, "A function finds no memory", [this] {
    return random_.OneIn(3) ? absl::ResourceExhaustedError("Out of memory")
                            : absl::OkStatus();
  });
}

void Simulation::AddBrokerFaults() {
  Add(3, "Partitions get lost", [this] {
    const int view = AnyView();
    world_.LoseUnheard(view);
    world_.broker.LosePartitions(scenario_.Group(view));
  });
  Add(2, "Rebalance again", [this] { world_.broker.Rebalance(AnyGroup()); });
  Add(2, "Trouble", [this] {
    const int view = AnyView();
    world_.LoseUnheard(view);
    world_.broker.Trouble(scenario_.Group(view), AnyStatus());
  });
  Add(2, "The broker is out of reach", [this] {
    world_.reachable = false;
    world_.broker.SetReachable(false);
  });
  Add(4, "The broker is there", [this] {
    world_.reachable = true;
    world_.broker.SetReachable(true);
  });
  Add(1, "Consumers cannot be made", [this] {
    world_.broker.FailSources(AnyStatus(), random_.Between(1, 3));
  });
  Add(1, "A process freezes", [this] {
    AnyProcess().FreezeUntil(world_.step() + random_.Between(5, 40));
  });
}

void Simulation::AddCommitFaults() {
  Add(3, "Commits fail", [this] {
    world_.broker.FailCommits(AnyGroup(), AnyStatus(), random_.Between(1, 4));
  });
  Add(2, "Commits are held", [this] {
    commits_are_held_ = true;
    world_.broker.HoldCommits();
  });
  Add(2, "Commits are released", [this] {
    world_.ReleaseCommits();
    commits_are_held_ = false;
  });
  Add(4, "Commits of a process get lost, or no longer", [this] {
    Process& process = AnyProcess();
    if (!process.is_open()) return;
    Life& life = process.life();
    const bool begins = random_.OneIn(2);
    life.loses_commits = begins && random_.OneIn(2);
    life.loses_answers = begins && !life.loses_commits;
    life.delays_answers = !begins && random_.OneIn(2);
    life.partial_commits = random_.Below(5);
  });
}

void Simulation::AddCrashes() {
  Add(1, "A process crashes", [this] {
    Process& process = AnyProcess();
    if (process.is_open()) process.Crash();
  });
  Add(3, "A process will crash in a call", [this] {
    Process& process = AnyProcess();
    if (!process.is_open()) return;
    process.life().DieIn(random_.Between(1, 30), random_.OneIn(2));
  });
  Add(3, "Sessions of dead processes expire",
      [this] { world_.zombies.clear(); });
}

}  // namespace rowfall::tests
