// SPDX-License-Identifier: Apache-2.0
// A librdkafka client with all that its threads may touch.
#ifndef ROWFALL_SOURCE_KAFKA_CLIENT_H_
#define ROWFALL_SOURCE_KAFKA_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/source.h"
#include "source/client_log.h"
#include "source/committed_offsets.h"
#include "source/topic_watch.h"
#include "source/watermark_probe.h"

namespace rowfall::source {

// What a consumer does when librdkafka calls it back. All calls come on the
// thread that polls, within its polling.
class ClientCallbacks {
 public:
  virtual void OnRebalance(rd_kafka_resp_err_t code,
                           const rd_kafka_topic_partition_list_t* list) = 0;
  virtual void OnError(rd_kafka_resp_err_t code, std::string_view reason) = 0;
  virtual void OnCommit(rd_kafka_resp_err_t code,
                        const rd_kafka_topic_partition_list_t* list,
                        void* tag) = 0;

 protected:
  ~ClientCallbacks() = default;
};

// Shared with the thread that destroys the client, which may never end.
class KafkaClient {
 public:
  // Makes the client. Errors: as MakeKafkaSource().
  static absl::StatusOr<std::shared_ptr<KafkaClient>> Make(
      const SourceConfig& config, size_t max_prefetch_bytes);

  explicit KafkaClient(Redactor redactor) : log_(std::move(redactor)) {}
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* handle() const { return handle_; }
  ClientLog& log() { return log_; }
  WatermarkProbe& probe() { return *probe_; }
  CommittedOffsets& committed() { return *committed_; }
  TopicWatch& topics() { return *topics_; }

  // Who is called back; null: nobody, and a rebalance is just agreed to.
  void set_callbacks(ClientCallbacks* callbacks) { callbacks_ = callbacks; }
  ClientCallbacks* callbacks() const { return callbacks_; }

  // For rd_kafka_commit_queue(); the opaque is OnCommit()'s tag.
  static void CommitDone(rd_kafka_t* handle, rd_kafka_resp_err_t code,
                         rd_kafka_topic_partition_list_t* list, void* tag);

  enum class Leaving : uint8_t {
    kTell,     // Leaves the group, so that others get its partitions at once.
    kSilently  // For a group that does not answer, which would take seconds.
  };
  // Ends all and destroys the client within `timeout`. No other call may
  // follow. Errors: DeadlineExceeded: left behind.
  static absl::Status End(std::shared_ptr<KafkaClient> client,
                          absl::Duration timeout, Leaving leaving);

 private:
  bool Leave(absl::Duration timeout);

  ClientLog log_;
  ClientCallbacks* callbacks_ = nullptr;
  rd_kafka_t* handle_ = nullptr;
  std::unique_ptr<WatermarkProbe> probe_;
  std::unique_ptr<CommittedOffsets> committed_;
  std::unique_ptr<TopicWatch> topics_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_KAFKA_CLIENT_H_
