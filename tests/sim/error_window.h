// SPDX-License-Identifier: Apache-2.0
// Counts the bad messages that one consumer's worker has passed.
#ifndef ROWFALL_TESTS_SIM_ERROR_WINDOW_H_
#define ROWFALL_TESTS_SIM_ERROR_WINDOW_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace rowfall::tests {

// A message is passed when a position behind it is committed. Which messages a
// worker dropped on a new assignment is not seen from outside, so the window
// begins anew then: never too many are counted, and without assignments all.
class ErrorWindow {
 public:
  ErrorWindow(int limit, int window)
      : limit_(limit), window_(static_cast<size_t>(window)) {}

  void Polled(int log, int64_t offset, bool is_bad) {
    int64_t& next = next_[log];
    if (offset < next) return;  // It was read before.
    next = offset + 1;
    messages_.push_back({log, offset, is_bad, false});
  }
  void Passed(int log, int64_t offset) {
    for (Message& message : messages_) {
      message.is_passed |= message.log == log && message.offset < offset;
    }
  }
  // Everything from `position` on is read again. The message before it may be
  // read, too, to be compared; it is not passed.
  void StartsAt(int log, int64_t position) { next_[log] = position; }
  // A new assignment.
  void Forget() { messages_.clear(); }

  bool AreTooMany() const {
    int errors = 0;  // In the window that ends with message i.
    for (size_t i = 0; i < messages_.size(); ++i) {
      errors += messages_[i].IsPassedAndBad() ? 1 : 0;
      if (i >= window_)
        errors -= messages_[i - window_].IsPassedAndBad() ? 1 : 0;
      if (errors > limit_) return true;
    }
    return false;
  }

 private:
  struct Message {
    int log;
    int64_t offset;
    bool is_bad;
    bool is_passed;
    bool IsPassedAndBad() const { return is_bad && is_passed; }
  };
  const int limit_;
  const size_t window_;
  std::vector<Message> messages_;
  std::map<int, int64_t> next_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_ERROR_WINDOW_H_
