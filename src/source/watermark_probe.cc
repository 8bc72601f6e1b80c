// SPDX-License-Identifier: Apache-2.0
// Asks brokers how far their logs go.
#include "source/watermark_probe.h"

#include <utility>

namespace rowfall::source {
namespace {

constexpr int kTimeoutMs = 5000;
// Shorter: it is asked again, and must not hold up the end.
constexpr int kTopicsTimeoutMs = 500;

}  // namespace

bool WatermarkProbe::Ask(const TopicPartition& partition) {
  std::lock_guard lock(mutex_);
  if (waiting_.count(partition) != 0) return true;
  if (!thread_.Ask([this, partition] {
        AnswerTo(partition);
        return false;
      })) {
    return false;
  }
  waiting_.insert(partition);
  return true;
}

bool WatermarkProbe::AskTopics() {
  return thread_.Ask([this] { return !AnswerTopics(); });
}

std::optional<std::map<std::string, int32_t>> WatermarkProbe::Topics() {
  std::lock_guard lock(mutex_);
  return topics_;
}

std::vector<std::pair<TopicPartition, Watermarks>> WatermarkProbe::Take() {
  std::vector<std::pair<TopicPartition, Watermarks>> answers;
  std::lock_guard lock(mutex_);
  answers.swap(answers_);
  return answers;
}

void WatermarkProbe::AnswerTo(const TopicPartition& partition) {
  Watermarks marks;
  if (rd_kafka_query_watermark_offsets(
          client_, partition.topic.c_str(), partition.partition, &marks.low,
          &marks.high, kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
    marks = Watermarks();
  std::lock_guard lock(mutex_);
  // It waited as long as it was being asked.
  waiting_.erase(partition);
  answers_.emplace_back(partition, marks);
}

bool WatermarkProbe::AnswerTopics() {
  auto topics = QueryTopics();
  if (!topics.has_value()) return false;
  std::lock_guard lock(mutex_);
  topics_ = std::move(topics);
  return true;
}

std::optional<std::map<std::string, int32_t>> WatermarkProbe::QueryTopics() {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_, /*all_topics=*/1, nullptr, &metadata,
                        kTopicsTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  std::optional<std::map<std::string, int32_t>> topics(std::in_place);
  try {
    for (int i = 0; i < metadata->topic_cnt; ++i)
      (*topics)[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
  } catch (...) {
    topics.reset();  // No memory: it is asked again.
  }
  rd_kafka_metadata_destroy(metadata);
  return topics;
}

}  // namespace rowfall::source
