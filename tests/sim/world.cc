// SPDX-License-Identifier: Apache-2.0
// What the processes of a simulation share.
#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rowfall::tests {
namespace {

Schema TableSchema() {
  std::vector<Field> fields;
  for (const char* name : {"id", "p", "o", "k", "n", "m"}) {
    Field field;
    field.name = name;
    field.type = std::string_view("pkm").find(name) != std::string_view::npos
                     ? Type::kInt
                     : Type::kBigint;
    fields.push_back(field);
  }
  return Schema(std::move(fields));
}

}  // namespace

World::World(const Scenario& chosen)
    : scenario(chosen),
      tables(std::make_shared<testing::RecordingTables>()),
      lost_(static_cast<size_t>(chosen.num_views)),
      backups_(static_cast<size_t>(chosen.num_views)) {
  broker.SetPollWaits(false);
  for (int i = 0; i < scenario.num_topics; ++i) {
    AddPartitions(Scenario::TopicName(i), scenario.num_partitions);
  }
  for (int view = 0; view < scenario.num_views; ++view) {
    tables->Add(scenario.TableName(view), TableSchema(), scenario.traits);
    views.push_back(
        std::make_unique<ViewOracle>(scenario, &logs, scenario.ViewName(view)));
  }
}

ViewOracle* World::FindView(std::string_view name) {
  for (size_t i = 0; i < views.size(); ++i) {
    if (scenario.ViewName(static_cast<int>(i)) == name) return views[i].get();
  }
  return nullptr;
}

ViewOracle* World::FindTable(std::string_view name) {
  for (size_t i = 0; i < views.size(); ++i) {
    if (scenario.TableName(static_cast<int>(i)) == name) return views[i].get();
  }
  return nullptr;
}

void World::AddPartitions(const std::string& topic, int count) {
  int first = 0;
  while (logs.Find(topic, first) >= 0) ++first;
  broker.CreateTopic(topic, first + count);
  for (int i = first; i < first + count; ++i) {
    Log log;
    log.partition = {topic, i};
    log.is_read = scenario.Reads(i);
    logs.Add(std::move(log));
  }
}

std::string World::GroupOf(const ViewOracle* view) const {
  for (size_t i = 0; i < views.size(); ++i) {
    if (views[i].get() == view) return scenario.Group(static_cast<int>(i));
  }
  return "";
}

void World::CutLog(int log, int64_t offset) {
  const TopicPartition partition = logs[log].partition;
  logs_changed_ = true;
  logs.Replace(log, offset);
  broker.TruncateTo(partition.topic, partition.partition, offset);
  FaultEverywhere();
}

void World::ReplaceTopic(const std::string& topic, bool unheard) {
  logs_changed_ = true;
  int count = 0;
  for (int log = 0; (log = logs.Find(topic, count)) >= 0; ++count) {
    logs.Replace(log, 0);
  }
  if (unheard) return broker.ReplaceTopic(topic);
  broker.DeleteTopic(topic);
  broker.CreateTopic(topic, count);
}

void World::BackUp(int view) {
  const size_t i = static_cast<size_t>(view);
  const auto table = tables->Find(scenario.TableName(view));
  backups_[i] = {table->Positions(scenario.Group(view)),
                 {views[i]->Backup(), origins.Backup(views[i].get())}};
}

// A table of which the backup lacks a position stays as it is: there is no way
// to remove one.
void World::Restore(int view) {
  const BackupOfTable& backup = backups_[static_cast<size_t>(view)];
  const auto table = tables->Find(scenario.TableName(view));
  if (backup.positions.empty() ||
      backup.positions.size() !=
          table->Positions(scenario.Group(view)).size()) {
    return;
  }
  Trace("  restored");
  logs_changed_ = true;
  for (const auto& restore : backup.restore) restore();
  for (const PartitionOffset& position : backup.positions) {
    table->SetPosition(scenario.Group(view), position);
  }
}

void World::AddReading(const Life* life, const ViewOracle* view,
                       Reading* reading) {
  readings_.push_back({life, view, reading, ++num_readings_});
}

bool World::AnyLogInDoubt() const {
  return std::any_of(readings_.begin(), readings_.end(), [](const auto& known) {
    return known.reading->IsInDoubt();
  });
}

void World::RemoveReading(const Reading* reading) {
  std::erase_if(readings_, [reading](const KnownReading& known) {
    return known.reading == reading;
  });
}

std::optional<std::string> World::CheckStored(const Life* life,
                                              const ViewOracle* view,
                                              const PartitionOffset& position) {
  std::optional<std::string> problem = "nobody reads the partition";
  for (const KnownReading& known : readings_) {
    if (known.life != life || known.view != view ||
        !known.reading->Knows(position.partition)) {
      continue;
    }
    problem = known.reading->Check(position);
    if (!problem.has_value()) break;
  }
  return problem;
}

