// SPDX-License-Identifier: Apache-2.0
// Who may read what on the tests' broker.
#ifndef ROWFALL_TESTS_FAULT_NETWORK_ACCESS_H_
#define ROWFALL_TESTS_FAULT_NETWORK_ACCESS_H_

#include <cstdint>
#include <memory>
#include <string>

struct rd_kafka_s;

namespace rowfall {

enum class Resource : uint8_t { kTopic, kGroup };

/// Grants and takes the right to read. What fails throws std::runtime_error.
class AccessControl {
 public:
  explicit AccessControl(const std::string& brokers);

  void Allow(const std::string& user, Resource resource,
             const std::string& name);
  void Withdraw(const std::string& user, Resource resource,
                const std::string& name);

 private:
  std::unique_ptr<rd_kafka_s, void (*)(rd_kafka_s*)> client_;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_FAULT_NETWORK_ACCESS_H_
