// SPDX-License-Identifier: Apache-2.0
// CREATE SOURCE with its options typed, defaulted and checked.
#ifndef ROWFALL_PLAN_SOURCE_PLAN_H_
#define ROWFALL_PLAN_SOURCE_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/schema.h"
#include "sql/ast.h"

namespace rowfall::plan {

// kNull: a value becomes NULL; what has none to replace goes the default way.
enum class OnError : uint8_t { kDefault, kStop, kSkip, kDeadLetter, kNull };
enum class OnGap : uint8_t { kFail, kEarliest, kLatest };
enum class StartFrom : uint8_t { kEarliest, kLatest };

// How many of the last messages may be bad before the view fails.
struct MaxErrors {
  std::string text;  // As given, e.g. "5%"; empty: any number.
  uint64_t count = 0;
  double ratio = 0;  // Where positive it counts, and not `count`.
  size_t window = 10'000;

  bool is_set() const { return !text.empty(); }
};

struct SourcePlan {
  std::string name;
  // Whether a column list was given; without one every name is a json column.
  bool has_columns = false;
  Schema schema;
  std::vector<std::string> brokers;
  std::vector<std::string> topics;
  std::string consumer_group = "manticore";
  int num_consumers = 1;
  size_t batch = 100;
  absl::Duration batch_timeout = absl::Seconds(1);
  std::vector<int32_t> partitions;
  OnError on_error = OnError::kDefault;
  MaxErrors max_errors;
  // Deaths of the process in a row before messages are taken one by one; 0:
  // any number.
  uint32_t max_crashes = 3;
  OnGap on_gap = OnGap::kFail;
  StartFrom start_from = StartFrom::kEarliest;
  // Dotted keys, with the place of each for later checks.
  std::map<std::string, std::string> properties;
  std::map<std::string, TextPlace> property_places;
};

enum class BrokerOptions : uint8_t { kRequired, kOptional };

// Errors: InvalidArgument with place and nearest name: an unknown, doubled,
// missing or unfit option; an unknown type; a column given twice.
absl::StatusOr<SourcePlan> PlanSource(
    const sql::CreateSource& statement,
    BrokerOptions broker_options = BrokerOptions::kRequired);

}  // namespace rowfall::plan

#endif  // ROWFALL_PLAN_SOURCE_PLAN_H_
