// SPDX-License-Identifier: Apache-2.0
// A thread for questions to brokers that hold up who asks.
#ifndef ROWFALL_SOURCE_QUESTION_THREAD_H_
#define ROWFALL_SOURCE_QUESTION_THREAD_H_

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>

#include "base/thread.h"

namespace rowfall::source {

// Its hanging harms nothing but the next question. It begins with the first
// one. Thread-safe, but for Join().
class QuestionThread {
 public:
  // Returns whether it is to be called again, behind the others. Must not
  // throw.
  using Question = std::function<bool()>;

  ~QuestionThread() { Join(); }

  // Lets the thread call `question`, behind those before. Returns false where
  // no thread can be made, or behind Stop().
  bool Ask(Question question);

  // Ends the thread after its current question; does not wait. The questions
  // behind it are dropped.
  void Stop();
  // Stop(), and waits, maybe for ever.
  void Join();

 private:
  void Run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::list<Question> questions_;
  bool stop_ = false;
  base::Thread thread_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_QUESTION_THREAD_H_
