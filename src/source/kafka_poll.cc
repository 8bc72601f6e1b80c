// SPDX-License-Identifier: Apache-2.0
// What comes in at a Kafka consumer: messages, marks and errors.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "source/kafka_consumer.h"

namespace rowfall::source {
namespace {

constexpr size_t kMaxReceived = 1024;
constexpr absl::Duration kMaxAskBackoff = absl::Seconds(2);
constexpr absl::Duration kWatermarkTimeout = absl::Seconds(5);
constexpr absl::Duration kMaxRewindBackoff = absl::Seconds(30);
constexpr absl::Duration kLookInterval = absl::Seconds(1);
// While something is awaited that does not come through the queue.
constexpr absl::Duration kSlice = absl::Milliseconds(10);

std::string_view TopicOf(const rd_kafka_message_t& message) {
  return message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
}

std::string PlaceOf(const rd_kafka_message_t& message) {
  std::string_view topic = TopicOf(message);
  if (topic.empty() || message.partition < 0) return std::string(topic);
  return base::Cat(topic, "/", message.partition);
}

// Whether messages follow that stand behind ones the client could not read.
bool SkipsMessages(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__BAD_MSG ||
         code == RD_KAFKA_RESP_ERR__BAD_COMPRESSION ||
         code == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

std::string_view Bytes(const void* data, size_t size) {
  return data == nullptr
             ? std::string_view()
             : std::string_view(static_cast<const char*>(data), size);
}

void ReadHeaders(const rd_kafka_message_t& message,
                 std::vector<Header>& headers) {
  headers.clear();
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(&message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(list, i, &name, &value, &size) ==
                     RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i)
    headers.push_back({name, Bytes(value, size), value != nullptr});
}

}  // namespace

// What one Poll() has brought so far.
struct KafkaConsumer::Delivery {
  const PollLimits& limits;
  MessageBatch& messages;
  const size_t first_message = messages.size();
  const size_t first_byte = messages.byte_size();

  size_t num_messages() const { return messages.size() - first_message; }
  bool full() const {
    return num_messages() >= limits.max_messages ||
           messages.byte_size() - first_byte > limits.max_bytes;
  }
};

void KafkaConsumer::Poll(const PollLimits& limits, MessageBatch& messages,
                         std::vector<SourceEvent>& events) {
  if (client_ == nullptr) return;
  DrainLog();  // The host's, which may take its time: the turn begins behind.
  const StandIn::Turn turn(stand_in_);
  if (failure_ != nullptr)
    std::rethrow_exception(std::exchange(failure_, nullptr));
  TellAbsence();
  const absl::Duration end = Now() + limits.max_wait;
  Delivery delivery{limits, messages};
  bool may_wait = true;
  while (true) {
    Serve();
    Deliver(delivery);
    if (!events_.empty() || delivery.full()) break;
    if (Receive(limits.max_messages - delivery.num_messages())) continue;
    if (!events_.empty() || delivery.num_messages() > 0 || !may_wait) break;
    if (woken_.exchange(false)) break;
    const absl::Duration rest = end - Now();
    may_wait = rest > absl::ZeroDuration();
    if (may_wait) ReceiveOne(WaitSlice(rest));
  }
  std::move(events_.begin(), events_.end(), std::back_inserter(events));
  events_.clear();
}

absl::Duration KafkaConsumer::WaitSlice(absl::Duration wait) const {
  const bool awaits = phase_ == Phase::kReadOffsets || !out_of_range_.empty() ||
                      !rewinds_.empty() || AwaitsTopicList();
  if (awaits || waker_.active()) return std::min(wait, kSlice);
  return unreachable_ ? std::min(wait, kLookInterval) : wait;
}

// Takes what is at hand, without waiting. Returns whether there was anything
// to deliver.
bool KafkaConsumer::Receive(size_t max_messages) {
  received_.resize(std::min(max_messages, kMaxReceived));
  if (!batches_are_safe_) {
    const size_t before = carried_.size();
    for (size_t i = 0; i < received_.size() && events_.empty(); ++i) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(handle(), 0);
      if (message == nullptr) break;
      Take(message);
    }
    if (carried_.size() > before) unreachable_ = false;
    return carried_.size() > before;
  }
  const ssize_t count = rd_kafka_consume_batch_queue(
      queue_.get(), 0, received_.data(), received_.size());
  const size_t before = carried_.size();
  for (ssize_t i = 0; i < count; ++i) Take(received_[i]);
  if (carried_.size() > before) unreachable_ = false;
  return carried_.size() > before;
}

// Waits for one message. Callbacks that leave an event end the wait.
void KafkaConsumer::ReceiveOne(absl::Duration wait) {
  const int wait_ms = static_cast<int>(
      absl::ToInt64Milliseconds(wait + absl::Nanoseconds(999999)));
  may_yield_ = true;
  rd_kafka_message_t* message = rd_kafka_consumer_poll(handle(), wait_ms);
  may_yield_ = false;
  if (message != nullptr) Take(message);
}

// Keeps what has to be delivered in its order; handles all other errors.
void KafkaConsumer::Take(rd_kafka_message_t* message) {
  MessageHandle owned(message);
  switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      break;
    default:
      if (SkipsMessages(message->err)) break;
      TakeError(*message);
      return;
  }
  if (phase_ == Phase::kSteady) carried_.push_back(std::move(owned));
}

