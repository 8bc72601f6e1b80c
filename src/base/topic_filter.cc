// SPDX-License-Identifier: Apache-2.0
// Which topics a list of names and regular expressions means.
#include "rowfall/topic_filter.h"

#include <algorithm>
#include <utility>

#include <re2/re2.h>

#include "absl/status/status.h"
#include "base/text.h"

namespace rowfall {
namespace {

constexpr size_t kMaxPatterns = 32;
constexpr size_t kMaxPatternBytes = 1024;
// Of what RE2 makes of one: some 2,000 steps, each of which may be taken for
// each byte of a name.
constexpr int64_t kMaxCompiledBytes = 128 << 10;

absl::Status Bad(std::string_view what, std::string_view pattern) {
  return absl::InvalidArgumentError(base::Cat(
      "Regular expression for topics ", what, ": ", base::Quote(pattern)));
}

// What is wrong, with the piece at fault where it is not the whole.
std::string Reason(const RE2& expression) {
  std::string_view reason = expression.error();
  const std::string& piece = expression.error_arg();
  const std::string behind = base::Cat(": ", piece);
  if (!reason.ends_with(behind)) return std::string(reason);
  reason.remove_suffix(behind.size());
  if (piece == expression.pattern()) return std::string(reason);
  return base::Cat(reason, " ", base::Quote(piece));
}

absl::StatusOr<std::unique_ptr<RE2>> Compile(const std::string& pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return Bad(base::Cat("has more than ", kMaxPatternBytes, " bytes"),
               pattern);
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxCompiledBytes);
  options.set_never_capture(true);
  auto compiled = std::make_unique<RE2>(pattern, options);
  if (compiled->ok()) return compiled;
  if (compiled->error_code() == RE2::ErrorPatternTooLarge) {
    return Bad("is too large", pattern);
  }
  return Bad(base::Cat("is not valid, ", Reason(*compiled)), pattern);
}

}  // namespace

struct TopicFilter::Compiled {
  std::vector<std::string> names;
  std::vector<std::string> patterns;
  std::vector<std::unique_ptr<RE2>> expressions;
};

TopicFilter::TopicFilter(std::shared_ptr<const Compiled> compiled)
    : compiled_(std::move(compiled)) {}

absl::StatusOr<TopicFilter> TopicFilter::Make(
    std::span<const std::string> topics) {
  auto compiled = std::make_shared<Compiled>();
  for (const std::string& topic : topics) {
    auto& list = topic.starts_with('^') ? compiled->patterns : compiled->names;
    list.push_back(topic);
  }
  if (compiled->patterns.size() > kMaxPatterns) {
    return absl::InvalidArgumentError(
        base::Cat("Topics are given by more than ", kMaxPatterns,
                  " regular expressions: ", compiled->patterns.size()));
  }
  for (const std::string& pattern : compiled->patterns) {
    auto expression = Compile(pattern);
    if (!expression.ok()) return expression.status();
    compiled->expressions.push_back(*std::move(expression));
  }
  std::sort(compiled->names.begin(), compiled->names.end());
  std::sort(compiled->patterns.begin(), compiled->patterns.end());
  return TopicFilter(std::move(compiled));
}

bool TopicFilter::Matches(std::string_view topic) const {
  if (std::binary_search(compiled_->names.begin(), compiled_->names.end(),
                         topic)) {
    return true;
  }
  const re2::StringPiece text(topic.data(), topic.size());
  return std::any_of(compiled_->expressions.begin(),
                     compiled_->expressions.end(), [&](const auto& expression) {
                       return RE2::PartialMatch(text, *expression);
                     });
}

const std::vector<std::string>& TopicFilter::names() const {
  return compiled_->names;
}

const std::vector<std::string>& TopicFilter::patterns() const {
  return compiled_->patterns;
}

}  // namespace rowfall
