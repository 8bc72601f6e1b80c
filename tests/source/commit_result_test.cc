// SPDX-License-Identifier: Apache-2.0
// The meaning of each result of a commit.
#include "source/commit_result.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "source/handle.h"

namespace rowfall::source {
namespace {

struct Case {
  rd_kafka_resp_err_t code;
  absl::StatusCode status;
};

void PrintTo(const Case& test, std::ostream* out) {
  *out << rd_kafka_err2name(test.code);
}

class CommitStatusTest : public ::testing::TestWithParam<Case> {};

TEST_P(CommitStatusTest, TellsWhatToDo) {
  EXPECT_EQ(CommitStatus(GetParam().code).code(), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Codes, CommitStatusTest,
    ::testing::Values(
        Case{RD_KAFKA_RESP_ERR_NO_ERROR, absl::StatusCode::kOk},
        Case{RD_KAFKA_RESP_ERR__NO_OFFSET, absl::StatusCode::kOk},
        Case{RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
             absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
             absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
             absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_NOT_COORDINATOR, absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
             absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR__TRANSPORT, absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR__WAIT_COORD, absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
             absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_UNKNOWN, absl::StatusCode::kUnavailable},
        Case{RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, absl::StatusCode::kAborted},
        Case{RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, absl::StatusCode::kAborted},
        Case{RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, absl::StatusCode::kAborted},
        Case{RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
             absl::StatusCode::kFailedPrecondition},
        Case{RD_KAFKA_RESP_ERR__FATAL, absl::StatusCode::kFailedPrecondition},
        Case{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
             absl::StatusCode::kFailedPrecondition},
        Case{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
             absl::StatusCode::kFailedPrecondition},
        Case{RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE,
             absl::StatusCode::kFailedPrecondition},
        Case{RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE,
             absl::StatusCode::kFailedPrecondition},
        Case{RD_KAFKA_RESP_ERR__DESTROY, absl::StatusCode::kCancelled}),
    [](const auto& info) {
      return std::string(rd_kafka_err2name(info.param.code));
    });

TEST(CommitResultTest, TextNamesTheCode) {
  EXPECT_EQ(CommitStatus(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID).message(),
            "Offsets were not committed, Broker: Unknown member: "
            "UNKNOWN_MEMBER_ID");
}

TEST(CommitResultTest, OnePartitionThatFailedFailsTheCommit) {
  const PartitionOffset positions[] = {{{"a", 0}, 3}, {{"a", 1}, 5}};
  ListHandle list = ToList(positions);
  list->elems[1].err = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
  CommitResult result =
      MakeCommitResult(RD_KAFKA_RESP_ERR_NO_ERROR, list.get());
  EXPECT_EQ(result.status.code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_EQ(result.partitions.size(), 2u);
  EXPECT_EQ(result.partitions[0].first, positions[0]);
  EXPECT_TRUE(result.partitions[0].second.ok());
  EXPECT_EQ(result.partitions[1].first, positions[1]);
  EXPECT_EQ(result.partitions[1].second.code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(CommitResultTest, ARequestThatFailedFailsEveryPartition) {
  const PartitionOffset positions[] = {{{"a", 0}, 3}};
  CommitResult result = MakeCommitResult(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
                                         ToList(positions).get());
  EXPECT_EQ(result.status.code(), absl::StatusCode::kAborted);
  ASSERT_EQ(result.partitions.size(), 1u);
  EXPECT_EQ(result.partitions[0].second.code(), absl::StatusCode::kAborted);
}

}  // namespace
}  // namespace rowfall::source
