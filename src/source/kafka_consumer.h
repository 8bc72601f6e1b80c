// SPDX-License-Identifier: Apache-2.0
// The Source on a librdkafka consumer.
#ifndef ROWFALL_SOURCE_KAFKA_CONSUMER_H_
#define ROWFALL_SOURCE_KAFKA_CONSUMER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/source.h"
#include "source/fetch_waker.h"
#include "source/handle.h"
#include "source/kafka_client.h"
#include "source/kafka_source.h"
#include "source/partition_table.h"
#include "source/stand_in.h"
#include "source/topic_watch.h"
#include "source/trouble.h"

namespace rowfall::source {

// Messages and control flow through one queue of librdkafka's, polled by the
// worker, or in its place while it is away. A rebalance callback only takes
// notes: the group waits until the worker answers with Assign() or Unassign(),
// which is where librdkafka is told. Split by job: kafka_consumer.cc life,
// kafka_poll.cc what comes in, kafka_assign.cc partitions, kafka_commit.cc
// commits, kafka_topics.cc topics, kafka_absence.cc what happens while the
// worker is away.
class KafkaConsumer final : public Source, private ClientCallbacks {
 public:
  KafkaConsumer(SourceConfig config, const KafkaOptions& options,
                std::shared_ptr<KafkaClient> client);
  ~KafkaConsumer() override;

  absl::Status Start() override;
  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override;
  absl::Status Assign(std::span<const PartitionOffset> positions) override;
  absl::Status Unassign() override;
  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override;
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override;
  void Pause() override;
  void Resume() override;
  Watermarks GetWatermarks(const TopicPartition& partition) override;
  std::string ClusterId() override;
  void Wake() override;
  absl::Status Close(absl::Duration timeout) override;

 private:
  enum class Phase : uint8_t {
    kSteady,        // The assignment, maybe empty, is as the worker wants it.
    kReadOffsets,   // Assigned; the committed offsets are being read.
    kAwaitAssign,   // PartitionsAssigned was reported.
    kAwaitUnassign  // PartitionsRevoked was reported.
  };
  struct Delivery;
  struct Rewind {
    TopicPartition partition;
    absl::Duration at;
  };
  struct OutOfRange {
    OffsetOutOfRange event;
    absl::Duration deadline;
  };

  // ClientCallbacks.
  void OnRebalance(rd_kafka_resp_err_t code,
                   const rd_kafka_topic_partition_list_t* list) override;
  void OnError(rd_kafka_resp_err_t code, std::string_view reason) override;
  void OnCommit(rd_kafka_resp_err_t code,
                const rd_kafka_topic_partition_list_t* list,
                void* tag) override;

  absl::Duration Now() const { return clock_->Monotonic(); }
  rd_kafka_t* handle() const { return client_->handle(); }
  void DrainLog() { client_->log().Drain(options_.log); }
  // Adds an event; ends the wait that it came in.
  void Add(SourceEvent event);
  void Report(absl::Status trouble);

  // kafka_poll.cc
  bool Receive(size_t max_messages);
  void ReceiveOne(absl::Duration wait);
  void Take(rd_kafka_message_t* message);
  void TakeError(const rd_kafka_message_t& message);
  void Deliver(Delivery& delivery);
  void DeliverMessage(const rd_kafka_message_t& message,
                      PartitionTable::Entry& entry, Delivery& delivery);
  void DeliverMark(const rd_kafka_message_t& message,
                   PartitionTable::Entry& entry);
  void Serve();
  void ServeOffsets();
  bool AwaitsTopics() const;
  // How many partitions each topic of pending_ had at the start, as far as
  // that is known.
  std::map<std::string, int32_t> PartitionsAtStart() const;
  // pending_, and behind them the other partitions of their topics.
  std::vector<TopicPartition> PartitionsToAsk() const;
  void ServeOutOfRange();
  void ServeRewinds();
  void ServeFetchWaker();
  void ServeUnreachable();
  absl::Duration WaitSlice(absl::Duration wait) const;

