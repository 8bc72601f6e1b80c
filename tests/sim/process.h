// SPDX-License-Identifier: Apache-2.0
// A simulated process: an engine that is started, crashes and starts again.
#ifndef ROWFALL_TESTS_SIM_PROCESS_H_
#define ROWFALL_TESTS_SIM_PROCESS_H_

#include <memory>
#include <string>
#include <string_view>

#include "rowfall/engine.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "tests/sim/life.h"
#include "tests/sim/outside.h"
#include "tests/sim/simulated_catalog.h"
#include "tests/sim/world.h"

namespace rowfall::tests {

class Process {
 public:
  Process(World* world, int index);
  ~Process();

  // Opens the engine from the catalog. The first time it is empty.
  void Open();
  bool is_open() const { return engine_ != nullptr; }
  Engine& engine() { return *engine_; }
  // Life, tables and dead letters of the engine that is open; the faults that
  // are left in them end with it.
  Life& life() { return *life_; }
  testing::FaultyTables& tables() { return *tables_; }
  testing::RecordingRejectHandler& handler() { return *handler_; }
  FunctionFaults& function_faults() { return *function_faults_; }

  // Executes a statement. Errors are fine, except that nothing may be Internal.
  absl::Status Execute(const std::string& sql);
  // Gives a worker a turn.
  void Turn(const std::string& view, int worker);
  // Ends in order.
  void Stop();
  // Ends now: what the engine still does reaches nobody.
  void Crash();
  // Not scheduled before this step.
  void FreezeUntil(int step) { frozen_until_ = step; }
  bool runs() const { return is_open() && world_->step() >= frozen_until_; }

  // I10: a view that does not run says why; groups are what they have to be.
  void CheckStatus();

 private:
  void CheckGaps(const ViewStatus& status, ViewOracle& view);
  void CheckTooMany(const ViewStatus& status, ViewOracle& view);
  void CheckProgress(const ViewStatus& status, ViewOracle& view, int number);

  World* const world_;
  const std::string name_;
  const std::shared_ptr<SimulatedCatalog> catalog_;
  std::shared_ptr<Life> life_;
  std::shared_ptr<testing::FaultyTables> tables_;
  std::shared_ptr<testing::RecordingRejectHandler> handler_;
  std::shared_ptr<FunctionFaults> function_faults_;
  std::unique_ptr<Engine> engine_;
  int frozen_until_ = 0;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_PROCESS_H_
