// SPDX-License-Identifier: Apache-2.0
// What a commit's result means for who asked.
#ifndef ROWFALL_SOURCE_COMMIT_RESULT_H_
#define ROWFALL_SOURCE_COMMIT_RESULT_H_

#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "absl/status/status.h"
#include "rowfall/message.h"

namespace rowfall::source {

// Returns OK; Unavailable: try again later; Aborted: the assignment is gone;
// FailedPrecondition: never going to work; Cancelled: the client ends.
// "No offset" is success: there was nothing to commit.
absl::Status CommitStatus(rd_kafka_resp_err_t code);

struct CommitResult {
  absl::Status status;
  std::vector<std::pair<PartitionOffset, absl::Status>> partitions;
};

// Joins the result of the request with those of its partitions: the first
// partition that failed decides where the request itself did not. `list` may
// be null.
CommitResult MakeCommitResult(rd_kafka_resp_err_t code,
                              const rd_kafka_topic_partition_list_t* list);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_COMMIT_RESULT_H_
