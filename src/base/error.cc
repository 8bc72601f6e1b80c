// SPDX-License-Identifier: Apache-2.0
// Errors with a place: the place travels as a payload of the status.
#include "base/error.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/cord.h"
#include "base/text.h"

namespace rowfall {
namespace {

constexpr char kPlaceUrl[] = "rowfall/place";

}  // namespace

std::optional<TextPlace> ErrorPlace(const absl::Status& status) {
  const auto payload = status.GetPayload(kPlaceUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string text(*payload);
  TextPlace place;
  const char* end = text.data() + text.size();
  const auto line = std::from_chars(text.data(), end, place.line);
  if (line.ec != std::errc() || line.ptr == end) return std::nullopt;
  const auto column = std::from_chars(line.ptr + 1, end, place.column);
  if (column.ec != std::errc()) return std::nullopt;
  return place;
}

std::string ErrorWithCaret(const absl::Status& status, std::string_view sql) {
  std::string out(base::FromAbsl(status.message()));
  const auto place = ErrorPlace(status);
  if (!place.has_value()) return out;
  size_t start = 0;
  for (int line = 1; line < place->line; ++line) {
    start = sql.find('\n', start);
    if (start == std::string_view::npos) return out;
    ++start;
  }
  std::string_view line = sql.substr(start, sql.find('\n', start) - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  base::AppendCat(out, "\n", base::EscapeControl(line, "\t"), "\n");
  const size_t column = static_cast<size_t>(place->column - 1);
  // Below what is printed, where controls take several characters.
  for (const char c : base::EscapeControl(line.substr(0, column), "\t")) {
    // One mark a character: continuation bytes of UTF-8 take no room.
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    out.push_back(c == '\t' ? '\t' : ' ');
  }
  out.push_back('^');
  return out;
}

namespace base {

TextPlace PlaceOf(std::string_view text, size_t position) {
  const std::string_view before = text.substr(0, position);
  const size_t newline = before.rfind('\n');
  const size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return {1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          1 + static_cast<int>(before.size() - line_start)};
}

absl::Status ErrorAt(absl::StatusCode code, TextPlace place,
                     std::string_view text) {
  absl::Status status(
      code, ToAbsl(Cat(text, " [at ", place.line, ":", place.column, "]")));
  status.SetPayload(kPlaceUrl,
                    absl::Cord(ToAbsl(Cat(place.line, ":", place.column))));
  return status;
}

}  // namespace base
}  // namespace rowfall
