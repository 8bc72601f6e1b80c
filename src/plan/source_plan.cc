// SPDX-License-Identifier: Apache-2.0
// Gives the options and columns of CREATE SOURCE their types and checks them.
#include "plan/source_plan.h"

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "plan/option_reader.h"
#include "rowfall/topic_filter.h"
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

const std::pair<std::string, OnError> kOnError[] = {
    {"stop", OnError::kStop},
    {"skip", OnError::kSkip},
    {"dead_letter", OnError::kDeadLetter},
    {"null", OnError::kNull}};
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

// The rule of Kafka for names; what ^ begins is a regular expression.
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
  const absl::Status patterns = TopicFilter::Make(plan.topics).status();
  if (patterns.ok()) return patterns;
  return base::InvalidAt(option.value_place,
                         base::FromAbsl(patterns.message()));
}

absl::Status ReadGroup(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(plan.consumer_group, ReadGroupName(option));
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

absl::Status ReadMaxErrors(const sql::Option& option, SourcePlan& plan) {
  constexpr int64_t kMaxCount = 1'000'000'000;
  const std::string_view value = Trim(option.value);
  plan.max_errors.text = value;
  if (value.empty() || value.back() != '%') {
    ROWFALL_ASSIGN_OR_RETURN(const int64_t count,
                             ReadInteger(option, 1, kMaxCount));
    plan.max_errors.count = static_cast<uint64_t>(count);
    return absl::OkStatus();
  }
  const std::optional<double> percent =
      ToPercent(value.substr(0, value.size() - 1));
  if (!percent.has_value()) {
    return Bad(option,
               "Option max_errors must be a whole number or a percentage "
               "above 0% and below 100%");
  }
  plan.max_errors.ratio = *percent / 100;
  return absl::OkStatus();
}

absl::Status ReadMaxErrorsWindow(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(const int64_t value,
                           ReadInteger(option, 1, 1'000'000));
  plan.max_errors.window = static_cast<size_t>(value);
  return absl::OkStatus();
}

absl::Status ReadMaxCrashes(const sql::Option& option, SourcePlan& plan) {
  ROWFALL_ASSIGN_OR_RETURN(const int64_t value, ReadInteger(option, 0, 1000));
  plan.max_crashes = static_cast<uint32_t>(value);
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
    {"max_errors", ReadMaxErrors},
    {"max_errors_window", ReadMaxErrorsWindow},
    {"max_crashes", ReadMaxCrashes},
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

// A limit that could never be passed would be accepted and ignored.
absl::Status CheckMaxErrors(const sql::CreateSource& statement,
                            const SourcePlan& plan) {
  if (!plan.max_errors.is_set()) {
    const sql::Option* window =
        FindOption(statement.options, "max_errors_window");
    if (window == nullptr) return absl::OkStatus();
    return Bad(*window, "Option max_errors_window needs max_errors");
  }
  const sql::Option& limit = *FindOption(statement.options, "max_errors");
  if (plan.on_error == OnError::kStop) {
    return Bad(limit,
               "Option max_errors has no effect, on_error='stop' stops at the "
               "first error");
  }
  if (plan.max_errors.count < plan.max_errors.window) return absl::OkStatus();
  return Bad(limit, base::Cat("Option max_errors must be below "
                              "max_errors_window, which is ",
                              plan.max_errors.window));
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
  ROWFALL_RETURN_IF_ERROR(CheckMaxErrors(statement, plan));
  return plan;
}

}  // namespace rowfall::plan
