// SPDX-License-Identifier: Apache-2.0
// What is kept beside a position to know its log again.
#include "commit/position_mark.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

#include "base/crc32c.h"
#include "base/mistake.h"

namespace rowfall::commit {
namespace {

constexpr std::string_view kVersion = "rf1:";
constexpr std::string_view kVersionWithPartitions = "rf2:";
constexpr std::string_view kVersionUncommitted = "rf3:";
constexpr std::string_view kUncommitted = "u";
constexpr std::string_view kBoth = "uc";
// Names of clusters are shorter; whatever is longer is not kept.
constexpr size_t kMaxClusterBytes = 60;

template <typename Number>
void AppendNumber(std::string& text, Number number, int base) {
  std::array<char, 24> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number, base)
          .ptr;
  text.append(digits.data(), end);
}

template <typename Number>
bool ReadNumber(std::string_view text, int base, Number& number) {
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  return read.ec == std::errc() && read.ptr == end;
}

// Cuts off and returns what is before the next colon.
std::optional<std::string_view> TakeField(std::string_view& text) {
  const size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const std::string_view field = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return field;
}

// Reads what is between the partitions and the cluster of kVersionUncommitted.
std::optional<PositionMark::Seen> ReadSeen(
    std::optional<std::string_view> text) {
  if (text == kUncommitted) return PositionMark::Seen::kUncommitted;
  if (text == kBoth) return PositionMark::Seen::kBoth;
  return std::nullopt;
}

bool IsClusterName(std::string_view name) {
  return name.size() <= kMaxClusterBytes &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c > ' ' && c < '\x7f'; });
}

// The bytes of a number, lowest first on every machine.
template <typename Number>
uint32_t ExtendBy(uint32_t checksum, Number number) {
  std::array<char, sizeof(Number)> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(static_cast<uint64_t>(number) >> (8 * i));
  }
  return base::ExtendCrc32c(checksum, {bytes.data(), bytes.size()});
}

}  // namespace

std::string PositionMark::ToText() const {
  const bool uncommitted = last.has_value() && last->seen != Seen::kCommitted;
  std::string text(uncommitted                    ? kVersionUncommitted
                   : first_partitions.has_value() ? kVersionWithPartitions
                                                  : kVersion);
  if (last.has_value()) AppendNumber(text, last->offset, 10);
  text += ':';
  if (last.has_value()) AppendNumber(text, last->checksum, 16);
  text += ':';
  if (first_partitions.has_value()) AppendNumber(text, *first_partitions, 10);
  if (first_partitions.has_value() || uncommitted) text += ':';
  if (uncommitted) {
    text += last->seen == Seen::kBoth ? kBoth : kUncommitted;
    text += ':';
  }
  if (IsClusterName(cluster)) text += cluster;
  return text;
}

std::optional<PositionMark> PositionMark::FromText(std::string_view text) {
  const bool uncommitted = text.starts_with(kVersionUncommitted);
  const bool has_partitions = text.starts_with(kVersionWithPartitions);
  if (!uncommitted && !has_partitions && !text.starts_with(kVersion)) {
    return std::nullopt;
  }
  text.remove_prefix(kVersion.size());
  const auto offset = TakeField(text);
  const auto checksum = TakeField(text);
  if (!offset.has_value() || !checksum.has_value()) return std::nullopt;
  PositionMark mark;
  if (has_partitions || uncommitted) {
    const auto partitions = TakeField(text);
    if (!partitions.has_value()) return std::nullopt;
    if (has_partitions || !partitions->empty()) {
      mark.first_partitions.emplace();
      if (!ReadNumber(*partitions, 10, *mark.first_partitions) ||
          *mark.first_partitions < 0) {
        return std::nullopt;
      }
    }
  }
  const auto seen =
      uncommitted ? ReadSeen(TakeField(text)) : std::optional(Seen::kCommitted);
  if (!seen.has_value() || !IsClusterName(text)) return std::nullopt;
  mark.cluster = text;
  if (offset->empty() && checksum->empty() && !uncommitted) return mark;
  mark.last = {.seen = *seen};
  if (!ReadNumber(*offset, 10, mark.last->offset) || mark.last->offset < 0 ||
      !ReadNumber(*checksum, 16, mark.last->checksum)) {
    return std::nullopt;
  }
  return mark;
}

PositionMark::Seen SeenUnder(Isolation isolation) {
  return isolation == Isolation::kReadUncommitted &&
                 !ROWFALL_MISTAKE(forget_isolation)
             ? PositionMark::Seen::kUncommitted
             : PositionMark::Seen::kCommitted;
}

PositionMark::Seen SeenOn(PositionMark::Seen seen, Isolation isolation) {
  return isolation == Isolation::kReadCommitted &&
                 seen == PositionMark::Seen::kUncommitted &&
                 !ROWFALL_MISTAKE(take_what_is_hidden_for_nothing)
             ? PositionMark::Seen::kBoth
             : seen;
}

uint32_t ChecksumOf(const Message& message) {
  uint32_t checksum = ExtendBy(0, message.timestamp_ms);
  // Lengths keep "a", "bc" and "ab", "c" apart; no length is that of absence.
  const auto extend = [&checksum](bool is_there, std::string_view bytes) {
    checksum = ExtendBy(checksum, is_there ? bytes.size() : ~size_t{0});
    if (is_there) checksum = base::ExtendCrc32c(checksum, bytes);
  };
  extend(message.has_key, message.key);
  extend(message.has_payload, message.payload);
  return checksum;
}

}  // namespace rowfall::commit
