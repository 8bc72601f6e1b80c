// SPDX-License-Identifier: Apache-2.0
// Takes secrets and control characters out of text that a client or a broker
// wrote.
#ifndef ROWFALL_SOURCE_REDACTOR_H_
#define ROWFALL_SOURCE_REDACTOR_H_

#include <string>
#include <string_view>
#include <vector>

namespace rowfall::source {

// librdkafka echoes property values in its errors. Immutable; thread-safe.
class Redactor {
 public:
  explicit Redactor(std::vector<std::string> secrets = {});

  // Returns `text` with each secret as [HIDDEN], control characters escaped,
  // and cut after 1,000 bytes.
  std::string Clean(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  // The longest first; none is empty.
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_REDACTOR_H_