void KafkaConsumer::TakeError(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__FATAL) {
    OnError(message.err, "");
    return;
  }
  if (IsNoise(message.err)) return;
  if (message.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
      message.err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    ATopicIsMissing();
  const char* text = rd_kafka_message_errstr(&message);
  Report(TroubleStatus(
      message.err, client_->log().redactor().Clean(text == nullptr ? "" : text),
      PlaceOf(message)));
}

// Hands over what is carried, up to a limit or an event.
void KafkaConsumer::Deliver(Delivery& delivery) {
  if (phase_ != Phase::kSteady) carried_.clear();
  if (paused_) return;
  const rd_kafka_topic_t* topic = nullptr;
  int32_t partition = -1;
  PartitionTable::Entry* entry = nullptr;
  while (!carried_.empty() && events_.empty() && !delivery.full()) {
    MessageHandle message = std::move(carried_.front());
    carried_.pop_front();
    // Messages of one partition come in runs.
    if (message->rkt != topic || message->partition != partition) {
      topic = message->rkt;
      partition = message->partition;
      entry = table_.Find(TopicOf(*message), partition);
    }
    if (entry == nullptr) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      DeliverMessage(*message, *entry, delivery);
    } else {
      DeliverMark(*message, *entry);
    }
  }
}

void KafkaConsumer::DeliverMessage(const rd_kafka_message_t& message,
                                   PartitionTable::Entry& entry,
                                   Delivery& delivery) {
  if (!PartitionTable::Accept(entry, message.offset)) return;
  // librdkafka parses them at each call: a tenth of the cost of a message.
  if (config_.with_headers) ReadHeaders(message, headers_);
  rd_kafka_timestamp_type_t type;
  delivery.messages.Append({
      .topic = TopicOf(message),
      .partition = message.partition,
      .offset = message.offset,
      .timestamp_ms = rd_kafka_message_timestamp(&message, &type),
      .payload = Bytes(message.payload, message.len),
      .has_payload = message.payload != nullptr,
      .key = Bytes(message.key, message.key_len),
      .has_key = message.key != nullptr,
      .headers = headers_,
  });
}

// The end of a partition, a position out of range, or messages that the client
// skipped because it could not read them.
void KafkaConsumer::DeliverMark(const rd_kafka_message_t& message,
                                PartitionTable::Entry& entry) {
  PartitionOffset position{{std::string(TopicOf(message)), message.partition},
                           message.offset};
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (PartitionTable::AcceptEnd(entry, message.offset))
      Add(EndOfPartition{std::move(position)});
    return;
  }
  if (std::exchange(entry.stopped, true)) return;
  // From librdkafka 2.1 on a log that was cut is told without the offset.
  if (position.offset < 0) position.offset = std::max(entry.start, entry.next);
  const char* text = rd_kafka_message_errstr(&message);
  std::string reason =
      client_->log().redactor().Clean(text == nullptr ? "" : text);
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    client_->probe().Ask(position.partition);
    out_of_range_.push_back(
        {{std::move(position), kOffsetNone, kOffsetNone, std::move(reason)},
         Now() + kWatermarkTimeout});
    return;
  }
  // What follows must not overtake what could not be read.
  if (entry.start < 0) entry.start = message.offset;
  // Only the same trouble again makes the wait longer.
  if (std::exchange(entry.rewound_at, entry.next) != entry.next)
    entry.rewind_wait = absl::ZeroDuration();
  entry.rewind_wait = std::clamp(entry.rewind_wait * 2, absl::Milliseconds(500),
                                 kMaxRewindBackoff);
  rewinds_.push_back(
      {std::move(position.partition), Now() + entry.rewind_wait});
  Report(TroubleStatus(message.err, reason, PlaceOf(message)));
}

void KafkaConsumer::Serve() {
  if (watches_topics_) ServeTopicList();
  if (phase_ == Phase::kReadOffsets) ServeOffsets();
  if (!out_of_range_.empty()) ServeOutOfRange();
  if (!rewinds_.empty()) ServeRewinds();
  if (unreachable_) ServeUnreachable();
  if (fetch_stalls_) ServeFetchWaker();
}

