// SPDX-License-Identifier: Apache-2.0
// What rowfall thinks of each librdkafka property.
#ifndef ROWFALL_SOURCE_PROPERTY_TABLE_H_
#define ROWFALL_SOURCE_PROPERTY_TABLE_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace rowfall::source {

enum class Access : uint8_t {
  kSql,      // SQL and the host may set it.
  kHost,     // Only the host: it runs code, opens files or dials out.
  kRefused,  // Nobody: another value would break the delivery promise.
};

// Both ends are allowed.
struct PropertyBounds {
  int64_t min;
  int64_t max;
};

struct PropertyRule {
  std::string_view key;  // Ends in '*' where it stands for all that begin so.
  Access access;
  // kSql: values allowed, separated by '|', or empty for what librdkafka
  // takes; for numbers why they are bounded. Otherwise: why, as the end of
  // "Property cannot be set ...: ".
  std::string_view text;
  // kSql: what a number may be.
  PropertyBounds bounds = {0, 0};

  bool has_bounds() const { return bounds.max > 0; }
};

// Rules in no order; the first that matches holds.
std::span<const PropertyRule> PropertyRules();

// Returns the rule of `key`, or null.
const PropertyRule* FindPropertyRule(std::string_view key);

// Whether the value of `key` must never be shown.
bool IsSecretProperty(std::string_view key);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_PROPERTY_TABLE_H_
