// SPDX-License-Identifier: Apache-2.0
// One run: a random schedule of steps, then healing, then the last checks.
#ifndef ROWFALL_TESTS_SIM_SIMULATION_H_
#define ROWFALL_TESTS_SIM_SIMULATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/process.h"
#include "tests/sim/random.h"
#include "tests/sim/world.h"

namespace rowfall::tests {

// What a run came to.
struct SimOutcome {
  std::vector<std::string> problems;
  std::vector<std::string> trace;  // If it was asked for.
  size_t rows_written = 0;
  size_t duplicates = 0;
  bool ok() const { return problems.empty(); }
};

enum class Tracing : uint8_t { kOff, kOn };

// Runs the real engine on one thread, in virtual time, with the faults that
// the seed chooses. The same seed always does the same.
SimOutcome Simulate(uint64_t seed, Tracing tracing = Tracing::kOff);

class Simulation {
 public:
  Simulation(const Scenario& scenario, Tracing tracing);

  SimOutcome Run();

 private:
  struct Action {
    int weight;
    const char* name;
    std::function<void()> run;
  };

  // The actions that the scenario allows (simulation_steps.cc).
  void AddSteps();
  void AddStatements();
  void AddSinkFaults();
  void AddFunctionFaults();
  void AddBrokerFaults();
  void AddCommitFaults();
  void AddCrashes();
  void AddOtherLogs();
  void AddTransactions();
  void Produce();
  void Turns();

  void Add(int weight, const char* name, std::function<void()> run) {
    actions_.push_back({weight, name, std::move(run)});
    weights_ += weight;
  }
  void Step();
  void AfterStep();
  bool failed() const { return !problems_.empty(); }

  Process& AnyProcess();
  // Null where none is open and scheduled.
  Process* AnyRunning();
  int AnyView() { return random_.Below(scenario_.num_views); }
  int AnyLog();
  std::string AnyGroup() { return scenario_.Group(AnyView()); }
  absl::Status AnyStatus();
  // `transaction` 0: in none.
  void ProduceTo(int log, bool may_be_bad, int transaction = 0);
  void ProduceToAll();
  void AddPartitions();
  void CutLog();
  void ReplaceTopic();
  void Transaction();
  void EndTransaction(int transaction, bool commits);
  void TurnIsolation();
  // Makes the source of a process again.
  void CreateAnew(Process& process, const SourceOptions& options);

  // Healing (simulation_end.cc).
  void EndAllFaults();
  // While a fault of another view goes on for ever, the first one recovers.
  void RecoverBesideAFault();
  void Heal();
  void Mend(Process& process, bool is_lenient);
  void CreateAll(Process& process, const SourceOptions& options);
  // What an operator chooses who has had enough of failing views.
  SourceOptions LenientOptions() const;
  void TurnAll();
  bool IsHealthy() const;
  // Whether a view has done all it owes and runs in every process.
  bool IsHealthy(int view) const;
  bool IsCommitted(int view, int log) const;
  void BeQuiet();
  void CheckEnd();
  // All counts and sums of a grouped view against the whole input.
  bool OwesAll() const;
  void CheckTotals(int view);

  const Scenario scenario_;
  World world_;
  Random random_;
  int first_view_ = 0;  // Of the last CreateAll().
  std::vector<std::unique_ptr<Process>> processes_;
  std::vector<Action> actions_;
  int weights_ = 0;
  bool commits_are_held_ = false;
  int num_transactions_ = 0;
  std::vector<int> open_transactions_;
  Isolation isolation_ = Isolation::kReadCommitted;  // Of the next source.
  int64_t next_id_ = 1;
  std::vector<std::string> problems_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_SIMULATION_H_
