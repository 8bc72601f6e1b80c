// SPDX-License-Identifier: Apache-2.0
// Tells when too many of the last messages were bad: the circuit breaker.
#include "engine/error_limit.h"

#include <algorithm>

#include "base/text.h"

namespace rowfall::engine {
namespace {

// A ratio of fewer messages says little.
constexpr size_t kLeastForRatio = 100;

}  // namespace

bool ErrorLimit::IsTooMany(size_t errors, size_t seen) const {
  if (limit_.ratio <= 0) return errors > limit_.count;
  return seen >= std::min(kLeastForRatio, limit_.window) &&
         static_cast<double>(errors) > limit_.ratio * static_cast<double>(seen);
}

std::optional<ErrorLimit::Breach> ErrorLimit::Find(
    const MessageBatch& messages, std::span<const uint32_t> bad) const {
  if (!limit_.is_set()) return std::nullopt;
  // What has left the window: of errors_, and of `bad`.
  size_t old = 0;
  size_t gone = 0;
  for (size_t i = 0; i < bad.size(); ++i) {
    const uint64_t number = seen_ + bad[i];
    const auto has_left = [&](uint64_t other) {
      return other + limit_.window <= number;
    };
    while (old < errors_.size() && has_left(errors_[old].number)) ++old;
    while (has_left(seen_ + bad[gone])) ++gone;
    const size_t errors = errors_.size() - old + i + 1 - gone;
    const size_t seen = std::min<uint64_t>(number + 1, limit_.window);
    if (!IsTooMany(errors, seen)) continue;
    return Breach{
        bad[i], errors, seen,
        old < errors_.size() ? errors_[old].place : messages.Place(bad[gone])};
  }
  return std::nullopt;
}

void ErrorLimit::Add(const MessageBatch& messages,
                     std::span<const uint32_t> bad) {
  if (!limit_.is_set()) return;
  const size_t before = errors_.size();
  try {
    for (const uint32_t message : bad) {
      errors_.push_back({seen_ + message, messages.Place(message)});
    }
  } catch (...) {  // All or none, for who has no memory and tries again.
    while (errors_.size() > before) errors_.pop_back();
    throw;
  }
  seen_ += messages.size();
  while (!errors_.empty() && errors_.front().number + limit_.window < seen_) {
    errors_.pop_front();
  }
}

std::string ErrorLimit::Text(const Breach& breach,
                             std::string_view last) const {
  return base::Cat("Too many messages were rejected: ", breach.errors,
                   " of the last ", breach.seen, " (max_errors='", limit_.text,
                   "', max_errors_window=", limit_.window, "), the first ",
                   breach.first, ", the last: ", last);
}

}  // namespace rowfall::engine
