// SPDX-License-Identifier: Apache-2.0
// Asks brokers how far their logs go.
#include "source/watermark_probe.h"

#include <algorithm>

namespace rowfall::source {
namespace {

constexpr int kTimeoutMs = 5000;

}  // namespace

bool WatermarkProbe::Ask(const TopicPartition& partition) {
  std::lock_guard lock(mutex_);
  if (stop_) return false;
  if (std::find(questions_.begin(), questions_.end(), partition) ==
      questions_.end())
    questions_.push_back(partition);
  changed_.notify_one();
  if (thread_.joinable()) return true;
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (...) {
    questions_.clear();
    return false;
  }
  return true;
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
    changed_.wait(lock, [&] { return stop_ || !questions_.empty(); });
    if (stop_) return;
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

}  // namespace rowfall::source
