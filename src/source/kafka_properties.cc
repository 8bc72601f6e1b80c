// SPDX-License-Identifier: Apache-2.0
// Which client properties SQL and the host may set.
#include "source/kafka_properties.h"

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "source/handle.h"
#include "source/kafka_settings.h"
#include "source/property_table.h"

namespace rowfall::source {
namespace {

// A long client.id makes some versions read freed memory.
constexpr size_t kMaxIdBytes = 64;
// Of all texts but certificates and keys.
constexpr size_t kMaxTextBytes = 4096;

std::optional<int64_t> ToNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// Reading does not tell: a property without a value looks like none.
bool IsKnown(const std::string& key) {
  ConfHandle conf(rd_kafka_conf_new());
  return rd_kafka_conf_set(conf.get(), key.c_str(), "", nullptr, 0) !=
         RD_KAFKA_CONF_UNKNOWN;
}

absl::Status UnknownProperty(std::string_view key) {
  std::vector<std::string> known;
  for (const PropertyRule& rule : PropertyRules()) {
    if (rule.access == Access::kSql) known.emplace_back(rule.key);
  }
  return absl::NotFoundError(base::Cat("Property not found: ", base::Quote(key),
                                       base::DidYouMean(key, known)));
}

absl::Status BadValue(std::string_view key, std::string_view value,
                      std::string_view reason) {
  std::string text = base::Cat("Value does not fit property ", key);
  if (!reason.empty()) base::AppendCat(text, ", ", reason);
  if (!IsSecretProperty(key)) base::AppendCat(text, ": ", base::Quote(value));
  return absl::InvalidArgumentError(text);
}

// Lets librdkafka itself check the value. Its own text echoes the value.
absl::Status CheckValue(const std::string& key, const std::string& value) {
  if (value.find('\0') != std::string::npos)
    return BadValue(key, value, "it holds a NUL byte");
  ConfHandle conf(rd_kafka_conf_new());
  if (rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), nullptr, 0) !=
      RD_KAFKA_CONF_OK)
    return BadValue(key, value, "");
  return absl::OkStatus();
}

bool IsOneOf(std::string_view value, std::string_view allowed) {
  while (!allowed.empty()) {
    size_t end = allowed.find('|');
    if (base::EqualsIgnoreCase(value, allowed.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    allowed.remove_prefix(end + 1);
  }
  return false;
}

std::string Enumerate(std::string_view allowed) {
  std::string text;
  for (char c : allowed) {
    if (c == '|') {
      text += " or ";
    } else {
      text += c;
    }
  }
  return text;
}

absl::Status CheckBounds(const PropertyRule& rule, std::string_view key,
                         std::string_view value) {
  const std::optional<int64_t> number = ToNumber(value);
  if (number.has_value() && *number >= rule.bounds.min &&
      *number <= rule.bounds.max)
    return absl::OkStatus();
  return BadValue(key, value,
                  base::Cat("expected a whole number from ", rule.bounds.min,
                            " to ", rule.bounds.max, ", as ", rule.text));
}

absl::Status CheckRule(const PropertyRule& rule, std::string_view key,
                       std::string_view value) {
  if (rule.has_bounds()) return CheckBounds(rule, key, value);
  if (!rule.text.empty() && !IsOneOf(value, rule.text))
    return BadValue(key, value, base::Cat("expected ", Enumerate(rule.text)));
  if (!key.ends_with(".pem")) {
    if (base::EscapeControl(value) != value)
      return BadValue(key, value, "it holds a control character");
    if (value.size() > kMaxTextBytes)
      return BadValue(key, value,
                      base::Cat("at most ", kMaxTextBytes, " bytes"));
  }
  if ((key == "client.id" || key == "group.instance.id") &&
      value.size() > kMaxIdBytes)
    return BadValue(key, value, base::Cat("at most ", kMaxIdBytes, " bytes"));
  return absl::OkStatus();
}

absl::Status Refuse(std::string_view key, std::string_view who,
                    std::string_view reason) {
  return absl::InvalidArgumentError(base::Cat(
      "Property cannot be set", who, ", ", reason, ": ", base::Quote(key)));
}

}  // namespace

absl::Status CheckSqlProperty(std::string_view key, std::string_view value) {
  const std::string name(key);
  const PropertyRule* rule = FindPropertyRule(key);
  if (rule == nullptr) {
    if (!IsKnown(name)) return UnknownProperty(key);
    return Refuse(key, " in SQL", "only the host may do that");
  }
  switch (rule->access) {
    case Access::kRefused:
      return Refuse(key, "", rule->text);
    case Access::kHost:
      return Refuse(key, " in SQL", rule->text);
    case Access::kSql:
      break;
  }
  ROWFALL_RETURN_IF_ERROR(CheckRule(*rule, key, value));
  return CheckValue(name, std::string(value));
}

absl::Status CheckHostProperty(std::string_view key, std::string_view value) {
  const std::string name(key);
  const PropertyRule* rule = FindPropertyRule(key);
  if (rule != nullptr && rule->access == Access::kRefused)
    return Refuse(key, "", rule->text);
  if (!IsKnown(name)) return UnknownProperty(key);
  // Those whose other values break the promise, not just a rule of SQL.
  if (key == "partition.assignment.strategy" || key == "check.crcs" ||
      key == "client.id" || key == "group.instance.id" ||
      key == "topic.metadata.refresh.interval.ms")
    ROWFALL_RETURN_IF_ERROR(CheckRule(*rule, key, value));
  return CheckValue(name, std::string(value));
}

Isolation IsolationOf(const std::map<std::string, std::string>& properties) {
  constexpr char kKey[] = "isolation.level";
  const auto level = properties.find(kKey);
  if (level == properties.end()) return Isolation::kReadCommitted;
  ConfHandle conf(rd_kafka_conf_new());
  (void)rd_kafka_conf_set(conf.get(), kKey, level->second.c_str(), nullptr, 0);
  return GetProperty(conf.get(), kKey) == "read_uncommitted"
             ? Isolation::kReadUncommitted
             : Isolation::kReadCommitted;
}

}  // namespace rowfall::source
