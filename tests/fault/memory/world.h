// SPDX-License-Identifier: Apache-2.0
// An engine whose memory ends at a chosen moment, and what it has promised.
#ifndef ROWFALL_TESTS_FAULT_MEMORY_WORLD_H_
#define ROWFALL_TESTS_FAULT_MEMORY_WORLD_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_reject_handler.h"

namespace rowfall::tests {

// What the view writes to.
struct TablesUnderTest {
  std::shared_ptr<TableProvider> provider;
  // The ids in its table "t", asked for with all memory.
  std::function<std::vector<int64_t>()> ids;
  bool exactly_once = false;
};

struct LifeOptions {
  TablesUnderTest tables;
  std::shared_ptr<Catalog> catalog;
  // Of CREATE SOURCE; dead_letter where it is empty.
  std::string on_error;
};

// The world of one life of an engine: a broker in memory, a reject handler,
// a clock. All of it has enough memory; workers run on the calling thread.
class World {
 public:
  explicit World(LifeOptions options);

  // Lives a whole life: definitions, messages good and bad, a rebalance,
  // suspending, a restart, drops. FailingNew is armed before. The memory is back as soon as
  // a statement has failed for want of it, and otherwise after some turns.
  void Live();

  // Rows that came once more.
  int num_duplicates() const { return num_duplicates_; }

 private:
  void Open();
  void Execute(std::string_view sql);
  void Restart();
  void Produce(int count);
  void Consume(int count);
  void Rebalance();
  void Turn();
  std::string Definitions();
  void CheckOffsets();
  void CheckRows();

  const LifeOptions life_;
  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  const std::shared_ptr<testing::RecordingRejectHandler> rejects_;
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
  int64_t num_messages_ = 0;
  int num_duplicates_ = 0;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_FAULT_MEMORY_WORLD_H_
