// SPDX-License-Identifier: Apache-2.0
// Gathering, with a short loop for dense columns.
#include "eval/gather.h"

namespace rowfall::eval {
namespace {

template <typename T>
void GatherDense(const Column& from, std::span<const uint32_t> rows,
                 Column& out) {
  out.ResizeFixed(rows.size());
  const auto source = from.values().As<T>();
  const auto target = out.mutable_values().MutableAs<T>();
  for (size_t i = 0; i < rows.size(); ++i) target[i] = source[rows[i]];
}

}  // namespace

void Gather(const Column& from, std::span<const uint32_t> rows, Column& out) {
  if (from.null_count() != 0) return out.AppendRows(from, rows);
  switch (from.type()) {
    case Type::kBool:
      return GatherDense<uint8_t>(from, rows, out);
    case Type::kInt:
    case Type::kFloat:
      return GatherDense<uint32_t>(from, rows, out);
    case Type::kBigint:
    case Type::kTimestamp:
    case Type::kDouble:
      return GatherDense<uint64_t>(from, rows, out);
    default:
      return out.AppendRows(from, rows);
  }
}

void Repeat(const Column& constant, size_t num_rows, Column& out) {
  out.Reserve(num_rows);
  for (size_t i = 0; i < num_rows; ++i) out.AppendRow(constant, 0);
}

void ReplaceNulls(const Column& from, size_t num_rows, const Value& value,
                  Column& out) {
  out.Reserve(num_rows);
  for (size_t i = 0; i < num_rows; ++i) {
    if (from.IsNull(i)) {
      out.AppendValue(value);
    } else {
      out.AppendRow(from, i);
    }
  }
}

}  // namespace rowfall::eval
