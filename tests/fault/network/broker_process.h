// SPDX-License-Identifier: Apache-2.0
// The process of a broker that tests/kafka/kafka.sh has started.
#ifndef ROWFALL_TESTS_FAULT_NETWORK_BROKER_PROCESS_H_
#define ROWFALL_TESTS_FAULT_NETWORK_BROKER_PROCESS_H_

#include <string>
#include <utility>
#include <vector>

namespace rowfall {

/// Freezes, kills and starts it. Destroyed it runs again, as the next test
/// expects it. What fails throws std::runtime_error.
class BrokerProcess {
 public:
  /// `dir` is what kafka.sh was told, and for several brokers the number.
  explicit BrokerProcess(std::string dir) : dir_(std::move(dir)) {}
  ~BrokerProcess();
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;

  /// Its sockets stay open, and nothing answers.
  void Freeze();
  void Thaw();
  /// Ends it without a word.
  void Kill();
  /// Lets it hand its partitions over and end.
  void ShutDown();
  /// Starts it again where it was ended; it listens when this returns.
  void Run();

 private:
  void Signal(int signal) const;
  void AwaitEnd();

  const std::string dir_;
  bool frozen_ = false;
  bool ended_ = false;
};

/// Runs kafka.sh and waits for its end. Throws where it fails.
void RunKafkaScript(const std::vector<std::string>& arguments);

/// Returns the folder of the fixture's broker, in which
/// ROWFALL_TEST_BROKERS_FILE is.
std::string BrokerDir();

}  // namespace rowfall

#endif  // ROWFALL_TESTS_FAULT_NETWORK_BROKER_PROCESS_H_
