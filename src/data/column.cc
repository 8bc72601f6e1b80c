// SPDX-License-Identifier: Apache-2.0
// Columns: validity, values of any type, copies of rows.
#include "rowfall/column.h"

#include <algorithm>
#include <cassert>

namespace rowfall {
namespace {

struct Layout {
  uint8_t element_shift;
  bool has_offsets;
};

Layout LayoutOf(Type type) {
  switch (type) {
    case Type::kInt:
    case Type::kFloat:
      return {2, false};
    case Type::kBigint:
    case Type::kTimestamp:
    case Type::kDouble:
      return {3, false};
    case Type::kBool:
      return {0, false};
    case Type::kText:
    case Type::kJson:
      return {0, true};
    case Type::kMulti:
    case Type::kFloatVector:
      return {2, true};
    case Type::kMulti64:
      return {3, true};
  }
  return {0, false};
}

// Appends the values at `rows`.
template <typename T>
void Pick(const Buffer& from, std::span<const uint32_t> rows, Buffer& to) {
  const size_t end = to.size();
  to.Resize(end + rows.size() * sizeof(T));
  T* const target = reinterpret_cast<T*>(to.data() + end);
  const T* const source = from.As<T>().data();
  for (size_t i = 0; i < rows.size(); ++i) target[i] = source[rows[i]];
}

template <typename T>
void SortUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Column::Column(Type type) : type_(type) {
  const Layout layout = LayoutOf(type);
  element_shift_ = layout.element_shift;
  has_offsets_ = layout.has_offsets;
  if (has_offsets_) offsets_.Push(uint32_t{0});
}

Value Column::ValueAt(size_t row) const {
  if (IsNull(row)) return {};
  switch (type_) {
    case Type::kInt:
      return int64_t{ints()[row]};
    case Type::kBigint:
    case Type::kTimestamp:
      return bigints()[row];
    case Type::kFloat:
      return double{floats()[row]};
    case Type::kDouble:
      return doubles()[row];
    case Type::kBool:
      return bools()[row] != 0;
    case Type::kText:
    case Type::kJson:
      return std::string(Text(row));
    case Type::kMulti: {
      const auto set = Multi(row);
      return std::vector<int64_t>(set.begin(), set.end());
    }
    case Type::kMulti64: {
      const auto set = Multi64(row);
      return std::vector<int64_t>(set.begin(), set.end());
    }
    case Type::kFloatVector: {
      const auto list = FloatVector(row);
      return std::vector<float>(list.begin(), list.end());
    }
  }
  return {};
}

void Column::Clear() {
  size_ = 0;
  null_count_ = 0;
  values_.clear();
  validity_.clear();
  if (has_offsets_) offsets_.Resize(sizeof(uint32_t));
}

void Column::Reserve(size_t rows) {
  if (has_offsets_) {
    offsets_.Reserve((rows + 1) * sizeof(uint32_t));
  } else {
    values_.Reserve(rows << element_shift_);
  }
}

void Column::AppendNull() {
  if (null_count_ == 0) MakeValidity();
  if (has_offsets_) {
    offsets_.Push(static_cast<uint32_t>(values_.size() >> element_shift_));
  } else {
    const size_t end = values_.size();
    const size_t width = size_t{1} << element_shift_;
    values_.Resize(end + width);
    std::memset(values_.data() + end, 0, width);
  }
  AppendValidity(false);
  ++null_count_;
  ++size_;
}

void Column::AppendValue(const Value& value) {
  if (rowfall::IsNull(value)) return AppendNull();
  switch (type_) {
    case Type::kInt:
      return AppendInt(static_cast<uint32_t>(std::get<int64_t>(value)));
    case Type::kBigint:
    case Type::kTimestamp:
      return AppendBigint(std::get<int64_t>(value));
    case Type::kFloat:
      return AppendFloat(static_cast<float>(std::get<double>(value)));
    case Type::kDouble:
      return AppendDouble(std::get<double>(value));
    case Type::kBool:
      return AppendBool(std::get<bool>(value));
    case Type::kText:
    case Type::kJson:
      return AppendText(std::get<std::string>(value));
    case Type::kMulti: {
      const auto& given = std::get<std::vector<int64_t>>(value);
      std::vector<uint32_t> set(given.begin(), given.end());
      SortUnique(set);
      return AppendMulti(set);
    }
    case Type::kMulti64: {
      std::vector<int64_t> set = std::get<std::vector<int64_t>>(value);
      SortUnique(set);
      return AppendMulti64(set);
    }
    case Type::kFloatVector:
      return AppendFloatVector(std::get<std::vector<float>>(value));
  }
}

void Column::AppendRow(const Column& from, size_t row) {
  assert(from.type_ == type_);
  if (from.IsNull(row)) return AppendNull();
  const char* values = from.values_.data();
  if (has_offsets_) {
    const auto offset = from.offsets();
    const size_t begin = size_t{offset[row]} << element_shift_;
    const size_t end = size_t{offset[row + 1]} << element_shift_;
    values_.Append(values + begin, end - begin);
    return FinishList();
  }
  const size_t width = size_t{1} << element_shift_;
  values_.Append(values + row * width, width);
  EndRow();
}

void Column::AppendRows(const Column& from, std::span<const uint32_t> rows) {
  assert(from.type_ == type_);
  if (rows.empty()) return;
  if (has_offsets_) {
    Reserve(size_ + rows.size());
    for (const uint32_t row : rows) AppendRow(from, row);
    return;
  }
  // NULLs hold 0, so values need not know of them.
  switch (element_shift_) {
    case 0:
      Pick<uint8_t>(from.values_, rows, values_);
      break;
    case 2:
      Pick<uint32_t>(from.values_, rows, values_);
      break;
    default:
      Pick<uint64_t>(from.values_, rows, values_);
      break;
  }
  const size_t begin = size_;
  const bool has_nulls = null_count_ + from.null_count_ != 0;
  if (has_nulls && null_count_ == 0) MakeValidity();
  size_ += rows.size();
  if (!has_nulls) return;
  const size_t known = validity_.size();
  validity_.Resize((size_ + 7) / 8);
  std::memset(validity_.data() + known, 0, validity_.size() - known);
  const auto bits = validity_.MutableAs<uint8_t>();
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool is_null = from.IsNull(rows[i]);
    bits[(begin + i) >> 3] |=
        static_cast<uint8_t>(!is_null << ((begin + i) & 7));
    null_count_ += is_null;
  }
  if (null_count_ == 0) validity_.clear();
}

void Column::AbandonList() {
  values_.Resize(size_t{offsets()[size_]} << element_shift_);
}

void Column::ResizeFixed(size_t rows) {
  assert(!has_offsets_);
  if (rows <= size_) return Truncate(rows);
  values_.Resize(rows << element_shift_);
  if (null_count_ != 0) {
    while (size_ < rows) {
      AppendValidity(true);
      ++size_;
    }
  }
  size_ = rows;
}

void Column::SetNull(size_t row) {
  assert(!has_offsets_);
  if (IsNull(row)) return;
  if (null_count_ == 0) MakeValidity();
  validity_.MutableAs<uint8_t>()[row >> 3] &=
      static_cast<uint8_t>(~(1u << (row & 7)));
  const size_t width = size_t{1} << element_shift_;
  std::memset(values_.data() + row * width, 0, width);
  ++null_count_;
}

void Column::Truncate(size_t rows) {
  if (rows >= size_) return;
  if (null_count_ != 0) {
    for (size_t row = rows; row < size_; ++row) null_count_ -= IsNull(row);
    validity_.Resize((rows + 7) / 8);
    if (rows % 8 != 0) {
      validity_.MutableAs<uint8_t>()[rows >> 3] &=
          static_cast<uint8_t>((1u << (rows & 7)) - 1);
    }
    if (null_count_ == 0) validity_.clear();
  }
  if (has_offsets_) {
    values_.Resize(size_t{offsets()[rows]} << element_shift_);
    offsets_.Resize((rows + 1) * sizeof(uint32_t));
  } else {
    values_.Resize(rows << element_shift_);
  }
  size_ = rows;
}

void Column::AppendValidity(bool valid) {
  if (size_ % 8 == 0) validity_.Push(uint8_t{0});
  validity_.MutableAs<uint8_t>()[size_ >> 3] |=
      static_cast<uint8_t>(valid << (size_ & 7));
}

void Column::MakeValidity() {
  validity_.Resize((size_ + 7) / 8);
  auto bytes = validity_.MutableAs<uint8_t>();
  std::fill(bytes.begin(), bytes.end(), uint8_t{0xff});
  // Bits behind the end are 0, so that equal columns have equal bitmaps.
  if (size_ % 8 != 0)
    bytes[size_ >> 3] = static_cast<uint8_t>((1u << (size_ & 7)) - 1);
}

bool operator==(const Column& a, const Column& b) {
  const auto same = [](const Buffer& x, const Buffer& y) {
    return x.size() == y.size() &&
           (x.size() == 0 || std::memcmp(x.data(), y.data(), x.size()) == 0);
  };
  return a.type_ == b.type_ && a.size_ == b.size_ &&
         a.null_count_ == b.null_count_ && same(a.values_, b.values_) &&
         same(a.offsets_, b.offsets_) &&
         (a.null_count_ == 0 || same(a.validity_, b.validity_));
}

}  // namespace rowfall
