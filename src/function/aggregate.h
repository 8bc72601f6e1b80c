// SPDX-License-Identifier: Apache-2.0
// COUNT, SUM, MIN, MAX and AVG over groups.
#ifndef ROWFALL_FUNCTION_AGGREGATE_H_
#define ROWFALL_FUNCTION_AGGREGATE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "function/function.h"
#include "function/kernel.h"

namespace rowfall::function {

// The states of one aggregate for many groups. An object of its own, so that
// it could outlive a batch and be saved.
class AggregateState {
 public:
  virtual ~AggregateState() = default;
  // Makes room for groups 0 up to `num_groups`; existing ones stay.
  virtual void Resize(size_t num_groups) = 0;
  // Adds row i of the argument to group groups[i]. COUNT(*) has no argument.
  virtual void Update(std::span<const Argument> arguments,
                      std::span<const uint32_t> groups) = 0;
  // Appends a row for each group to `out`; a group that fails (a sum that
  // does not fit) is NULL there and in `errors`, by its number.
  virtual void Finish(Column& out, RowErrors& errors) const = 0;
  // Back to no groups, keeps memory.
  virtual void Clear() = 0;
};

// An aggregate made for given argument types.
struct ResolvedAggregate {
  Type type = Type::kBigint;
  std::vector<Type> argument_types;
  // Makes an empty state.
  std::unique_ptr<AggregateState> (*make)(const ResolvedAggregate&) = nullptr;
  bool distinct = false;
};

// Returns whether `name` (lower case) is an aggregate.
bool IsAggregate(std::string_view name);

// Errors: as Resolve().
absl::StatusOr<ResolvedAggregate> ResolveAggregate(
    std::string_view name, std::span<const ArgumentType> arguments, bool star,
    bool distinct);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_AGGREGATE_H_
