// SPDX-License-Identifier: Apache-2.0
// Comparison by type.
#include "eval/row_compare.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>

#include "function/number.h"
#include "json/value.h"

namespace rowfall::eval {
namespace {

template <typename T>
int CompareValues(T a, T b) {
  return a < b ? -1 : static_cast<int>(b < a);
}

template <typename T>
int CompareReals(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) {
    return static_cast<int>(std::isnan(b)) - static_cast<int>(std::isnan(a));
  }
  return CompareValues(a, b);
}

template <typename T>
int CompareLists(std::span<const T> a, std::span<const T> b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const int order = [&] {
      if constexpr (std::is_floating_point_v<T>)
        return CompareReals(a[i], b[i]);
      return CompareValues(a[i], b[i]);
    }();
    if (order != 0) return order;
  }
  return CompareValues(a.size(), b.size());
}

std::string DecodedString(std::string_view quoted) {
  std::string content;
  json::AppendDecoded(quoted, content);
  return content;
}

int CompareJson(std::string_view a, std::string_view b) {
  const json::Kind kind = json::KindOf(a);
  if (const int order = CompareValues(kind, json::KindOf(b)); order != 0) {
    return order;
  }
  if (kind == json::Kind::kNumber) {
    const auto x = function::ParseNumber(a);
    const auto y = function::ParseNumber(b);
    if (x.has_value() && y.has_value()) {
      const auto order = function::CompareNumbers(*x, *y);
      return order < 0 ? -1 : static_cast<int>(order > 0);
    }
    // Beyond DOUBLE: behind what is not.
    if (x.has_value() != y.has_value()) return x.has_value() ? -1 : 1;
  }
  if (kind == json::Kind::kString) {
    return DecodedString(a).compare(DecodedString(b));
  }
  return a.compare(b);
}

template <typename T>
uint64_t BitsOf(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return 1;
    return std::bit_cast<uint64_t>(static_cast<double>(value) + 0.0);
  } else {
    return static_cast<uint64_t>(value);
  }
}

constexpr uint64_t kNullHash = 0x5bd1e9955bd1e995u;

template <typename ValueOf>
void HashEach(const data::KeyedHash& hash, const Column& column, std::span<const uint32_t> rows,
              std::span<uint64_t> hashes, ValueOf value_of) {
  if (column.null_count() == 0) {
    for (size_t i = 0; i < rows.size(); ++i) {
      hashes[i] = hash.Mix(hashes[i], value_of(rows[i]));
    }
    return;
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    hashes[i] =
        hash.Mix(hashes[i], column.IsNull(rows[i]) ? kNullHash : value_of(rows[i]));
  }
}

template <typename T>
void HashDense(const data::KeyedHash& hash, std::span<const T> values,
               const Column& column, std::span<const uint32_t> rows, std::span<uint64_t> hashes) {
  HashEach(hash, column, rows, hashes,
           [values](uint32_t row) { return BitsOf(values[row]); });
}

template <typename T>
uint64_t HashList(const data::KeyedHash& hash, std::span<const T> list) {
  uint64_t mixed = list.size();
  for (const T element : list) mixed = hash.Mix(mixed, BitsOf(element));
  return mixed;
}

}  // namespace

int CompareRows(const Column& column, size_t a, size_t b) {
  if (column.null_count() != 0) {
    const bool a_null = column.IsNull(a);
    const bool b_null = column.IsNull(b);
    if (a_null || b_null) {
      return static_cast<int>(b_null) - static_cast<int>(a_null);
    }
  }
  switch (column.type()) {
    case Type::kInt:
      return CompareValues(column.ints()[a], column.ints()[b]);
    case Type::kBigint:
    case Type::kTimestamp:
      return CompareValues(column.bigints()[a], column.bigints()[b]);
    case Type::kFloat:
      return CompareReals(column.floats()[a], column.floats()[b]);
    case Type::kDouble:
      return CompareReals(column.doubles()[a], column.doubles()[b]);
    case Type::kBool:
      return CompareValues(column.bools()[a], column.bools()[b]);
    case Type::kText:
      return column.Text(a).compare(column.Text(b));
    case Type::kJson:
      return CompareJson(column.Text(a), column.Text(b));
    case Type::kMulti:
      return CompareLists(column.Multi(a), column.Multi(b));
    case Type::kMulti64:
      return CompareLists(column.Multi64(a), column.Multi64(b));
    case Type::kFloatVector:
      return CompareLists(column.FloatVector(a), column.FloatVector(b));
  }
  return 0;
}

bool EqualRows(const Column& column, size_t a, size_t b) {
  if (column.type() != Type::kJson) return CompareRows(column, a, b) == 0;
  return column.IsNull(a) == column.IsNull(b) &&
         column.Text(a) == column.Text(b);
}

void HashRows(const data::KeyedHash& hash, const Column& column,
              std::span<const uint32_t> rows, std::span<uint64_t> hashes) {
  switch (column.type()) {
    case Type::kInt:
      return HashDense(hash, column.ints(), column, rows, hashes);
    case Type::kBigint:
    case Type::kTimestamp:
      return HashDense(hash, column.bigints(), column, rows, hashes);
    case Type::kFloat:
      return HashDense(hash, column.floats(), column, rows, hashes);
    case Type::kDouble:
      return HashDense(hash, column.doubles(), column, rows, hashes);
    case Type::kBool:
      return HashDense(hash, column.bools(), column, rows, hashes);
    case Type::kText:
    case Type::kJson:
      return HashEach(hash, column, rows, hashes, [&](uint32_t row) {
        return hash(column.Text(row));
      });
    case Type::kMulti:
      return HashEach(hash, column, rows, hashes, [&](uint32_t row) {
        return HashList(hash, column.Multi(row));
      });
    case Type::kMulti64:
      return HashEach(hash, column, rows, hashes, [&](uint32_t row) {
        return HashList(hash, column.Multi64(row));
      });
    case Type::kFloatVector:
      return HashEach(hash, column, rows, hashes, [&](uint32_t row) {
        return HashList(hash, column.FloatVector(row));
      });
  }
}

}  // namespace rowfall::eval
