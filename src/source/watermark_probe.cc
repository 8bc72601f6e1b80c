// SPDX-License-Identifier: Apache-2.0
// Asks brokers how far their logs go.
#include "source/watermark_probe.h"

#include <algorithm>

namespace rowfall::source {
namespace {

constexpr int kTimeoutMs = 5000;
// Shorter: it is asked again, and must not hold up the end.
constexpr int kTopicsTimeoutMs = 500;

}  // namespace

bool WatermarkProbe::Ask(const TopicPartition& partition) {
  std::lock_guard lock(mutex_);
  if (stop_) return false;
  if (std::find(questions_.begin(), questions_.end(), partition) ==
      questions_.end())
    questions_.push_back(partition);
  return Begin();
}

bool WatermarkProbe::AskTopics() {
  std::lock_guard lock(mutex_);
  if (stop_) return false;
  asks_topics_ = true;
  return Begin();
}

bool WatermarkProbe::Begin() {
  changed_.notify_one();
  if (thread_.joinable()) return true;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (...) {
    questions_.clear();
    asks_topics_ = false;
    return false;
  }
  return true;
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

void WatermarkProbe::Stop() {
  std::lock_guard lock(mutex_);
  stop_ = true;
  changed_.notify_one();
}

void WatermarkProbe::Join() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void WatermarkProbe::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock,
                  [&] { return stop_ || asks_topics_ || !questions_.empty(); });
    if (stop_) return;
    if (asks_topics_) {
      lock.unlock();
      auto topics = QueryTopics();
      lock.lock();
      asks_topics_ = !topics.has_value();
      topics_ = std::move(topics);
    }
    if (stop_ || questions_.empty()) continue;
    TopicPartition partition = questions_.front();
    lock.unlock();
    Watermarks marks;
    if (rd_kafka_query_watermark_offsets(
            client_, partition.topic.c_str(), partition.partition, &marks.low,
            &marks.high, kTimeoutMs) != RD_KAFKA_RESP_ERR_NO_ERROR)
      marks = Watermarks();
    lock.lock();
    // It waited as long as it was being asked.
    questions_.pop_front();
    answers_.emplace_back(std::move(partition), marks);
  }
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
