// SPDX-License-Identifier: Apache-2.0
// Gives the options and columns of CREATE SOURCE their types and checks them.
#include "plan/source_plan.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/secret.h"

namespace rowfall::plan {
namespace {

const std::vector<std::string>& TypeNames() {
  static const auto& names = *new std::vector<std::string>{
      "int",    "integer", "uint",      "bigint",      "float",
      "double", "bool",    "text",      "string",      "json",
      "multi",  "multi64", "timestamp", "float_vector"};
  return names;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

absl::Status Bad(const sql::Option& option, std::string_view what) {
  return base::InvalidAt(option.value_place,
                         base::Cat(what, ": ", base::Quote(option.value)));
}

std::optional<int64_t> ToInteger(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

absl::StatusOr<int64_t> ReadInteger(const sql::Option& option, int64_t min,
                                    int64_t max) {
  const std::optional<int64_t> value = ToInteger(Trim(option.value));
  if (value.has_value() && *value >= min && *value <= max) return *value;
  return Bad(option,
             base::Cat("Option ", option.key, " must be a whole number from ",
                       min, " to ", max));
}

// A comma-separated list without empty or equal items.
absl::StatusOr<std::vector<std::string>> ReadList(const sql::Option& option) {
  std::vector<std::string> items;
  std::string_view rest = option.value;
  while (true) {
    const size_t comma = rest.find(',');
    const std::string_view item = Trim(rest.substr(0, comma));
    if (item.empty()) {
      return Bad(option,
                 base::Cat("Option ", option.key, " has an empty item"));
    }
    if (HasControl(item)) {
      return Bad(option,
                 base::Cat("Option ", option.key, " has a control character"));
    }
    items.emplace_back(item);
    if (comma == rest.npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::vector<std::string> sorted = items;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return items;
  return base::InvalidAt(option.value_place, base::Cat("Option ", option.key,
                                                       " names an item twice: ",
                                                       base::Quote(*twice)));
}

// The words that an option may have as its value, and what they mean.
template <typename T>
using Choices = std::span<const std::pair<std::string, T>>;

template <typename T>
absl::StatusOr<T> ReadChoice(const sql::Option& option, Choices<T> choices) {
  std::vector<std::string> names;
  const std::string_view value = Trim(option.value);
  for (const auto& [name, meaning] : choices) {
    if (base::EqualsIgnoreCase(name, value)) return meaning;
    names.push_back(name);
  }
  std::string expected;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) expected += i + 1 < names.size() ? ", " : " or ";
    expected += names[i];
  }
  return base::InvalidAt(
      option.value_place,
      base::Cat("Option ", option.key, " must be ", expected, ": ",
                base::Quote(value), base::DidYouMean(value, names)));
}

const std::pair<std::string, OnError> kOnError[] = {
    {"stop", OnError::kStop},
    {"skip", OnError::kSkip},
    {"dead_letter", OnError::kDeadLetter}};
const std::pair<std::string, OnGap> kOnGap[] = {{"fail", OnGap::kFail},
                                                {"earliest", OnGap::kEarliest},
                                                {"latest", OnGap::kLatest}};
const std::pair<std::string, StartFrom> kStartFrom[] = {
    {"earliest", StartFrom::kEarliest}, {"latest", StartFrom::kLatest}};

absl::Status ReadType(const sql::Option& option, SourcePlan&) {
  if (base::EqualsIgnoreCase(option.value, "kafka")) return absl::OkStatus();
  const std::string known[] = {"kafka"};
  return base::InvalidAt(
      option.value_place,
      base::Cat("Unknown type of source: ", base::Quote(option.value),
                base::DidYouMean(option.value, known)));
}

// host, host:port, [address]:port, each with or without protocol://.
bool IsBroker(std::string_view item) {
  if (item.find_first_of(" \t'\"") != item.npos) return false;
  if (const size_t protocol = item.find("://"); protocol != item.npos) {
    item.remove_prefix(protocol + 3);
  }
  const size_t bracket = item.find(']');
  const size_t colon = item.find(':', bracket == item.npos ? 0 : bracket);
  if (colon == item.npos) return !item.empty();
  const std::string_view digits = item.substr(colon + 1);
  const std::optional<int64_t> port = ToInteger(digits);
  return colon > 0 && port.has_value() && *port >= 1 && *port <= 65535;
}

absl::Status ReadBrokers(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(plan.brokers, ReadList(option));
  for (const std::string& broker : plan.brokers) {
    if (IsBroker(broker)) continue;
    return base::InvalidAt(
        option.value_place,
        base::Cat("Option ", option.key,
                  " must hold host:port, with a port from 1 to 65535: ",
                  base::Quote(broker)));
  }
  return absl::OkStatus();
}

// The rule of Kafka for names; librdkafka reads ^ as a regular expression.
bool IsTopic(std::string_view item) {
  constexpr size_t kMaxTopicBytes = 249;
  if (item[0] == '^') return item.size() > 1;
  return item.size() <= kMaxTopicBytes && item != "." && item != ".." &&
         std::all_of(item.begin(), item.end(), [](char c) {
           const char lower = base::ToLower(c);
           return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

absl::Status ReadTopics(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(plan.topics, ReadList(option));
  for (const std::string& topic : plan.topics) {
    if (IsTopic(topic)) continue;
    return base::InvalidAt(
        option.value_place,
        base::Cat("Topics have up to 249 letters, digits, '.', '_' and '-', "
                  "or start with '^' as a regular expression: ",
                  base::Quote(topic)));
  }
  return absl::OkStatus();
}

absl::Status ReadGroup(const sql::Option& option, SourcePlan& plan) {
  if (Trim(option.value).empty() || HasControl(option.value)) {
    return Bad(option, "Option consumer_group must be a name");
  }
  plan.consumer_group = option.value;
  return absl::OkStatus();
}

absl::Status ReadNumConsumers(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(const int64_t value, ReadInteger(option, 1, 1024));
  plan.num_consumers = static_cast<int>(value);
  return absl::OkStatus();
}

absl::Status ReadBatch(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(const int64_t value,
                           ReadInteger(option, 1, 1'000'000));
  plan.batch = static_cast<size_t>(value);
  return absl::OkStatus();
}

absl::Status ReadBatchTimeout(const sql::Option& option, SourcePlan& plan) {
  constexpr int64_t kMillisecondsOfADay = 86'400'000;
  ROWFALL_ASSIGN_OR_RETURN(const int64_t value,
                           ReadInteger(option, 1, kMillisecondsOfADay));
  plan.batch_timeout = absl::Milliseconds(value);
  return absl::OkStatus();
}

absl::Status ReadPartitions(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(const std::vector<std::string> items,
                           ReadList(option));
  for (const std::string& item : items) {
    const std::optional<int64_t> value = ToInteger(item);
    if (!value.has_value() || *value < 0 || *value > INT32_MAX) {
      return base::InvalidAt(
          option.value_place,
          base::Cat("Partitions are whole numbers from 0 on: ",
                    base::Quote(item)));
    }
    plan.partitions.push_back(static_cast<int32_t>(*value));
  }
  // 1 and 01 are other texts but one partition.
  if (std::set<int32_t>(plan.partitions.begin(), plan.partitions.end())
          .size() != plan.partitions.size()) {
    return Bad(option, "Option partition_list names an item twice");
  }
  return absl::OkStatus();
}

absl::Status ReadOnError(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(plan.on_error,
                           ReadChoice<OnError>(option, kOnError));
  return absl::OkStatus();
}

absl::Status ReadOnGap(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(plan.on_gap, ReadChoice<OnGap>(option, kOnGap));
  return absl::OkStatus();
}

absl::Status ReadStartFrom(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(plan.start_from,
                           ReadChoice<StartFrom>(option, kStartFrom));
  return absl::OkStatus();
}

struct Reader {
  std::string_view key;
  absl::Status (*read)(const sql::Option&, SourcePlan&);
};
constexpr Reader kReaders[] = {
    {"type", ReadType},
    {"broker_list", ReadBrokers},
    {"bootstrap.servers", ReadBrokers},
    {"topic_list", ReadTopics},
    {"consumer_group", ReadGroup},
    {"num_consumers", ReadNumConsumers},
    {"batch", ReadBatch},
    {"batch_timeout", ReadBatchTimeout},
    {"partition_list", ReadPartitions},
    {"on_error", ReadOnError},
    {"on_gap", ReadOnGap},
    {"start_from", ReadStartFrom},
};

absl::Status UnknownOption(const sql::Option& option) {
  std::vector<std::string> names;
  for (const Reader& reader : kReaders) names.emplace_back(reader.key);
  return base::InvalidAt(option.place,
                         base::Cat("Unknown option: ", base::Quote(option.key),
                                   base::DidYouMean(option.key, names)));
}

absl::Status ReadOption(const sql::Option& option, SourcePlan& plan) {
  if (option.value == sql::kHiddenValue) {
    return base::InvalidAt(option.value_place,
                           base::Cat("SHOW hides this value, write the real "
                                     "one: ",
                                     base::Quote(option.key)));
  }
  for (const Reader& reader : kReaders) {
    if (reader.key == option.key) return reader.read(option, plan);
  }
  if (option.key.find('.') == option.key.npos) return UnknownOption(option);
  plan.properties[option.key] = option.value;
  plan.property_places[option.key] = option.place;
  return absl::OkStatus();
}

// The two names of the brokers are one option.
std::string_view CanonicalKey(const sql::Option& option) {
  if (option.key == "bootstrap.servers") return "broker_list";
  return option.key;
}

const sql::Option* FindOption(std::span<const sql::Option> options,
                              std::string_view key) {
  for (const sql::Option& option : options) {
    if (CanonicalKey(option) == key) return &option;
  }
  return nullptr;
}

absl::Status ReadOptions(const sql::CreateSource& statement, SourcePlan& plan) {
  const std::span<const sql::Option> all(statement.options);
  for (size_t i = 0; i < all.size(); ++i) {
    if (FindOption(all.first(i), CanonicalKey(all[i])) != nullptr) {
      return base::InvalidAt(all[i].place, base::Cat("Option is given twice: ",
                                                     base::Quote(all[i].key)));
    }
    ROWFALL_RETURN_IF_ERROR(ReadOption(all[i], plan));
  }
  return absl::OkStatus();
}

absl::Status CheckRequired(const sql::CreateSource& statement) {
  for (const std::string_view key : {"type", "broker_list", "topic_list"}) {
    if (FindOption(statement.options, key) != nullptr) continue;
    return base::InvalidAt(statement.name_place,
                           base::Cat("Option is missing: ", base::Quote(key)));
  }
  return absl::OkStatus();
}

// A partition list is read by assignment: by one consumer, of known topics.
absl::Status CheckPartitions(const sql::CreateSource& statement,
                             const SourcePlan& plan) {
  if (plan.partitions.empty()) return absl::OkStatus();
  if (plan.num_consumers != 1) {
    return Bad(*FindOption(statement.options, "num_consumers"),
               "Several consumers cannot share a partition_list, "
               "num_consumers must be 1");
  }
  for (const std::string& topic : plan.topics) {
    if (topic[0] != '^') continue;
    return base::InvalidAt(
        FindOption(statement.options, "topic_list")->value_place,
        base::Cat("A partition_list needs names of topics, not a regular "
                  "expression: ",
                  base::Quote(topic)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Schema> PlanColumns(std::span<const sql::ColumnDef> columns) {
  std::vector<Field> fields;
  for (const sql::ColumnDef& column : columns) {
    const bool is_known = std::any_of(
        fields.begin(), fields.end(),
        [&](const Field& field) { return field.name == column.name; });
    if (is_known) {
      return base::InvalidAt(column.place, base::Cat("Column is given twice: ",
                                                     base::Quote(column.name)));
    }
    const std::optional<Type> type = TypeFromName(column.type);
    if (!type.has_value()) {
      return base::InvalidAt(
          column.type_place,
          base::Cat("Unknown type: ", base::Quote(column.type),
                    base::DidYouMean(column.type, TypeNames())));
    }
    fields.push_back({column.name, *type, true, column.json_key});
  }
  return Schema(std::move(fields));
}

}  // namespace

absl::StatusOr<SourcePlan> PlanSource(const sql::CreateSource& statement,
                                      BrokerOptions broker_options) {
  SourcePlan plan;
  plan.name = statement.name;
  plan.has_columns = statement.columns.has_value();
  if (plan.has_columns) {
    ROWFALL_ASSIGN_OR_RETURN(plan.schema, PlanColumns(*statement.columns));
  }
  ROWFALL_RETURN_IF_ERROR(ReadOptions(statement, plan));
  if (broker_options == BrokerOptions::kRequired) {
    ROWFALL_RETURN_IF_ERROR(CheckRequired(statement));
  }
  ROWFALL_RETURN_IF_ERROR(CheckPartitions(statement, plan));
  return plan;
}

}  // namespace rowfall::plan
