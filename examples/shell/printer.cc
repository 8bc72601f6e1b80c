// SPDX-License-Identifier: Apache-2.0
// Lays out tables and TSV.
#include "examples/shell/printer.h"

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "examples/shell/display_width.h"

namespace rowfall::shell {
namespace {

using Cell = std::vector<std::string>;  // Its lines.

Cell ToLines(std::string_view text) {
  Cell lines;
  while (true) {
    const size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

Cell ToCell(const std::optional<std::string>& value) {
  return value ? ToLines(*value) : Cell{"NULL"};
}

struct Layout {
  std::vector<size_t> widths;
  std::vector<bool> numeric;
};

std::vector<Cell> ToCells(const Rows& rows, size_t row) {
  std::vector<Cell> cells;
  for (const auto& value : rows.rows[row]) cells.push_back(ToCell(value));
  return cells;
}

void Widen(const std::vector<Cell>& cells, Layout& layout) {
  for (size_t i = 0; i < cells.size(); ++i) {
    for (const std::string& line : cells[i]) {
      layout.widths[i] = std::max(layout.widths[i], DisplayWidth(line));
    }
  }
}

void AppendBorder(const Layout& layout, std::string& out) {
  for (const size_t width : layout.widths) {
    out.append("+").append(width + 2, '-');
  }
  out.append("+\n");
}

void AppendCells(const std::vector<Cell>& cells, const Layout& layout,
                 std::string& out) {
  size_t height = 1;
  for (const Cell& cell : cells) height = std::max(height, cell.size());
  for (size_t line = 0; line < height; ++line) {
    for (size_t i = 0; i < cells.size(); ++i) {
      const std::string text = line < cells[i].size() ? cells[i][line] : "";
      const size_t blanks = layout.widths[i] - DisplayWidth(text);
      const size_t before = layout.numeric[i] ? blanks : 0;
      out.append("| ").append(before, ' ').append(text);
      out.append(blanks - before + 1, ' ');
    }
    out.append("|\n");
  }
}

void AppendTsvValue(const std::optional<std::string>& value, std::string& out) {
  if (!value) out.append("NULL");
  for (const char c : value.value_or("")) {
    switch (c) {
      case '\\':
        out.append("\\\\");
        break;
      case '\t':
        out.append("\\t");
        break;
      case '\n':
        out.append("\\n");
        break;
      case '\0':
        out.append("\\0");
        break;
      default:
        out.push_back(c);
    }
  }
}

std::string Seconds(absl::Duration elapsed) {
  char text[32];
  std::snprintf(text, sizeof text, " (%.2f sec)\n",
                absl::ToDoubleSeconds(elapsed));
  return text;
}

std::string Summary(const Rows& rows) {
  if (!rows.columns.empty()) {
    const size_t count = rows.rows.size();
    if (count == 0) return "Empty set";
    return std::to_string(count) + (count == 1 ? " row" : " rows") + " in set";
  }
  if (!rows.rows_affected) return "Query OK";
  const int64_t count = *rows.rows_affected;
  return "Query OK, " + std::to_string(count) +
         (count == 1 ? " row" : " rows") + " affected";
}

}  // namespace

std::string ToTable(const Rows& rows) {
  if (rows.rows.empty()) return "";
  Layout layout{std::vector<size_t>(rows.columns.size()), rows.numeric};
  layout.numeric.resize(rows.columns.size());
  std::vector<Cell> header;
  for (const std::string& name : rows.columns) header.push_back({name});
  Widen(header, layout);
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    Widen(ToCells(rows, i), layout);
  }

  std::string out;
  AppendBorder(layout, out);
  AppendCells(header, {layout.widths, std::vector<bool>(header.size())}, out);
  AppendBorder(layout, out);
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    AppendCells(ToCells(rows, i), layout, out);
  }
  AppendBorder(layout, out);
  return out;
}

std::string ToTsv(const Rows& rows) {
  std::string out;
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    if (i > 0) out.push_back('\t');
    AppendTsvValue(rows.columns[i], out);
  }
  if (!rows.columns.empty()) out.push_back('\n');
  for (const auto& row : rows.rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out.push_back('\t');
      AppendTsvValue(row[i], out);
    }
    out.push_back('\n');
  }
  return out;
}

std::string ToText(const Rows& rows, Format format, absl::Duration elapsed) {
  if (format == Format::kTsv) return ToTsv(rows);
  return ToTable(rows) + Summary(rows) + Seconds(elapsed);
}

}  // namespace rowfall::shell
