// SPDX-License-Identifier: Apache-2.0
// What the host's tables say of themselves, checked before it is believed.
#include "engine/host_answers.h"

#include <limits>
#include <set>
#include <string>

#include "base/host_call.h"
#include "base/status.h"
#include "base/text.h"

namespace rowfall::engine {
namespace {

template <typename... T>
absl::Status BadTable(std::string_view table, const T&... what) {
  return absl::FailedPreconditionError(base::ToAbsl(
      base::Cat("Table ", base::Quote(table), " of the host ", what...)));
}

absl::Status CheckSchema(std::string_view table, const Schema& schema) {
  if (schema.num_fields() == 0) return BadTable(table, "has no columns");
  std::set<std::string> names;
  for (const Field& field : schema.fields()) {
    if (field.name.empty()) {
      return BadTable(table, "has a column without a name");
    }
    if (field.type > Type::kFloatVector) {
      return BadTable(table,
                      "has a column of no type: ", base::Quote(field.name));
    }
    if (!names.insert(base::ToLower(field.name)).second) {
      return BadTable(table,
                      "has two columns of one name: ", base::Quote(field.name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TableFacts> AskTable(std::string_view table, const Sink& sink) {
  ROWFALL_ASSIGN_OR_RETURN(
      TableFacts facts,
      base::CallHost("The table", [&]() -> absl::StatusOr<TableFacts> {
        return TableFacts{sink.schema(), sink.traits()};
      }));
  ROWFALL_RETURN_IF_ERROR(CheckSchema(table, facts.schema));
  return facts;
}

absl::Status CheckPositions(std::string_view table,
                            std::span<const PartitionOffset> positions) {
  std::set<TopicPartition> seen;
  for (const PartitionOffset& position : positions) {
    const std::string place =
        base::EscapeControl(position.partition.ToString());
    if (position.offset < 0 ||
        position.offset == std::numeric_limits<int64_t>::max()) {
      return BadTable(table, "returned position ", position.offset, " of ",
                      place,
                      ": LoadPositions() returns the offsets that Write() was "
                      "given, 0 or more, and leaves out a partition of which "
                      "nothing is stored");
    }
    if (!seen.insert(position.partition).second) {
      return BadTable(table, "returned two positions of ", place,
                      ": LoadPositions() returns one for a partition of the "
                      "consumer group");
    }
  }
  return absl::OkStatus();
}

}  // namespace rowfall::engine
