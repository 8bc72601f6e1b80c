// SPDX-License-Identifier: Apache-2.0
// Tells when too many of the last messages were bad: the circuit breaker.
#ifndef ROWFALL_ENGINE_ERROR_LIMIT_H_
#define ROWFALL_ENGINE_ERROR_LIMIT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "plan/source_plan.h"
#include "rowfall/message.h"

namespace rowfall::engine {

// Of one worker and run. Remembers the bad messages of the last `window`
// messages; good ones cost an addition a batch. Not thread-safe.
class ErrorLimit {
 public:
  // `limit` must outlive the object.
  explicit ErrorLimit(const plan::MaxErrors& limit) : limit_(limit) {}

  // A bad message with which there are too many.
  struct Breach {
    uint32_t message = 0;  // Index in the batch.
    size_t errors = 0;     // In the window, this one included.
    size_t seen = 0;       // Messages in the window.
    std::string first;     // The place of the first one in the window.
  };

  // Returns the first breach of a batch that comes next, whose messages at
  // `bad` (ascending, each once) are bad. Changes nothing.
  std::optional<Breach> Find(const MessageBatch& messages,
                             std::span<const uint32_t> bad) const;
  // Remembers a batch that is done.
  void Add(const MessageBatch& messages, std::span<const uint32_t> bad);

  // Returns why the view fails; `last` tells of the bad message.
  std::string Text(const Breach& breach, std::string_view last) const;

 private:
  struct Error {
    uint64_t number;  // Of the message, in all that were seen.
    std::string place;
  };

  bool IsTooMany(size_t errors, size_t seen) const;

  const plan::MaxErrors& limit_;
  uint64_t seen_ = 0;
  std::deque<Error> errors_;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_ERROR_LIMIT_H_
