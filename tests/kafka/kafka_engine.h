// SPDX-License-Identifier: Apache-2.0
// An engine on the tests' broker, with tables that record what they get.
#ifndef ROWFALL_TESTS_KAFKA_KAFKA_ENGINE_H_
#define ROWFALL_TESTS_KAFKA_KAFKA_ENGINE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "rowfall/testing/recording_sink.h"
#include "tests/kafka/cluster.h"

namespace rowfall {

/// The longest that a test waits for what should happen.
inline constexpr absl::Duration kPatience = absl::Seconds(60);

/// Waits in real time until `condition` holds; false: it never did.
bool Eventually(const std::function<bool()>& condition,
                absl::Duration patience = kPatience);

/// Returns first, first + 1, ..., last.
std::vector<int64_t> Sequence(int64_t first, int64_t last);

/// A test with an engine; the tables of every engine that it opens are the
/// same. Names of topics and groups are unique.
class KafkaEngineTest : public ::testing::Test {
 protected:
  KafkaEngineTest();
  ~KafkaEngineTest() override;

  /// Opens the engine; `options_` may be changed before.
  void Open();
  /// Stops it and waits for it.
  void Close();

  /// Executes a statement that must not fail.
  Result Execute(const std::string& sql);
  /// CREATE SOURCE `name` (id bigint, term text) on `topic` and `source_group_`, with
  /// more options.
  std::string CreateSource(std::string_view name, const std::string& topic,
                           std::string_view more = "") const;
  /// Produces {"id": first} to {"id": last}, in turn to each partition.
  void ProduceIds(const std::string& topic, int partitions, int64_t first,
                  int64_t last);

  /// Adds a table (id bigint, name text).
  std::shared_ptr<testing::RecordingTable> AddTable(std::string_view name,
                                                    SinkTraits traits = {});
  /// Returns the ids of the table in ascending order, each as often as it is
  /// there.
  static std::vector<int64_t> Ids(const testing::RecordingTable& table);

  ViewStatus StatusOf(std::string_view view) const;
  /// The sum of the group's committed offsets.
  int64_t CommittedSum(const std::string& topic, int partitions);

  KafkaCluster cluster_;
  const std::string source_group_ = KafkaCluster::UniqueName("group");
  /// That of the view `terms` of such a source.
  const std::string group_ = source_group_ + ".terms";
  std::shared_ptr<testing::RecordingTables> tables_ =
      std::make_shared<testing::RecordingTables>();
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_KAFKA_KAFKA_ENGINE_H_
