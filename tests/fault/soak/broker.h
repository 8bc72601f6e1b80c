// SPDX-License-Identifier: Apache-2.0
// The broker's process: frozen, killed, and started again on its data.
#ifndef ROWFALL_TESTS_FAULT_SOAK_BROKER_H_
#define ROWFALL_TESTS_FAULT_SOAK_BROKER_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace rowfall::soak {

// The broker that `tests/kafka/kafka.sh start FOLDER` started.
class BrokerProcess {
 public:
  explicit BrokerProcess(std::string folder);

  const std::string& brokers() const { return brokers_; }
  void Freeze();
  void Thaw();
  void Kill();
  // Starts it again and waits until it listens; false: it does not.
  bool Restart();

 private:
  const std::string folder_;
  std::string brokers_;
  std::vector<std::string> command_;
  pid_t pid_ = 0;
  bool is_child_ = false;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_BROKER_H_
