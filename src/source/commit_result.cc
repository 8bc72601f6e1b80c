// SPDX-License-Identifier: Apache-2.0
// What a commit's result means for who asked.
#include "source/commit_result.h"

#include "base/text.h"

namespace rowfall::source {
namespace {

absl::StatusCode CommitCode(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
      return absl::StatusCode::kOk;
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
      return absl::StatusCode::kAborted;
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE:
      return absl::StatusCode::kFailedPrecondition;
    case RD_KAFKA_RESP_ERR__DESTROY:
      return absl::StatusCode::kCancelled;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

absl::Status CommitStatus(rd_kafka_resp_err_t code) {
  absl::StatusCode status = CommitCode(code);
  if (status == absl::StatusCode::kOk) return absl::OkStatus();
  return absl::Status(status,
                      base::ToAbsl(base::Cat("Offsets were not committed, ",
                                             rd_kafka_err2str(code), ": ",
                                             rd_kafka_err2name(code))));
}

CommitResult MakeCommitResult(rd_kafka_resp_err_t code,
                              const rd_kafka_topic_partition_list_t* list) {
  const absl::Status request = CommitStatus(code);
  CommitResult result{request, {}};
  for (int i = 0; list != nullptr && i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& element = list->elems[i];
    absl::Status status = element.err != RD_KAFKA_RESP_ERR_NO_ERROR
                              ? CommitStatus(element.err)
                              : request;
    if (result.status.ok()) result.status = status;
    result.partitions.emplace_back(
        PartitionOffset{{element.topic, element.partition}, element.offset},
        std::move(status));
  }
  return result;
}

}  // namespace rowfall::source
