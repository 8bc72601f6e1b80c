// SPDX-License-Identifier: Apache-2.0
// Hands rejects over to the host, each until it is durable there.
#ifndef ROWFALL_SINK_DEAD_LETTERS_H_
#define ROWFALL_SINK_DEAD_LETTERS_H_

#include <cstddef>
#include <functional>

#include "absl/status/status.h"
#include "base/fence.h"
#include "rowfall/reject.h"

namespace rowfall::sink {

// Carries the rejects of one step of a batch after the other. What the handler
// has taken is not handed over again; the one that failed is. Not thread-safe.
class DeadLetters {
 public:
  // `handler` and `fence` must outlive the object. Behind a fence that is
  // closed no call of the handler begins: Cancelled.
  explicit DeadLetters(RejectHandler& handler,
                       const base::Fence* fence = nullptr)
      : handler_(handler), fence_(fence) {}

  // `count` rejects are to be handed over, whatever was before.
  void Begin(size_t count);

  // Hands over the rest in order, `make(i)` being number i of `count`; counts
  // attempts. OK: all
  // are durable. Any error: the handler failed or threw, call again later.
  absl::Status Attempt(const std::function<Reject(size_t)>& make);

  bool done() const { return next_ == count_; }
  size_t handed_over() const { return next_; }

 private:
  RejectHandler& handler_;
  const base::Fence* const fence_;  // Null: none.
  size_t count_ = 0;
  size_t next_ = 0;
  int attempt_ = 0;  // Of number next_.
};

}  // namespace rowfall::sink

#endif  // ROWFALL_SINK_DEAD_LETTERS_H_
