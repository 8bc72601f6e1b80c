// SPDX-License-Identifier: Apache-2.0
// Which topics a list of names and regular expressions means.
#ifndef ROWFALL_TOPIC_FILTER_H_
#define ROWFALL_TOPIC_FILTER_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rowfall/export.h"

namespace rowfall {

/// The topics of SourceConfig::topics, for a Source that has to find them. An
/// item that starts with ^ is a regular expression of RE2, so that neither an
/// expression nor the name of a topic can hold up or overflow who compares
/// them; it must match from the start of a name, and need not reach its end.
/// A value, quick to copy. Thread-safe.
class ROWFALL_EXPORT TopicFilter {
 public:
  /// Errors: InvalidArgument: an expression that RE2 does not know (a back
  /// reference, a look-around), that is longer than 1,024 bytes, or too large
  /// once it is compiled; more than 32 of them.
  static absl::StatusOr<TopicFilter> Make(std::span<const std::string> topics);

  /// Returns whether the topic is named, or matched by an expression.
  bool Matches(std::string_view topic) const;

  /// The topics that are named in full, and the expressions, sorted.
  const std::vector<std::string>& names() const;
  const std::vector<std::string>& patterns() const;

 private:
  struct Compiled;
  explicit TopicFilter(std::shared_ptr<const Compiled> compiled);

  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace rowfall

#endif  // ROWFALL_TOPIC_FILTER_H_
