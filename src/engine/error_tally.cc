// SPDX-License-Identifier: Apache-2.0
// Counts what was skipped, dead-lettered and nulled, by place and column.
#include "engine/error_tally.h"

#include <algorithm>
#include <tuple>

namespace rowfall::engine {
namespace {

// A sink may name any column; the planner allows fewer than these.
constexpr size_t kMaxColumns = 4096;

// Returns the entry with the key of `like`, made if there is none.
template <typename Entry, typename Key>
Entry& Find(std::vector<Entry>& entries, const Entry& like, Key key) {
  const auto at = std::lower_bound(
      entries.begin(), entries.end(), like,
      [&key](const Entry& a, const Entry& b) { return key(a) < key(b); });
  if (at != entries.end() && key(*at) == key(like)) return *at;
  return *entries.insert(at, like);
}

ErrorStatus& FindPlace(std::vector<ErrorStatus>& places, ErrorFate fate,
                       const TopicPartition& partition) {
  ErrorStatus like;
  like.fate = fate;
  like.partition = partition;
  return Find(places, like, [](const ErrorStatus& status) {
    return std::tie(status.fate, status.partition);
  });
}

ColumnErrors* FindColumn(std::vector<ColumnErrors>& columns,
                         const std::string& name) {
  if (columns.size() >= kMaxColumns) return nullptr;
  ColumnErrors like;
  like.column = name;
  return &Find(columns, like, [](const ColumnErrors& errors) {
    return std::tie(errors.column);
  });
}

void AddPlace(const ErrorStatus& from, std::vector<ErrorStatus>& places) {
  ErrorStatus& to = FindPlace(places, from.fate, from.partition);
  to.first_offset = to.count == 0
                        ? from.first_offset
                        : std::min(to.first_offset, from.first_offset);
  to.last_offset = std::max(to.last_offset, from.last_offset);
  to.count += from.count;
  to.example = from.example;
}

void AddColumn(const ColumnErrors& from, std::vector<ColumnErrors>& columns) {
  ColumnErrors* to = FindColumn(columns, from.column);
  if (to == nullptr) return;
  to->rejected += from.rejected;
  to->nulled += from.nulled;
  to->example = from.example;
}

}  // namespace

void ErrorTally::Add(ErrorFate fate, const Reject& reject) {
  const Message& message = reject.message;
  ErrorStatus place;
  place.fate = fate;
  place.partition = {std::string(message.topic), message.partition};
  place.count = 1;
  place.first_offset = place.last_offset = message.offset;
  place.example = reject.ToString();
  AddPlace(place, places_);
  if (reject.column.empty()) return;
  ColumnErrors column;
  column.column = reject.column;
  (fate == ErrorFate::kNulled ? column.nulled : column.rejected) = 1;
  column.example = place.example;
  AddColumn(column, columns_);
}

void ErrorTally::Add(const ErrorTally& other) {
  for (const ErrorStatus& place : other.places_) AddPlace(place, places_);
  for (const ColumnErrors& column : other.columns_) AddColumn(column, columns_);
}

void ErrorTally::AddTo(ViewStatus& status) const {
  for (const ErrorStatus& place : places_) AddPlace(place, status.errors);
  for (const ColumnErrors& column : columns_) {
    AddColumn(column, status.column_errors);
  }
}

void ErrorTally::Clear() {
  places_.clear();
  columns_.clear();
}

}  // namespace rowfall::engine
