// SPDX-License-Identifier: Apache-2.0
// A producer of the tests for messages that are out of the ordinary.
#ifndef ROWFALL_TESTS_KAFKA_PRODUCER_H_
#define ROWFALL_TESTS_KAFKA_PRODUCER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct rd_kafka_s;

namespace rowfall {

/// A message with all that it can have.
struct RichMessage {
  std::optional<std::string> value;
  std::optional<std::string> key = std::nullopt;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
  int64_t timestamp_ms = 0;  ///< 0: now.
  int32_t partition = 0;
};

/// Sends messages with properties of its own, in transactions if one of them
/// is transactional.id. What fails throws std::runtime_error.
class TestProducer {
 public:
  TestProducer(const std::string& brokers,
               std::map<std::string, std::string> properties);
  /// A transaction that is open stays open, as that of a process that died.
  ~TestProducer();
  TestProducer(const TestProducer&) = delete;
  TestProducer& operator=(const TestProducer&) = delete;

  void Send(const std::string& topic, const RichMessage& message);
  /// Waits until the broker has all messages.
  void Flush();

  void Begin();
  void Commit();
  void Abort();

 private:
  rd_kafka_s* handle_ = nullptr;
};

/// Reads a partition from its beginning and returns how many messages there
/// are, those of aborted transactions not among them.
int64_t CountMessages(const std::string& brokers, const std::string& topic,
                      int32_t partition = 0);

}  // namespace rowfall

#endif  // ROWFALL_TESTS_KAFKA_PRODUCER_H_
