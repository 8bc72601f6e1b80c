// SPDX-License-Identifier: Apache-2.0
// The values of one column of a batch, in the layout of Apache Arrow.
#ifndef ROWFALL_COLUMN_H_
#define ROWFALL_COLUMN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rowfall/buffer.h"
#include "rowfall/export.h"
#include "rowfall/value.h"

namespace rowfall {

/// A typed array of values, each of which may be NULL.
///
/// Layout: fixed-size types are a dense array (bool: one byte a value);
/// text, json, multi, multi64 and float_vector are size()+1 offsets of 32 bits
/// and a dense array of bytes or elements. NULL rows hold 0 or an empty
/// range. Validity is a bitmap, least significant bit first, 1 for a value;
/// a column without NULLs has none.
///
/// A value: copy and move it freely. Appending is not thread-safe; reading an
/// unchanging column is. Spans and views are valid until the column is
/// changed or destroyed. All offsets are 32 bits: what would make a column hold
/// 4 GiB or more throws std::bad_alloc (the engine's limits are far below).
class ROWFALL_EXPORT Column {
 public:
  explicit Column(Type type);

  Type type() const { return type_; }
  size_t size() const { return size_; }
  size_t null_count() const { return null_count_; }
  bool IsNull(size_t row) const {
    return null_count_ != 0 &&
           (validity_.As<uint8_t>()[row >> 3] >> (row & 7) & 1) == 0;
  }
  /// Bytes of values, offsets and validity.
  size_t ByteSize() const {
    return values_.size() + offsets_.size() + validity_.size();
  }

  // --- Reading -------------------------------------------------------------

  /// REQUIRES of each: the type named.
  std::span<const uint32_t> ints() const { return values_.As<uint32_t>(); }
  /// kBigint and kTimestamp.
  std::span<const int64_t> bigints() const { return values_.As<int64_t>(); }
  std::span<const float> floats() const { return values_.As<float>(); }
  std::span<const double> doubles() const { return values_.As<double>(); }
  std::span<const uint8_t> bools() const { return values_.As<uint8_t>(); }

  /// The value of a kText or kJson row; empty where NULL.
  std::string_view Text(size_t row) const {
    const auto offset = offsets_.As<uint32_t>();
    return {values_.data() + offset[row], offset[row + 1] - offset[row]};
  }
  std::span<const uint32_t> Multi(size_t row) const {
    return Elements<uint32_t>(row);
  }
  std::span<const int64_t> Multi64(size_t row) const {
    return Elements<int64_t>(row);
  }
  std::span<const float> FloatVector(size_t row) const {
    return Elements<float>(row);
  }
  /// Returns the value of any type; copies it.
  Value ValueAt(size_t row) const;

  /// The raw parts, for bulk readers. Offsets count elements (bytes for text).
  std::span<const uint32_t> offsets() const { return offsets_.As<uint32_t>(); }
  const Buffer& values() const { return values_; }
  /// Empty where null_count() is 0.
  const Buffer& validity() const { return validity_; }

  // --- Appending -----------------------------------------------------------

  /// Removes all rows, keeps the memory.
  void Clear();
  void Reserve(size_t rows);

  void AppendNull();
  void AppendInt(uint32_t value) { AppendFixed(value); }
  /// kBigint and kTimestamp.
  void AppendBigint(int64_t value) { AppendFixed(value); }
  void AppendFloat(float value) { AppendFixed(value); }
  void AppendDouble(double value) { AppendFixed(value); }
  void AppendBool(bool value) { AppendFixed(static_cast<uint8_t>(value)); }
  /// kText and kJson. REQUIRES: valid UTF-8 (JSON text for kJson).
  void AppendText(std::string_view value) {
    values_.Append(value.data(), value.size());
    FinishList();
  }
  /// REQUIRES of both: sorted and unique.
  void AppendMulti(std::span<const uint32_t> value) { AppendList(value); }
  void AppendMulti64(std::span<const int64_t> value) { AppendList(value); }
  void AppendFloatVector(std::span<const float> value) { AppendList(value); }
  /// Appends NULL or a value of the alternative that belongs to the type
  /// (value.h). Sets need not be sorted. REQUIRES: it fits the type.
  void AppendValue(const Value& value);
  /// Appends the rows of `from`, a column of the same type.
  void AppendRow(const Column& from, size_t row);
  void AppendRows(const Column& from, std::span<const uint32_t> rows);

  /// For writers that produce a value piece by piece: append the pieces to
  /// values(), then end the row. AbandonList() drops an unfinished row.
  Buffer& mutable_values() { return values_; }
  void FinishList() {
    offsets_.Push(static_cast<uint32_t>(values_.size() >> element_shift_));
    EndRow();
  }
  void AbandonList();
  /// Sets the number of rows of a fixed-size type; new rows are not NULL and
  /// not initialized.
  void ResizeFixed(size_t rows);
  /// Turns a row of a fixed-size type into NULL and its value into 0.
  void SetNull(size_t row);
  /// Removes all rows from `rows` on.
  void Truncate(size_t rows);

  /// Same type, size, NULLs and values.
  friend bool operator==(const Column& a, const Column& b);

 private:
  template <typename T>
  std::span<const T> Elements(size_t row) const {
    const auto offset = offsets_.As<uint32_t>();
    return values_.As<T>().subspan(offset[row],
                                   offset[row + 1] - offset[row]);
  }
  template <typename T>
  void AppendFixed(T value) {
    values_.Push(value);
    EndRow();
  }
  template <typename T>
  void AppendList(std::span<const T> value) {
    values_.Append(reinterpret_cast<const char*>(value.data()),
                   value.size_bytes());
    FinishList();
  }
  void EndRow() {
    if (null_count_ != 0) AppendValidity(true);
    ++size_;
  }
  void AppendValidity(bool valid);
  void MakeValidity();

  Type type_;
  uint8_t element_shift_ = 0;  // log2 of the bytes of an element.
  bool has_offsets_ = false;
  size_t size_ = 0;
  size_t null_count_ = 0;
  Buffer values_;
  Buffer offsets_;
  Buffer validity_;
};

}  // namespace rowfall

#endif  // ROWFALL_COLUMN_H_
