// SPDX-License-Identifier: Apache-2.0
// Checks where a consumer's partitions begin, and where they jump to.
#ifndef ROWFALL_TESTS_SIM_STARTS_H_
#define ROWFALL_TESTS_SIM_STARTS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rowfall/message.h"
#include "rowfall/source.h"
#include "tests/sim/life.h"
#include "tests/sim/reading.h"
#include "tests/sim/scenario.h"
#include "tests/sim/world.h"

namespace rowfall::tests {

class Starts {
 public:
  // `worker` is its name. All pointers outlive it.
  Starts(World* world, Life* life, ViewOracle* view, std::string worker,
         const SourceOptions& options);
  ~Starts();

  // The consumer starts, is given partitions, and gives them back.
  void Start() { num_logs_at_start_ = world_->logs.size(); }
  void Given(const PartitionsAssigned& event);
  void Clear();
  // It is about to read at `positions`; to be called before Begin(), which
  // says that it does.
  void CheckJumps(std::span<const PartitionOffset> positions,
                  const std::string& cluster);
  // Returns why the position must not be committed with its mark.
  std::optional<std::string> CheckFirst(const PartitionOffset& position) const;
  void Begin(const PartitionOffset& position);
  // Moves some of its partitions only.
  void Move(const PartitionOffset& position);
  // What came since `first`.
  void Follow(const MessageBatch& messages, size_t first,
              const std::vector<SourceEvent>& events);

  Reading& reading() { return reading_; }
  // The worker was told that this is committed.
  void Heard(const PartitionOffset& position) {
    life_->heard[worker_][position.partition] = position;
  }

 private:
  // What the group was said to have committed.
  PartitionOffset given(const TopicPartition& partition) const;
  std::vector<PartitionOffset> Known(const TopicPartition& partition) const;
  // What the group said last, now or in an earlier assignment.
  PartitionOffset LastWord(const TopicPartition& partition) const;
  bool IsKnown(const TopicPartition& partition) const;
  // What the marks say that the group and the table have.
  void LearnFirst(std::span<const PartitionOffset> positions);
  // How many partitions of a topic may have been there when the group began.
  int MostAtFirst(const std::string& topic) const;
  bool MayBeginAtEnd(const TopicPartition& partition) const;
  std::optional<std::string> OtherCluster(const TopicPartition& partition,
                                          const std::string& cluster) const;
  void CheckJump(const PartitionOffset& position, const std::string& gap) const;

  World* const world_;
  Life* const life_;
  ViewOracle* const view_;
  const std::string worker_;
  const SourceOptions options_;
  Reading reading_;
  std::map<TopicPartition, PartitionOffset> given_;
  std::vector<PartitionOffset> others_;  // Of which the group knows.
  std::map<std::string, int> first_;     // Partitions of each topic, by marks.
  int num_logs_at_start_ = 0;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_STARTS_H_