void KafkaConsumer::ServeOffsets() {
  if (pending_.empty()) {
    phase_ = Phase::kAwaitAssign;
    Add(PartitionsAssigned{});
    return;
  }
  CommittedOffsets& committed = client_->committed();
  if (!committed.waiting()) {
    if (Now() < ask_at_ || AwaitsTopics()) return;
    if (committed.Ask(PartitionsToAsk())) return;
    Report(absl::UnavailableError("No thread for committed offsets"));
    ask_at_ = Now() + kMaxAskBackoff;
    return;
  }
  auto answer = committed.Take();
  if (!answer.has_value()) return;
  if (!answer->ok()) {
    // Not to know is not the same as to know of none.
    Report(absl::UnavailableError(base::ToAbsl(client_->log().redactor().Clean(
        base::FromAbsl(answer->status().message())))));
    ask_backoff_ =
        std::clamp(ask_backoff_ * 2, absl::Milliseconds(100), kMaxAskBackoff);
    ask_at_ = Now() + ask_backoff_;
    return;
  }
  group_is_silent_ = false;
  phase_ = Phase::kAwaitAssign;
  PartitionsAssigned assigned{*std::move(*answer)};
  const auto others =
      assigned.partitions.begin() + static_cast<ptrdiff_t>(pending_.size());
  assigned.others.assign(others, assigned.partitions.end());
  assigned.partitions.erase(others, assigned.partitions.end());
  assigned.partitions_at_start = PartitionsAtStart();
  Add(std::move(assigned));
}

bool KafkaConsumer::AwaitsTopics() const {
  return config_.starts_at_end && Now() < topics_by_ &&
         !client_->probe().Topics().has_value();
}

std::map<std::string, int32_t> KafkaConsumer::PartitionsAtStart() const {
  std::map<std::string, int32_t> counts;
  if (!config_.starts_at_end) return counts;
  const auto topics = client_->probe().Topics();
  if (!topics.has_value()) return counts;
  for (const TopicPartition& partition : pending_) {
    const auto topic = topics->find(partition.topic);
    counts[partition.topic] = topic == topics->end() ? 0 : topic->second;
  }
  return counts;
}

std::vector<TopicPartition> KafkaConsumer::PartitionsToAsk() const {
  std::vector<TopicPartition> partitions = pending_;
  for (const auto& [topic, count] : PartitionsAtStart()) {
    for (int32_t i = 0; i < count; ++i) {
      TopicPartition other{topic, i};
      if (!std::binary_search(pending_.begin(), pending_.end(), other))
        partitions.push_back(std::move(other));
    }
  }
  return partitions;
}

// Adds how far the log goes, where a broker says so in time.
void KafkaConsumer::ServeOutOfRange() {
  std::vector<std::pair<TopicPartition, Watermarks>> answers =
      client_->probe().Take();
  for (auto& [event, deadline] : out_of_range_) {
    for (const auto& [partition, marks] : answers) {
      if (partition != event.position.partition) continue;
      if (marks.high < 0) {
        // Not to know helps nobody: there is time to ask again.
        client_->probe().Ask(partition);
        continue;
      }
      event.low = marks.low;
      event.high = marks.high;
      deadline = absl::ZeroDuration();
    }
  }
  const absl::Duration now = Now();
  std::erase_if(out_of_range_, [&](OutOfRange& waiting) {
    if (now < waiting.deadline) return false;
    Add(std::move(waiting.event));
    return true;
  });
}

// A log that is read to its end gives no sign when a broker is there again.
void KafkaConsumer::ServeUnreachable() {
  if (Now() < look_at_ || table_.empty() || !out_of_range_.empty()) return;
  look_at_ = Now() + kLookInterval;
  for (const auto& [partition, marks] : client_->probe().Take()) {
    if (marks.high < 0) continue;
    unreachable_ = false;
    return Add(SourceRecovered{});
  }
  client_->probe().Ask(table_.Partitions().front());
}

void KafkaConsumer::ServeRewinds() {
  const absl::Duration now = Now();
  const bool due =
      phase_ == Phase::kSteady &&
      std::any_of(rewinds_.begin(), rewinds_.end(),
                  [&](const Rewind& rewind) { return rewind.at <= now; });
  if (!due) return;
  for (const auto& [partition, at] : std::exchange(rewinds_, {})) {
    PartitionTable::Entry* entry =
        table_.Find(partition.topic, partition.partition);
    if (entry != nullptr) entry->stopped = false;
  }
  absl::Status status = AssignAll();
  if (!status.ok()) Report(std::move(status));
}

// Asks the leader of one partition after the other, each time the waker says.
void KafkaConsumer::ServeFetchWaker() {
  if (paused_ || phase_ != Phase::kSteady || table_.empty()) return;
  if (!waker_.Observe(rd_kafka_queue_length(queue_.get()), Now())) return;
  std::vector<PartitionOffset> positions = table_.Positions();
  for (size_t i = 0; i < positions.size(); ++i) {
    const PartitionOffset& position =
        positions[wake_partition_++ % positions.size()];
    // A log that was read to its end has nothing to fetch.
    if (GetWatermarks(position.partition).high <= position.offset) continue;
    client_->probe().Ask(position.partition);
    // Nobody needs the answer, unless a partition is out of range.
    if (out_of_range_.empty()) (void)client_->probe().Take();
    return;
  }
}

}  // namespace rowfall::source
