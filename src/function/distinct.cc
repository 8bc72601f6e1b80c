// SPDX-License-Identifier: Apache-2.0
// Values seen, by group and bytes.
#include "function/distinct.h"

#include <cstring>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "data/keyed_hash.h"
#include "data/memory_budget.h"

namespace rowfall::function {
namespace {

template <typename T>
void AppendBytes(T value, std::string& key) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  key.append(bytes, sizeof(T));
}

template <typename T>
void AppendFloating(T value, std::string& key) {
  AppendBytes(value == 0 ? T{0} : value, key);  // -0 is 0.
}

// Appends the bytes of a value that is not NULL.
void AppendValueBytes(const Column& column, size_t row, std::string& key) {
  switch (column.type()) {
    case Type::kBool: return AppendBytes(column.bools()[row], key);
    case Type::kInt: return AppendBytes(column.ints()[row], key);
    case Type::kBigint:
    case Type::kTimestamp: return AppendBytes(column.bigints()[row], key);
    case Type::kFloat: return AppendFloating(column.floats()[row], key);
    case Type::kDouble: return AppendFloating(column.doubles()[row], key);
    case Type::kText:
    case Type::kJson: key += column.Text(row); return;
    case Type::kMulti:
      for (const uint32_t element : column.Multi(row)) AppendBytes(element, key);
      return;
    case Type::kMulti64:
      for (const int64_t element : column.Multi64(row)) AppendBytes(element, key);
      return;
    case Type::kFloatVector:
      for (const float element : column.FloatVector(row)) {
        AppendFloating(element, key);
      }
      return;
  }
}

class DistinctState final : public AggregateState {
 public:
  DistinctState(std::unique_ptr<AggregateState> inner, Type type)
      : inner_(std::move(inner)), first_(type) {}

  void Resize(size_t num_groups) override { inner_->Resize(num_groups); }

  void Update(std::span<const Argument> arguments,
              std::span<const uint32_t> groups) override {
    const Argument& argument = arguments[0];
    first_.Clear();
    first_groups_.clear();
    for (size_t row = 0; row < groups.size(); ++row) {
      const size_t at = argument.RowOf(row);
      if (argument.column->IsNull(at)) continue;
      key_.clear();
      AppendBytes(groups[row], key_);
      AppendValueBytes(*argument.column, at, key_);
      if (!seen_.insert(key_).second) continue;
      data::TakeMemory(kEntryBytes + key_.size());
      first_.AppendRow(*argument.column, at);
      first_groups_.push_back(groups[row]);
    }
    const Argument first{&first_, false};
    inner_->Update({&first, 1}, first_groups_);
  }

  void Finish(Column& out, RowErrors& errors) const override {
    inner_->Finish(out, errors);
  }

  void Clear() override {
    seen_.clear();
    inner_->Clear();
  }

 private:
  static constexpr size_t kEntryBytes = 64;  // Of a set, besides long keys.

  std::unique_ptr<AggregateState> inner_;
  std::unordered_set<std::string, data::KeyedHash> seen_;
  // Of the running update: memory to use again.
  std::string key_;
  Column first_;
  std::vector<uint32_t> first_groups_;
};

}  // namespace

std::unique_ptr<AggregateState> MakeDistinct(
    std::unique_ptr<AggregateState> inner, Type type) {
  return std::make_unique<DistinctState>(std::move(inner), type);
}

}  // namespace rowfall::function
