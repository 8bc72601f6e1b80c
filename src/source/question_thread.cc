// SPDX-License-Identifier: Apache-2.0
// A thread for questions to brokers.
#include "source/question_thread.h"

#include <utility>

namespace rowfall::source {

bool QuestionThread::Ask(Question question) {
  std::lock_guard lock(mutex_);
  if (stop_) return false;
  if (!thread_.joinable()) {
    try {
      thread_ = base::Thread([this] { Run(); });
    } catch (...) {
      return false;
    }
  }
  questions_.push_back(std::move(question));
  changed_.notify_one();
  return true;
}

void QuestionThread::Stop() {
  std::lock_guard lock(mutex_);
  stop_ = true;
  changed_.notify_one();
}

void QuestionThread::Join() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void QuestionThread::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || !questions_.empty(); });
    if (stop_) return;
    // A list of one, so that asking again needs no memory.
    std::list<Question> current;
    current.splice(current.end(), questions_, questions_.begin());
    lock.unlock();
    if (!current.front()()) current.clear();
    lock.lock();
    questions_.splice(questions_.end(), current);
  }
}

}  // namespace rowfall::source