std::optional<std::map<int64_t, int>> World::Delivered(
    const Life* life, const ViewOracle* view,
    const PartitionRange& range) const {
  for (const KnownReading& known : readings_) {
    if (known.life != life || known.view != view) continue;
    auto delivered = known.reading->Delivered(range);
    if (delivered.has_value()) return delivered;
  }
  return std::nullopt;
}

Bringer World::BringerOf(const Life* life, const ViewOracle* view,
                         const Message& message) {
  for (const KnownReading& known : readings_) {
    if (known.life != life || known.view != view) continue;
    if (known.reading->LogOf(message) < 0) continue;
    return {known.number, known.reading->Since(message)};
  }
  return {};
}

int World::LogOf(const Life* life, const ViewOracle* view,
                 const Message& message) {
  for (const KnownReading& known : readings_) {
    if (known.life != life || known.view != view) continue;
    const int log = known.reading->LogOf(message);
    if (log >= 0) return log;
  }
  return logs.Find(message.topic, message.partition);
}

std::vector<PartitionOffset> World::AllStoredOf(const ViewOracle* view) const {
  for (size_t i = 0; i < views.size(); ++i) {
    if (views[i].get() != view) continue;
    const int number = static_cast<int>(i);
    return tables->Find(scenario.TableName(number))
        ->Positions(scenario.Group(number));
  }
  return {};
}

PartitionOffset World::StoredOf(const ViewOracle* view,
                                const TopicPartition& partition) const {
  for (const PartitionOffset& stored : AllStoredOf(view)) {
    if (stored.partition == partition) return stored;
  }
  return {partition};
}

void World::BeginStep(int step) {
  step_ = step;
  for (const auto& view : views) view->SetStep(step);
  KeepFaultsOpen();
}

void World::LoseUnheard(int view) {
  const size_t i = static_cast<size_t>(view);
  // Who lost them before and has not heard goes on from the older offsets.
  if (lost_[i].step < 0) {
    lost_[i].committed = CommittedOf(views[i].get());
    for (int log = 0; log < logs.size(); ++log) {
      // Who was put back to the start goes on from there.
      if (views[i]->HasBegunAgain(log)) {
        lost_[i].committed[static_cast<size_t>(log)] = 0;
      }
    }
  }
  lost_[i].step = step_;
}

std::shared_ptr<Ear> World::NewEar(const ViewOracle* view) {
  auto ear = std::make_shared<Ear>();
  *ear = {view, step_};
  ears_.push_back(ear);
  return ear;
}

void World::KeepFaultsOpen() {
  std::erase_if(ears_, [](const auto& ear) { return ear.expired(); });
  for (size_t i = 0; i < views.size(); ++i) {
    Lost& lost = lost_[i];
    if (lost.step < 0) continue;
    views[i]->Fault(lost.committed);
    const bool all_heard =
        std::none_of(ears_.begin(), ears_.end(), [&](const auto& weak) {
          const auto ear = weak.lock();
          return ear->view == views[i].get() && ear->last_heard <= lost.step;
        });
    if (all_heard) lost.step = -1;
  }
}

std::vector<int64_t> World::CommittedOf(const ViewOracle* view) const {
  std::vector<int64_t> committed;
  const std::string group = GroupOf(view);
  for (int i = 0; i < logs.size(); ++i) {
    const TopicPartition& partition = logs[i].partition;
    committed.push_back(
        broker.Committed(group, partition.topic, partition.partition));
  }
  return committed;
}

void World::Fault(ViewOracle* view) { view->Fault(CommittedOf(view)); }

void World::FaultEverywhere() {
  for (const auto& view : views) Fault(view.get());
}

void World::ReleaseCommits() {
  FaultEverywhere();
  std::vector<std::vector<int64_t>> before;
  for (const auto& view : views) before.push_back(CommittedOf(view.get()));
  broker.ReleaseCommits();
  for (size_t i = 0; i < views.size(); ++i) {
    const std::vector<int64_t> now = CommittedOf(views[i].get());
    for (size_t p = 0; p < now.size(); ++p) {
      commits_moved_back_ |=
          now[p] < before[i][p] || (logs_changed_ && now[p] != before[i][p]);
    }
  }
  FaultEverywhere();
}

void World::CheckCommitted() {
  if (logs_changed_) return;  // Seen when it was sent, with its log.
  for (const auto& view : views) {
    const std::vector<int64_t> committed = CommittedOf(view.get());
    for (size_t p = 0; p < committed.size(); ++p) {
      view->CheckCommitted(static_cast<int>(p), committed[p]);
    }
  }
}

std::vector<std::string> World::Problems() const {
  std::vector<std::string> problems;
  for (const std::string& violation : broker.Violations()) {
    problems.push_back(base::Cat("I1, I3, I4: ", violation));
  }
  for (const auto& view : views) {
    problems.insert(problems.end(), view->problems().begin(),
                    view->problems().end());
  }
  return problems;
}

void World::Trace(std::string line) {
  if (keeps_trace_) trace_.push_back(base::Cat(step_, ": ", line));
}

}  // namespace rowfall::tests