  // kafka_assign.cc
  void ReadOffsetsOf(std::vector<TopicPartition> partitions);
  absl::Status CheckPositions(std::span<const PartitionOffset> positions) const;
  absl::Status AssignAll();
  void Forget();
  absl::Status LetGo();
  void PauseOwned();
  void ResumePaused();

  // kafka_absence.cc
  bool StartStandIn();
  void PollInItsPlace();
  void AnswerInItsPlace();
  void TellAbsence();

  // kafka_topics.cc
  void WatchTopics();
  bool AwaitsTopicList() const;
  void ServeTopicList();
  void TakeTopicList(TopicWatch::Answer& answer);
  void ATopicIsMissing();
  absl::Status Subscribe(std::vector<std::string> topics);

  // kafka_commit.cc
  absl::Status CheckCommit(std::span<const PartitionOffset> positions);

  const SourceConfig config_;
  const KafkaOptions options_;
  Clock* const clock_;
  const bool batches_are_safe_;
  const bool fetch_stalls_;
  std::shared_ptr<KafkaClient> client_;  // Null after Close().
  QueueHandle queue_;
  bool started_ = false;
  absl::Status close_status_;

  // Guards the queue against Close() while another thread wakes it.
  std::mutex wake_mutex_;
  rd_kafka_queue_t* wake_queue_ = nullptr;
  std::atomic<bool> woken_{false};

  std::vector<std::string> subscribed_;  // Sorted.
  // With regular expressions, which the client does not get to see.
  bool watches_topics_ = false;
  std::optional<std::vector<std::string>> wanted_;  // Once it is known.
  absl::Duration refresh_interval_ = absl::ZeroDuration();
  absl::Duration list_at_ = absl::ZeroDuration();   // Next.
  absl::Duration names_by_ = absl::ZeroDuration();  // At the latest.

  Phase phase_ = Phase::kSteady;
  std::vector<TopicPartition> pending_;  // Of kReadOffsets, kAwaitAssign.
  absl::Duration topics_by_ = absl::ZeroDuration();  // Who knows none goes on.
  absl::Duration ask_at_ = absl::ZeroDuration();
  absl::Duration ask_backoff_ = absl::ZeroDuration();
  PartitionTable table_;

  // Received but not delivered yet: a limit was reached, or it is paused.
  std::deque<MessageHandle> carried_;
  std::vector<rd_kafka_message_t*> received_;
  std::vector<Header> headers_;
  std::vector<SourceEvent> events_;
  // A callback may end a wait, but must not end a batch: the message that
  // follows would be lost.
  bool may_yield_ = false;

  bool paused_ = false;
  // Exactly what librdkafka was told to pause: resuming another partition
  // makes it deliver the same messages again and again.
  std::vector<TopicPartition> paused_partitions_;

  std::vector<OutOfRange> out_of_range_;
  std::vector<Rewind> rewinds_;
  TroubleFilter troubles_;
  LastingTrouble oversize_;
  std::string broker_trouble_;  // The last one.
  FetchWaker waker_;
  size_t wake_partition_ = 0;

  // All brokers were down when something was heard last.
  bool unreachable_ = false;
  absl::Duration look_at_ = absl::ZeroDuration();
  // The group did not answer when it was asked last.
  bool group_is_silent_ = false;
  uintptr_t last_commit_ = 0;
  std::map<uintptr_t, uint64_t> commits_;  // Our number -> the worker's.

  // A revocation is to be answered by then, by whoever is there.
  absl::Duration answer_by_ = absl::ZeroDuration();
  // Revocations that were answered before the worker has heard of them.
  int num_answered_ = 0;
  std::exception_ptr failure_;  // Of a poll in the worker's place.
  StandIn stand_in_;            // The last: its thread uses all above.
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_KAFKA_CONSUMER_H_
