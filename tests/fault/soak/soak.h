// SPDX-License-Identifier: Apache-2.0
// The soak: two pairs of engines, one broker, faults from a seed, an oracle.
#ifndef ROWFALL_TESTS_FAULT_SOAK_SOAK_H_
#define ROWFALL_TESTS_FAULT_SOAK_SOAK_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "broker.h"
#include "database.h"
#include "host.h"
#include "log.h"
#include "tables.h"
#include "tally.h"
#include "tests/kafka/cluster.h"
#include "traffic.h"
#include "usage.h"

namespace rowfall::soak {

struct SoakOptions {
  std::string broker_folder;
  std::string log_folder;
  absl::Duration duration;
  uint32_t seed = 1;
  int messages_per_second = 2000;
};

// Two engines write to the counting table as one group, two to the SQLite
// table as another; the second of each pair comes and goes.
class Soak {
 public:
  explicit Soak(SoakOptions options);
  ~Soak();

  // Runs to the end. Whether nothing was found.
  bool Run();

 private:
  // Trouble that begins and ends.
  struct Fault {
    std::string name;
    std::function<void()> begin;
    std::function<void()> end;
    absl::Duration longest;
    bool alone = false;
    const Host* host = nullptr;  // Nothing else is done to it meanwhile.
  };

  void MakeHosts();
  std::unique_ptr<Host> MakeHost(const std::string& name,
                                 std::shared_ptr<TableProvider> tables,
                                 std::shared_ptr<RejectHandler> handler,
                                 const std::string& group,
                                 const std::string& catalog_file);
  void AddFaults();
  void AddTableFaults();
  void AddHostFaults(Host& host);
  void AddVisits(Host& host);

  static bool MayMeet(const Fault& a, const Fault& b);
  // One or two faults, and the time behind them.
  void MakeTrouble();
  // Without faults everything catches up, or it is a finding.
  void Calm(const char* when, absl::Duration patience);
  void Pass(absl::Duration time);
  // Once a minute: the line of the log, and the oracle.
  void Report();
  // Threads, descriptors and memory must not grow from calm to calm.
  void CheckUsage();
  void CheckCommitted(const std::string& group, Oracle& oracle);
  void CheckAll();
  // Whether the two read all partitions and are close behind the producer.
  bool AreCaughtUp(const Host& a, const Host& b) const;
  std::vector<Host*> hosts() const;

  absl::Duration Random(absl::Duration longest);

  const SoakOptions options_;
  Log log_;
  BrokerProcess broker_;
  KafkaCluster cluster_;
  std::string topic_;
  Oracle counted_{"counted", false};
  Oracle stored_{"sqlite", true};
  std::shared_ptr<CountingTables> tables_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Host> counting_, counting_guest_, storing_, storing_guest_;
  std::vector<Fault> faults_;
  std::map<std::string, int> num_faults_;
  bool broker_is_well_ = true;
  std::mt19937 random_;
  absl::Time next_report_;
  absl::Time next_calm_;
  const absl::Time begin_ = absl::Now();
  UsageWatch usage_;
  std::unique_ptr<Traffic> traffic_;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_SOAK_H_
