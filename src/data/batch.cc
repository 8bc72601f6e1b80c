// SPDX-License-Identifier: Apache-2.0
// Batches: lookup, copies of rows, text forms.
#include "rowfall/batch.h"

#include "base/text.h"
#include "data/json_text.h"

namespace rowfall {

Batch::Batch() : schema_(std::make_shared<const Schema>()) {}

Batch::Batch(std::shared_ptr<const Schema> schema,
             std::vector<std::shared_ptr<const Column>> columns,
             size_t num_rows, std::vector<uint32_t> origins)
    : schema_(std::move(schema)),
      columns_(std::move(columns)),
      num_rows_(num_rows),
      origins_(std::move(origins)) {}

const Column* Batch::FindColumn(std::string_view name) const {
  const auto index = schema_->IndexOf(name);
  return index.has_value() ? columns_[*index].get() : nullptr;
}

Batch Batch::Take(std::span<const uint32_t> rows) const {
  std::vector<std::shared_ptr<const Column>> columns;
  columns.reserve(columns_.size());
  for (const auto& column : columns_) {
    auto taken = std::make_shared<Column>(column->type());
    taken->AppendRows(*column, rows);
    columns.push_back(std::move(taken));
  }
  std::vector<uint32_t> origins;
  if (!origins_.empty()) {
    origins.reserve(rows.size());
    for (const uint32_t row : rows) origins.push_back(origins_[row]);
  }
  return Batch(schema_, std::move(columns), rows.size(), std::move(origins));
}

size_t Batch::ByteSize() const {
  size_t bytes = origins_.size() * sizeof(uint32_t);
  for (const auto& column : columns_) bytes += column->ByteSize();
  return bytes;
}

void Batch::AppendRowJson(size_t row, std::string& out) const {
  out += '{';
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i != 0) out += ',';
    data::AppendQuoted(schema_->field(i).name, out);
    out += ':';
    AppendJson(columns_[i]->ValueAt(row), columns_[i]->type(), out);
  }
  out += '}';
}

std::string Batch::ToString() const {
  std::string out;
  for (size_t i = 0; i < columns_.size(); ++i) {
    base::AppendCat(out, i == 0 ? "" : " | ", schema_->field(i).name);
  }
  for (size_t row = 0; row < num_rows_; ++row) {
    out += '\n';
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i != 0) out += " | ";
      AppendJson(columns_[i]->ValueAt(row), columns_[i]->type(), out);
    }
  }
  return out;
}

bool operator==(const Batch& a, const Batch& b) {
  if (a.num_rows_ != b.num_rows_ || a.schema() != b.schema()) return false;
  for (size_t i = 0; i < a.columns_.size(); ++i) {
    if (!(*a.columns_[i] == *b.columns_[i])) return false;
  }
  return true;
}

}  // namespace rowfall
