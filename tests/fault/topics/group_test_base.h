// SPDX-License-Identifier: Apache-2.0
// Several engines in one group, watched by the oracle.
#ifndef ROWFALL_TESTS_FAULT_TOPICS_GROUP_TEST_BASE_H_
#define ROWFALL_TESTS_FAULT_TOPICS_GROUP_TEST_BASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/testing/faulty_sink.h"
#include "tests/fault/topics/oracle.h"
#include "tests/kafka/kafka_engine.h"

namespace rowfall {

/// Properties with which a group notices everything within a second.
inline constexpr char kQuick[] =
    " session.timeout.ms='6000' heartbeat.interval.ms='200' "
    "topic.metadata.refresh.interval.ms='500' ";

/// Whether the environment asks for long rounds (ROWFALL_LONG=1).
bool IsLong();
/// The seed of ROWFALL_SEED, or a new one; printed.
uint64_t Seed();

/// An engine with the view `terms` of the source `kafka`.
class Member {
 public:
  /// Throws std::runtime_error.
  Member(EngineOptions options, const std::string& create_source,
         const std::string& create_view);
  /// Stops the engine; a stop that does not end in time fails the test.
  ~Member();

  void Execute(const std::string& sql);
  ViewStatus status() const;
  ViewState state() const { return status().state; }
  /// Waits until it is in the state `state`; prints the status if never.
  bool Becomes(ViewState state, absl::Duration patience = kPatience) const;
  /// Waits until it has `partitions` partitions.
  bool Owns(size_t partitions) const;
  /// Stops within `timeout`.
  absl::Status Stop(absl::Duration timeout = absl::Seconds(30));

 private:
  std::unique_ptr<Engine> engine_;
};

/// A topic, a group, the table `glossary` and members that fill it.
class GroupTest : public KafkaEngineTest {
 protected:
  GroupTest();
  /// The oracle's rules hold in every test.
  ~GroupTest() override;

  /// Adds the table `glossary`. To be called before members join.
  void AddGlossary(SinkTraits traits = {});
  /// Opens a member that writes to the table through `faulty_`.
  std::unique_ptr<Member> Join(const std::string& more = "",
                               const std::string& where = "");
  /// The options of members, watched by the oracle.
  EngineOptions MemberOptions();
  std::string View(const std::string& where = "") const;

  /// Lets five members with up to three workers join and leave at random
  /// while ids from 1 on are produced. `make` gives a member its options; it
  /// is called on several threads. Returns how many ids there are.
  int64_t ComeAndGo(const std::function<EngineOptions()>& make);

  /// Waits until all messages of the topic are committed.
  bool AllCommitted();
  bool WaitForRows(size_t rows) { return table_->WaitForRows(rows, kPatience); }
  /// Lines of the members' log that contain `text`.
  std::vector<std::string> Logged(std::string_view text) const;
  bool WaitForLog(std::string_view text) const;

  Oracle& oracle() { return *oracle_; }
  std::vector<int64_t> Ids() const { return KafkaEngineTest::Ids(*table_); }

  std::string topic_;
  std::shared_ptr<testing::RecordingTable> table_;
  std::shared_ptr<testing::FaultyTables> faulty_;
  std::unique_ptr<Oracle> oracle_ = std::make_unique<Oracle>();

 private:
  mutable std::mutex log_mutex_;
  std::vector<std::string> log_;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_FAULT_TOPICS_GROUP_TEST_BASE_H_
