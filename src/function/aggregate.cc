// SPDX-License-Identifier: Apache-2.0
// States of COUNT, SUM, MIN, MAX and AVG, and what they take.
#include "function/aggregate.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "function/distinct.h"
#include "function/min_max.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

// --- COUNT -------------------------------------------------------------------

// Without an argument every row counts.
class CountState final : public AggregateState {
 public:
  explicit CountState(const ResolvedAggregate&) {}
  void Resize(size_t num_groups) override { counts_.resize(num_groups); }
  void Update(std::span<const Argument> arguments,
              std::span<const uint32_t> groups) override {
    for (size_t row = 0; row < groups.size(); ++row) {
      counts_[groups[row]] += arguments.empty() || !arguments[0].IsNull(row);
    }
  }
  void Finish(Column& out, RowErrors&) const override {
    for (const int64_t count : counts_) out.AppendBigint(count);
  }
  void Clear() override { counts_.clear(); }

 private:
  std::vector<int64_t> counts_;
};

// --- SUM and AVG -------------------------------------------------------------

// A sum of 64-bit integers that cannot overflow, so that the order of rows
// does not decide whether it does.
struct WideSum {
  int64_t high = 0;
  uint64_t low = 0;
  int64_t count = 0;

  void Add(int64_t value) {
    const auto bits = static_cast<uint64_t>(value);
    low += bits;
    high += (value < 0 ? -1 : 0) + (low < bits ? 1 : 0);
    ++count;
  }
  std::optional<int64_t> AsBigint() const {
    const auto value = static_cast<int64_t>(low);
    if (high != (value < 0 ? -1 : 0)) return std::nullopt;
    return value;
  }
  double AsDouble() const {
    if (const auto value = AsBigint()) return static_cast<double>(*value);
    return std::ldexp(static_cast<double>(high), 64) +
           static_cast<double>(low);
  }
  static int64_t ValueOf(const Column& column, size_t row) {
    return column.bigints()[row];
  }
};

struct DoubleSum {
  double sum = 0;
  int64_t count = 0;

  void Add(double value) {
    sum += value;
    ++count;
  }
  double AsDouble() const { return sum; }
  static double ValueOf(const Column& column, size_t row) {
    return column.doubles()[row];
  }
};

void AppendFinite(double value, size_t group, Column& out, RowErrors& errors) {
  if (std::isfinite(value)) return out.AppendDouble(value);
  out.AppendNull();
  errors.Add(group, base::Cat("DOUBLE out of range: ", NumberText(value).view()));
}

void AppendSum(const WideSum& sum, size_t group, Column& out,
               RowErrors& errors) {
  if (const auto value = sum.AsBigint()) return out.AppendBigint(*value);
  out.AppendNull();
  errors.Add(group, base::Cat("BIGINT out of range: about ",
                              NumberText(sum.AsDouble()).view()));
}
void AppendSum(const DoubleSum& sum, size_t group, Column& out,
               RowErrors& errors) {
  AppendFinite(sum.sum, group, out, errors);
}

template <typename Sum>
void AppendMean(const Sum& sum, size_t group, Column& out, RowErrors& errors) {
  AppendFinite(sum.AsDouble() / static_cast<double>(sum.count), group, out,
               errors);
}

template <typename Sum, void (*kAppend)(const Sum&, size_t, Column&,
                                        RowErrors&)>
class SumState final : public AggregateState {
 public:
  explicit SumState(const ResolvedAggregate&) {}
  void Resize(size_t num_groups) override { sums_.resize(num_groups); }
  void Update(std::span<const Argument> arguments,
              std::span<const uint32_t> groups) override {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < groups.size(); ++row) {
      const size_t at = argument.RowOf(row);
      if (argument.column->IsNull(at)) continue;
      sums_[groups[row]].Add(Sum::ValueOf(*argument.column, at));
    }
  }
  void Finish(Column& out, RowErrors& errors) const override {
    for (size_t group = 0; group < sums_.size(); ++group) {
      if (sums_[group].count == 0) {
        out.AppendNull();
      } else {
        kAppend(sums_[group], group, out, errors);
      }
    }
  }
  void Clear() override { sums_.clear(); }

 private:
  std::vector<Sum> sums_;
};

// --- Resolving ---------------------------------------------------------------

template <typename State>
std::unique_ptr<AggregateState> Make(const ResolvedAggregate& aggregate) {
  auto state = std::make_unique<State>(aggregate);
  if (!aggregate.distinct) return state;
  return MakeDistinct(std::move(state), aggregate.argument_types[0]);
}

absl::Status Invalid(const std::string& text) {
  return absl::InvalidArgumentError(base::ToAbsl(text));
}

ResolvedAggregate ResolveCount(std::span<const ArgumentType> arguments,
                               bool distinct) {
  ResolvedAggregate resolved{Type::kBigint, {}, Make<CountState>, distinct};
  for (const ArgumentType& type : arguments) {
    resolved.argument_types.push_back(type.value_or(Type::kText));
  }
  return resolved;
}

absl::StatusOr<ResolvedAggregate> ResolveSum(std::string_view name, Type type,
                                             bool distinct) {
  const bool mean = name == "avg";
  if (IsIntegral(type)) {
    return ResolvedAggregate{
        mean ? Type::kDouble : Type::kBigint,
        {Type::kBigint},
        mean ? Make<SumState<WideSum, AppendMean<WideSum>>>
             : Make<SumState<WideSum, AppendSum>>,
        distinct};
  }
  if (IsFloating(type) || type == Type::kJson) {
    return ResolvedAggregate{
        Type::kDouble,
        {Type::kDouble},
        mean ? Make<SumState<DoubleSum, AppendMean<DoubleSum>>>
             : Make<SumState<DoubleSum, AppendSum>>,
        distinct};
  }
  return Invalid(base::Cat(FunctionLabel(name), " takes numbers, not ",
                           UpperName(type)));
}

absl::StatusOr<ResolvedAggregate> ResolveExtremes(std::string_view name,
                                                  Type type) {
  if (!IsScalar(type)) {
    return Invalid(base::Cat(FunctionLabel(name), " takes scalar values, not ",
                             UpperName(type)));
  }
  // DISTINCT changes nothing for the least and the greatest.
  return ResolvedAggregate{
      type, {type}, name == "min" ? MakeMinimum : MakeMaximum, false};
}

}  // namespace

bool IsAggregate(std::string_view name) {
  return name == "count" || name == "sum" || name == "min" || name == "max" ||
         name == "avg";
}

absl::StatusOr<ResolvedAggregate> ResolveAggregate(
    std::string_view name, std::span<const ArgumentType> arguments, bool star,
    bool distinct) {
  if (!IsAggregate(name)) {
    return Invalid(base::Cat("Not an aggregate: ", base::Quote(name)));
  }
  if (star && name == "count" && !distinct && arguments.empty()) {
    return ResolveCount({}, false);
  }
  if (star) {
    return Invalid(base::Cat(FunctionLabel(name), distinct ? "(DISTINCT *)" : "(*)",
                             " does not exist"));
  }
  if (arguments.size() != 1) {
    return Invalid(base::Cat("Wrong number of arguments for ",
                             FunctionLabel(name), ": ", arguments.size(),
                             ", expected 1"));
  }
  if (name == "count") return ResolveCount(arguments, distinct);
  const Type type = arguments[0].value_or(Type::kBigint);
  if (name == "sum" || name == "avg") return ResolveSum(name, type, distinct);
  return ResolveExtremes(name, type);
}

}  // namespace rowfall::function
