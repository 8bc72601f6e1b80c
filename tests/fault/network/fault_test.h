// SPDX-License-Identifier: Apache-2.0
// Two views that read while something is broken, and what must hold of them.
#ifndef ROWFALL_TESTS_FAULT_NETWORK_FAULT_TEST_H_
#define ROWFALL_TESTS_FAULT_NETWORK_FAULT_TEST_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/fault/network/tcp_proxy.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {

/// Whether ROWFALL_LONG asks for long rounds; it may be a number of rounds.
bool IsLong();
/// Returns `rounds`, or ten times as many, or what ROWFALL_LONG says.
int Rounds(int rounds);

/// Returns how many threads, and open files, this process has.
int NumThreads();
int NumFiles();

/// An engine with two views of one topic: `plain` writes into a table without
/// promises, at least once; `exact` into one that keeps positions, exactly
/// once. Messages have the ids 1, 2, ... and go to the partitions in turn.
class FaultTest : public KafkaEngineTest {
 protected:
  FaultTest();
  ~FaultTest() override;

  /// Returns options of a source with short times, and these properties.
  using Properties = std::map<std::string, std::string>;
  static std::string Quick(const Properties& properties = {});
  static std::string QuickSession(const std::string& timeout_ms) {
    return Quick({{"session.timeout.ms", timeout_ms}});
  }

  /// Makes the topic, the source `kafka` at `brokers` and both views.
  void Consume(const std::string& brokers, int partitions,
               const std::string& more = Quick());
  /// As Consume(), of a topic that there is.
  void ConsumeTopic(const std::string& topic, int partitions,
                    const std::string& brokers, const std::string& more);
  /// Produces the next messages, past every fault.
  void Produce(int64_t count);
  int64_t num_produced() const { return num_produced_; }

  /// Waits until both tables have every message.
  bool WaitForAll(absl::Duration patience = kPatience);
  /// Waits until everything is committed, too.
  bool WaitForCommits(absl::Duration patience = kPatience);
  /// Stops the engine and checks that no message is missing, none came twice
  /// to `exact`, and at most so many to `plain`.
  void CloseAndExpectAll(int64_t max_duplicates = 0);
  /// Checks that Stop() ends within `time` whatever the broker does.
  void ExpectQuickStop(absl::Duration time);

  /// Waits until both views say that there is trouble with `text` in it. The
  /// trouble must show within ten seconds.
  bool ShowTrouble(std::string_view text = "");
  /// How often partitions were assigned so far, to both views together.
  int64_t num_assigned() const;
  /// Lines of the log with `text` in them.
  int64_t CountLog(std::string_view text) const;
  std::vector<std::string> log() const;

  std::mt19937_64 random_;
  std::string topic_;
  std::shared_ptr<testing::RecordingTable> plain_;
  std::shared_ptr<testing::RecordingTable> exact_;

 private:
  int partitions_ = 0;
  int64_t num_produced_ = 0;
  mutable std::mutex log_mutex_;
  std::vector<std::string> log_;
};

/// Returns a proxy at a listener that no other test has, of those that `file`
/// in the broker's folder names. The test itself goes past it.
std::unique_ptr<TcpProxy> TakeProxy(const std::string& broker_dir,
                                    const std::string& file = "proxied");
std::string AddressOf(const TcpProxy& proxy);

}  // namespace rowfall

#endif  // ROWFALL_TESTS_FAULT_NETWORK_FAULT_TEST_H_
