// SPDX-License-Identifier: Apache-2.0
// What the processes of a simulation share: broker, tables, time, oracle.
#ifndef ROWFALL_TESTS_SIM_WORLD_H_
#define ROWFALL_TESTS_SIM_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/source.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"
#include "tests/sim/life.h"
#include "tests/sim/logs.h"
#include "tests/sim/oracle.h"
#include "tests/sim/reading.h"
#include "tests/sim/scenario.h"

namespace rowfall::tests {

// When a consumer last heard of its broker.
struct Ear {
  const ViewOracle* view = nullptr;
  int last_heard = 0;
};

class World {
 public:
  explicit World(const Scenario& scenario);

  const Scenario scenario;
  testing::FakeClock clock;
  testing::MemoryBroker broker;
  std::shared_ptr<testing::RecordingTables> tables;
  Logs logs;
  std::vector<std::unique_ptr<ViewOracle>> views;
  // Consumers of processes that died: members of their groups until their
  // session expires.
  std::vector<std::unique_ptr<Source>> zombies;

  // Returns the oracle of a view by its name or its table, or null.
  ViewOracle* FindView(std::string_view name);
  ViewOracle* FindTable(std::string_view name);

  // Cuts the log of a partition, which then ends at `offset`.
  void CutLog(int log, int64_t offset);
  // Makes a topic again with as many partitions. Those who read it hear of it,
  // or not.
  void ReplaceTopic(const std::string& topic, bool unheard);
  // Whether any of that happened, or a table was restored. Then an offset that
  // is committed may be one of another log, for those who look at its mark.
  bool logs_changed() const { return logs_changed_; }
  // Remembers what is in a view's table, and goes back to it.
  void BackUp(int view);
  void Restore(int view);

  // What consumers read, each of a process.
  void AddReading(const Life* life, const ViewOracle* view, Reading* reading);
  void RemoveReading(const Reading* reading);
  // Whether some consumer has yet to see which log it reads.
  bool AnyLogInDoubt() const;
  // Returns why positions of a table of the process must not be what they are
  // now.
  std::optional<std::string> CheckStored(const Life* life,
                                         const ViewOracle* view,
                                         const PartitionOffset& position);
  // Returns which messages of a range the process has read, by offset, each
  // with the log that it came from.
  std::optional<std::map<int64_t, int>> Delivered(
      const Life* life, const ViewOracle* view,
      const PartitionRange& range) const;
  // Returns who of the process has read a message.
  Bringer BringerOf(const Life* life, const ViewOracle* view,
                    const Message& message);
  // Returns the log from which the process has read a message.
  int LogOf(const Life* life, const ViewOracle* view, const Message& message);
  Origins origins;

  // Makes a topic of so many partitions, or adds some.
  void AddPartitions(const std::string& topic, int count);
  // Returns the group of a view.
  std::string GroupOf(const ViewOracle* view) const;
  // Returns what the view's table has stored: of all partitions, or of one, or
  // kOffsetNone.
  std::vector<PartitionOffset> AllStoredOf(const ViewOracle* view) const;
  PartitionOffset StoredOf(const ViewOracle* view,
                           const TopicPartition& partition) const;

  void BeginStep(int step);
  int step() const { return step_; }
  // A fault: what is not committed now may come again, in a view or in all.
  void Fault(ViewOracle* view);
  void FaultEverywhere();
  // Partitions of a view were given away, and those who had them do not know
  // yet: a fault until each of them has heard of it.
  void LoseUnheard(int view);
  std::shared_ptr<Ear> NewEar(const ViewOracle* view);
  // To be called after each step as well.
  void KeepFaultsOpen();
  bool reachable = true;  // The broker.
  // Whose table is away for ever; null: none.
  const ViewOracle* without_table = nullptr;
  std::vector<int64_t> CommittedOf(const ViewOracle* view) const;

  // Lets held commits happen. One of an earlier owner may move an offset back,
  // and the present owner cannot know of it.
  void ReleaseCommits();
  bool commits_moved_back() const { return commits_moved_back_; }

  // Checks what can be checked at any time.
  void CheckCommitted();
  std::vector<std::string> Problems() const;

  // The schedule so far, if it is kept.
  void KeepTrace() { keeps_trace_ = true; }
  bool keeps_trace() const { return keeps_trace_; }
  void Trace(std::string line);
  const std::vector<std::string>& trace() const { return trace_; }

 private:
  int step_ = 0;
  // Partitions that were given away, by view.
  struct Lost {
    int step = -1;  // -1: all have heard.
    std::vector<int64_t> committed;
  };
  std::vector<Lost> lost_;
  std::vector<std::weak_ptr<Ear>> ears_;
  struct KnownReading {
    const Life* life;
    const ViewOracle* view;
    Reading* reading;
    int number;
  };
  int num_readings_ = 0;
  std::vector<KnownReading> readings_;
  // Of a view's table.
  struct BackupOfTable {
    std::vector<PartitionOffset> positions;
    std::vector<std::function<void()>> restore;
  };
  std::vector<BackupOfTable> backups_;
  bool logs_changed_ = false;
  bool commits_moved_back_ = false;
  bool keeps_trace_ = false;
  std::vector<std::string> trace_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_WORLD_H_
