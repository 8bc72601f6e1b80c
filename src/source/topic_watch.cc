// SPDX-License-Identifier: Apache-2.0
// Asks brokers which topics there are.
#include "source/topic_watch.h"

#include <algorithm>
#include <utility>

#include "base/guard.h"
#include "base/text.h"
#include "source/handle.h"

namespace rowfall::source {
namespace {

constexpr int kLongestTimeoutMs = 5000;

struct MetadataDestroyer {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};
using MetadataHandle =
    std::unique_ptr<const rd_kafka_metadata_t, MetadataDestroyer>;

// Whatever else is wrong with a topic may pass, and is told by the client.
bool IsThere(const rd_kafka_metadata_topic_t& topic) {
  return topic.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
         topic.err != RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
}

}  // namespace

bool TopicWatch::Ask() {
  std::lock_guard lock(mutex_);
  if (waiting_) return true;
  waiting_ = thread_.Ask([this] {
    AnswerIt();
    return false;
  });
  return waiting_;
}

bool TopicWatch::waiting() const {
  std::lock_guard lock(mutex_);
  return waiting_;
}

std::optional<TopicWatch::Answer> TopicWatch::Take() {
  std::lock_guard lock(mutex_);
  return std::exchange(answer_, std::nullopt);
}

void TopicWatch::AnswerIt() {
  Answer answer = base::Guarded([this] { return Query(); });
  timeout_ms_ = answer.ok() ? kFirstTimeoutMs
                            : std::min(timeout_ms_ * 2, kLongestTimeoutMs);
  std::lock_guard lock(mutex_);
  waiting_ = false;
  answer_ = std::move(answer);
}

TopicWatch::Answer TopicWatch::Query() {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t code = rd_kafka_metadata(
      client_, /*all_topics=*/1, nullptr, &metadata, timeout_ms_);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return absl::UnavailableError(
        base::Cat("Topics cannot be listed: ", rd_kafka_err2str(code)));
  }
  const MetadataHandle owned(metadata);
  return Match(*metadata);
}

TopicWatch::Answer TopicWatch::Match(const rd_kafka_metadata_t& metadata) {
  std::map<std::string, bool, std::less<>> now;
  std::vector<std::string> topics;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata.topics[i];
    if (!IsThere(topic)) continue;
    const auto known = known_.find(std::string_view(topic.topic));
    const bool matches =
        known != known_.end() ? known->second : filter_.Matches(topic.topic);
    now[topic.topic] = matches;
    if (matches) topics.emplace_back(topic.topic);
  }
  known_ = std::move(now);
  std::sort(topics.begin(), topics.end());
  return topics;
}

}  // namespace rowfall::source
