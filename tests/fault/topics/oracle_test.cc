// SPDX-License-Identifier: Apache-2.0
// The oracle sees each kind of mistake, and finds none where there is none.
#include "tests/fault/topics/oracle.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Brings what it is told to.
class ScriptedSource : public Source {
 public:
  struct Script {
    std::vector<std::pair<int32_t, int64_t>> messages;
    std::vector<SourceEvent> events;
  };
  explicit ScriptedSource(Script& script) : script_(script) {}

  absl::Status Start() override { return absl::OkStatus(); }
  void Poll(const PollLimits&, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    for (const auto& [partition, offset] : script_.messages) {
      messages.Append({.topic = "t", .partition = partition, .offset = offset});
    }
    events = script_.events;
    script_ = {};
  }
  absl::Status Assign(std::span<const PartitionOffset>) override {
    return absl::OkStatus();
  }
  absl::Status Unassign() override { return absl::OkStatus(); }
  void CommitAsync(std::span<const PartitionOffset>, uint64_t) override {}
  absl::Status Commit(std::span<const PartitionOffset>,
                      absl::Duration) override {
    return absl::OkStatus();
  }
  void Pause() override {}
  void Resume() override {}
  Watermarks GetWatermarks(const TopicPartition&) override { return {}; }
  void Wake() override {}
  absl::Status Close(absl::Duration) override { return absl::OkStatus(); }

 private:
  Script& script_;
};

class OracleTest : public ::testing::Test {
 protected:
  OracleTest() {
    auto tables = std::make_shared<testing::RecordingTables>();
    tables->Add("table", Schema({{"id", Type::kBigint}}));
    options_.tables = tables;
    options_.source_factory = [this](const SourceConfig&) {
      return std::make_unique<ScriptedSource>(script_);
    };
    oracle_.Watch(options_);
    source_ = MakeSource();
    sink_ = *options_.tables->OpenTable("table");
  }

  std::unique_ptr<Source> MakeSource() {
    return *options_.source_factory({.consumer_group = "g"});
  }
  static PartitionOffset At(int32_t partition, int64_t offset) {
    return {{"t", partition}, offset};
  }
  void Assign(Source& source, PartitionOffset position) {
    EXPECT_TRUE(source.Assign(std::span(&position, 1)).ok());
  }
  void Poll(std::vector<std::pair<int32_t, int64_t>> messages,
            std::vector<SourceEvent> events = {}) {
    script_ = {std::move(messages), std::move(events)};
    MessageBatch batch;
    std::vector<SourceEvent> seen;
    source_->Poll({}, batch, seen);
  }
  void Write(int64_t from, int64_t to) {
    const PartitionRange range{{"t", 0}, from, to};
    std::vector<RefusedRow> refused;
    EXPECT_TRUE(
        sink_
            ->Write(Batch(),
                    {.consumer_group = "g", .ranges = std::span(&range, 1)},
                    refused)
            .ok());
  }
  void Commit(PartitionOffset position) {
    source_->CommitAsync(std::span(&position, 1), 1);
  }

  Oracle oracle_;
  ScriptedSource::Script script_;
  EngineOptions options_;
  std::unique_ptr<Source> source_;
  std::shared_ptr<Sink> sink_;
};

TEST_F(OracleTest, FindsNothingInAnOrderlyLife) {
  Assign(*source_, At(0, 5));
  Poll({{0, 5}, {0, 6}});
  Write(5, 7);
  Commit(At(0, 7));
  Poll({{0, 7}, {0, 8}});
  Write(7, 9);
  Commit(At(0, 8));
  Commit(At(0, 9));
  EXPECT_TRUE(source_->Unassign().ok());
  const auto other = MakeSource();
  Assign(*other, At(0, 9));
  EXPECT_THAT(oracle_.violations(), IsEmpty());
  EXPECT_EQ(oracle_.num_assignments(), 2);
  EXPECT_EQ(oracle_.num_excuses(), 0);
}

TEST_F(OracleTest, SeesGapsAndRepetitions) {
  Assign(*source_, At(0, 5));
  Poll({{0, 6}, {0, 6}});
  EXPECT_THAT(oracle_.violations(),
              ElementsAre("Delivered instead of 5: t/0@6",
                          "Delivered instead of 7: t/0@6"));
}

TEST_F(OracleTest, SeesCommitsOfWhatIsNotDurable) {
  Assign(*source_, At(0, 5));
  Poll({{0, 5}, {0, 6}, {0, 7}});
  Commit(At(0, 6));
  Write(6, 8);  // Not what comes first.
  Commit(At(0, 8));
  EXPECT_THAT(oracle_.violations(),
              ElementsAre("Committed, but not durable: t/0@6",
                          "Committed, but not durable: t/0@8"));
}

TEST_F(OracleTest, SeesUseOfForeignPartitions) {
  Assign(*source_, At(0, 5));
  Poll({{1, 0}});
  Commit(At(1, 0));
  EXPECT_THAT(oracle_.violations(),
              ElementsAre("Delivered, but not owned: t/1@0",
                          "Committed, but not owned: t/1@0",
                          "Committed, but not durable: t/1@0"));
}

TEST_F(OracleTest, SeesCommitsOfLostPartitions) {
  Assign(*source_, At(0, 5));
  Poll({{0, 5}}, {PartitionsRevoked{{{"t", 0}}, true}});
  Write(5, 6);
  Commit(At(0, 6));
  EXPECT_THAT(oracle_.violations(),
              ElementsAre("Committed, but not owned: t/0@6"));
  EXPECT_EQ(oracle_.num_excuses(), 1);
}

TEST_F(OracleTest, SeesTwoOwners) {
  const auto other = MakeSource();
  Assign(*source_, At(0, 5));
  Assign(*other, At(0, 5));
  EXPECT_THAT(oracle_.violations(), ElementsAre("Two owners of t/0@5"));
}

}  // namespace
}  // namespace rowfall
