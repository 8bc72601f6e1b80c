// SPDX-License-Identifier: Apache-2.0
// Commits against a broker that answers with each error.
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/source/worker.h"

namespace rowfall::source {
namespace {

constexpr int16_t kOffsetCommit = 8;
constexpr int16_t kOffsetFetch = 9;

struct Case {
  const char* name;
  int error;
  int times;
  absl::StatusCode status;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class KafkaSourceCommitTest : public ::testing::TestWithParam<Case> {
 protected:
  KafkaSourceCommitTest() {
    Produce(*broker_, 10);
    SourceConfig config = EmbeddedConfig(*broker_);
    config.partitions = {0};
    worker_.emplace(MustMake(config));
    EXPECT_TRUE(worker_->PollUntilSeen(10));
  }

  std::unique_ptr<testing::EmbeddedBroker> broker_ = MustStart(1);
  std::optional<Worker> worker_;
  const PartitionOffset position_{{"t", 0}, 10};
};

TEST_P(KafkaSourceCommitTest, GivesTheBrokersErrorItsMeaning) {
  broker_->PushRequestErrors(
      kOffsetCommit, std::vector<int>(GetParam().times, GetParam().error));
  absl::Status status =
      worker_->source().Commit({&position_, 1}, absl::Seconds(5));
  EXPECT_EQ(status.code(), GetParam().status) << status;
  broker_->ClearRequestErrors(kOffsetCommit);
  // None of the errors stays.
  if (GetParam().status == absl::StatusCode::kUnavailable ||
      GetParam().status == absl::StatusCode::kOk) {
    worker_->source().CommitAsync({&position_, 1}, 42);
    ASSERT_TRUE(worker_->PollUntilEvent<CommitFinished>());
    EXPECT_EQ(worker_->Last<CommitFinished>()->id, 42u);
    EXPECT_TRUE(worker_->Last<CommitFinished>()->status.ok());
  }
}

TEST_P(KafkaSourceCommitTest, GivesItInTheBackgroundAsWell) {
  broker_->PushRequestErrors(
      kOffsetCommit, std::vector<int>(GetParam().times, GetParam().error));
  worker_->source().CommitAsync({&position_, 1}, 7);
  ASSERT_TRUE(worker_->PollUntilEvent<CommitFinished>());
  const CommitFinished& finished = *worker_->Last<CommitFinished>();
  EXPECT_EQ(finished.id, 7u);
  EXPECT_EQ(finished.status.code(), GetParam().status) << finished.status;
}

// librdkafka itself retries some errors twice; more of them come through.
INSTANTIATE_TEST_SUITE_P(
    Errors, KafkaSourceCommitTest,
    ::testing::Values(
        Case{"None", 0, 1, absl::StatusCode::kOk},
        Case{"LoadInProgressOnce", 14, 1, absl::StatusCode::kOk},
        Case{"LoadInProgress", 14, 8, absl::StatusCode::kUnavailable},
        Case{"UnknownTopic", 3, 8, absl::StatusCode::kUnavailable},
        Case{"RequestTimedOut", 7, 8, absl::StatusCode::kUnavailable},
        Case{"NotCoordinatorOnce", 16, 1, absl::StatusCode::kOk},
        Case{"CoordinatorNotAvailableOnce", 15, 1, absl::StatusCode::kOk},
        Case{"DisconnectOnce", -195, 1, absl::StatusCode::kOk},
        Case{"RebalanceInProgress", 27, 1, absl::StatusCode::kUnavailable},
        Case{"Unknown", -1, 1, absl::StatusCode::kUnavailable},
        Case{"IllegalGeneration", 22, 1, absl::StatusCode::kAborted},
        Case{"UnknownMember", 25, 1, absl::StatusCode::kAborted},
        Case{"GroupAuthorization", 30, 1,
             absl::StatusCode::kFailedPrecondition},
        Case{"TopicAuthorization", 29, 1,
             absl::StatusCode::kFailedPrecondition},
        Case{"MetadataTooLarge", 12, 1, absl::StatusCode::kFailedPrecondition},
        Case{"InvalidSize", 28, 1, absl::StatusCode::kFailedPrecondition}),
    [](const auto& info) { return std::string(info.param.name); });

using KafkaSourceCommitDeadlineTest = KafkaSourceCommitTest;

TEST_F(KafkaSourceCommitDeadlineTest, SynchronousCommitKeepsItsDeadline) {
  broker_->SetRoundTrip(1, absl::Seconds(3));
  absl::Status status;
  EXPECT_LT(Elapsed([&] {
              status = worker_->source().Commit({&position_, 1},
                                                absl::Milliseconds(300));
            }),
            absl::Seconds(2));
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  broker_->SetRoundTrip(1, absl::ZeroDuration());
}

TEST_F(KafkaSourceCommitDeadlineTest, RefusesWhatIsNotItsOwn) {
  const PartitionOffset other{{"t", 5}, 1};
  EXPECT_EQ(worker_->source().Commit({&other, 1}, absl::Seconds(1)).code(),
            absl::StatusCode::kAborted);
  const PartitionOffset negative{{"t", 0}, -1};
  EXPECT_EQ(worker_->source().Commit({&negative, 1}, absl::Seconds(1)).code(),
            absl::StatusCode::kInvalidArgument);
  worker_->source().CommitAsync({&other, 1}, 3);
  ASSERT_TRUE(worker_->PollUntilEvent<CommitFinished>());
  EXPECT_EQ(worker_->Last<CommitFinished>()->status.code(),
            absl::StatusCode::kAborted);
}

TEST_F(KafkaSourceCommitDeadlineTest, MarksComeBackWithTheirOffsets) {
  const PartitionOffset marked{{"t", 0}, 5, "rf1:4:12345678:"};
  SourceConfig config = EmbeddedConfig(*broker_);
  config.partitions = {0};
  for (const std::string& mark : {marked.mark, std::string()}) {
    PartitionOffset position = marked;
    position.mark = mark;
    ASSERT_TRUE(
        worker_->source().Commit({&position, 1}, absl::Seconds(5)).ok());
    Worker other(MustMake(config));
    ASSERT_TRUE(other.PollUntilEvent<PartitionsAssigned>());
    const auto& assigned = other.Last<PartitionsAssigned>()->partitions;
    ASSERT_EQ(assigned.size(), 1u);
    EXPECT_EQ(assigned[0].offset, 5);
    EXPECT_EQ(assigned[0].mark, mark);
  }
}

TEST_F(KafkaSourceCommitDeadlineTest, NothingToCommitIsDone) {
  EXPECT_TRUE(worker_->source().Commit({}, absl::Seconds(1)).ok());
  worker_->source().CommitAsync({}, 5);
  ASSERT_TRUE(worker_->PollUntilEvent<CommitFinished>());
  EXPECT_TRUE(worker_->Last<CommitFinished>()->status.ok());
}

TEST_F(KafkaSourceCommitDeadlineTest, AnErrorIsNeverReadAsNoOffset) {
  ASSERT_TRUE(worker_->source().Commit({&position_, 1}, absl::Seconds(5)).ok());
  // Unstable, not authorized, unknown, disconnected: all are asked again.
  broker_->PushRequestErrors(kOffsetFetch, {88, 30, -1, -195, 14});
  SourceConfig config = EmbeddedConfig(*broker_);
  config.partitions = {0};
  Worker worker(MustMake(config));
  ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned > 0; }));
  EXPECT_EQ(worker.Last<PartitionsAssigned>()->partitions[0], position_);
}

}  // namespace
}  // namespace rowfall::source
