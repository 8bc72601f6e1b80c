// SPDX-License-Identifier: Apache-2.0
// A bounded queue between librdkafka's log callback and the host's log.
#include "source/client_log.h"

#include <utility>

#include "base/text.h"

namespace rowfall::source {

void ClientLog::Add(LogLevel level, std::string_view text) noexcept {
  try {
    std::string clean = redactor_.Clean(text);
    std::lock_guard lock(mutex_);
    if (lines_.size() < kMaxLines) {
      lines_.push_back({level, std::move(clean)});
    } else {
      ++num_dropped_;
    }
  } catch (...) {
    // No memory for a line of the log: nothing that could be said about it.
  }
}

void ClientLog::Drain(const Sink& sink) noexcept {
  try {
    std::deque<Line> lines;
    size_t num_dropped = 0;
    {
      std::lock_guard lock(mutex_);
      if (lines_.empty() && num_dropped_ == 0) return;
      lines.swap(lines_);
      std::swap(num_dropped, num_dropped_);
    }
    if (!sink) return;
    for (const Line& line : lines) sink(line.level, line.text);
    if (num_dropped == 0) return;
    sink(LogLevel::kWarning,
         base::Cat("Lines of the Kafka client's log were dropped: ",
                   num_dropped));
  } catch (...) {
    // The host's log failed; consuming goes on.
  }
}

}  // namespace rowfall::source
