// SPDX-License-Identifier: Apache-2.0
// MIN and MAX: the best row so far of each group, kept in a column.
#include "function/min_max.h"

#include <cmath>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "function/scalar.h"

namespace rowfall::function {
namespace {

// Orders rows of each type by reading them from columns.
template <typename T>
struct FixedOrder {
  static bool IsLess(const Column& a, size_t i, const Column& b, size_t j) {
    return a.values().As<T>()[i] < b.values().As<T>()[j];
  }
};

struct TextOrder {
  static bool IsLess(const Column& a, size_t i, const Column& b, size_t j) {
    return a.Text(i) < b.Text(j);
  }
};

struct JsonOrder {
  static bool IsLess(const Column& a, size_t i, const Column& b, size_t j) {
    std::string scratch[2], unused;
    const Scalar x = ScalarOfJson(a.Text(i), scratch[0]);
    const Scalar y = ScalarOfJson(b.Text(j), scratch[1]);
    if (x.kind != y.kind) return x.kind < y.kind;
    if (x.kind == Scalar::Kind::kOther) return a.Text(i) < b.Text(j);
    return CompareScalars(x, y, unused) < 0;
  }
};

bool IsNothing(const Column& column, size_t row) {
  if (column.IsNull(row)) return true;
  return column.type() == Type::kJson && column.Text(row) == "null";
}

// Keeps the best row of each group as a row of `best_`. Values of variable
// size are never overwritten: a better one is appended, and dead rows go when
// they are more than the living ones.
template <typename Order, bool kGreatest>
class ExtremeState final : public AggregateState {
 public:
  explicit ExtremeState(const ResolvedAggregate& aggregate)
      : best_(aggregate.type) {}

  void Resize(size_t num_groups) override { rows_.resize(num_groups, kNone); }

  void Update(std::span<const Argument> arguments,
              std::span<const uint32_t> groups) override {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < groups.size(); ++row) {
      const size_t at = argument.RowOf(row);
      uint32_t& best = rows_[groups[row]];
      if (IsNothing(*argument.column, at)) continue;
      if (best != kNone && !IsBetter(*argument.column, at, best)) continue;
      best = static_cast<uint32_t>(best_.size());
      best_.AppendRow(*argument.column, at);
      if (best_.size() > 2 * rows_.size() + 64) Compact();
    }
  }

  void Finish(Column& out, RowErrors&) const override {
    for (const uint32_t row : rows_) {
      if (row == kNone) {
        out.AppendNull();
      } else {
        out.AppendRow(best_, row);
      }
    }
  }

  void Clear() override {
    rows_.clear();
    best_.Clear();
  }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  bool IsBetter(const Column& column, size_t at, uint32_t best) const {
    return kGreatest ? Order::IsLess(best_, best, column, at)
                     : Order::IsLess(column, at, best_, best);
  }

  void Compact() {
    Column living(best_.type());
    for (uint32_t& row : rows_) {
      if (row == kNone) continue;
      living.AppendRow(best_, row);
      row = static_cast<uint32_t>(living.size() - 1);
    }
    best_ = std::move(living);
  }

  Column best_;
  std::vector<uint32_t> rows_;  // By group; kNone where there is none.
};

template <bool kGreatest>
std::unique_ptr<AggregateState> Make(const ResolvedAggregate& aggregate) {
  switch (aggregate.type) {
    case Type::kBool:
      return std::make_unique<ExtremeState<FixedOrder<uint8_t>, kGreatest>>(
          aggregate);
    case Type::kInt:
      return std::make_unique<ExtremeState<FixedOrder<uint32_t>, kGreatest>>(
          aggregate);
    case Type::kFloat:
      return std::make_unique<ExtremeState<FixedOrder<float>, kGreatest>>(
          aggregate);
    case Type::kDouble:
      return std::make_unique<ExtremeState<FixedOrder<double>, kGreatest>>(
          aggregate);
    case Type::kText:
      return std::make_unique<ExtremeState<TextOrder, kGreatest>>(aggregate);
    case Type::kJson:
      return std::make_unique<ExtremeState<JsonOrder, kGreatest>>(aggregate);
    default:  // kBigint and kTimestamp; no other types get here.
      return std::make_unique<ExtremeState<FixedOrder<int64_t>, kGreatest>>(
          aggregate);
  }
}

}  // namespace

std::unique_ptr<AggregateState> MakeMinimum(
    const ResolvedAggregate& aggregate) {
  return Make<false>(aggregate);
}

std::unique_ptr<AggregateState> MakeMaximum(
    const ResolvedAggregate& aggregate) {
  return Make<true>(aggregate);
}

}  // namespace rowfall::function
