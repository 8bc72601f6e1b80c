// SPDX-License-Identifier: Apache-2.0
// Gets the rows of a batch written, and finds those that the sink refuses.
#include "sink/batch_writer.h"

#include <algorithm>
#include <utility>

#include "base/host_call.h"
#include "base/mistake.h"
#include "base/text.h"
#include "base/trouble.h"

namespace rowfall::sink {
namespace {

constexpr std::string_view kSinkName = "The sink";

// The codes by which a sink says that it will never take the rows.
bool IsAboutRows(absl::StatusCode code) {
  return code == absl::StatusCode::kInvalidArgument ||
         code == absl::StatusCode::kOutOfRange ||
         code == absl::StatusCode::kAlreadyExists;
}

absl::Status Misbehaved(std::string_view what) {
  return absl::InternalError(base::ToAbsl(what));
}

}  // namespace

void BatchWriter::Begin(Batch rows, std::vector<PartitionRange> ranges,
                        std::string_view view, std::string_view consumer_group,
                        size_t num_written, std::string_view reset) {
  rows_ = std::move(rows);
  ranges_ = std::move(ranges);
  view_ = view;
  consumer_group_ = consumer_group;
  reset_ = reset;
  begin_status_ = base::CallHost(kSinkName, [this]() -> absl::Status {
    keeps_positions_ = sink_.traits().keeps_positions;
    return absl::OkStatus();
  });
  rows_written_ = std::min(num_written, rows_.num_rows());
  todo_.assign(1, Part{.begin = static_cast<uint32_t>(rows_written_),
                       .end = static_cast<uint32_t>(rows_.num_rows())});
  refused_.clear();
  is_refused_.clear();
  rows_in_doubt_.reset();
  calls_ = 0;
}

WriteOutcome BatchWriter::Attempt() {
  if (!begin_status_.ok()) return {WriteResult::kFailed, begin_status_};
  while (!todo_.empty()) {
    WriteOutcome outcome = WritePart();
    if (outcome.result != WriteResult::kWritten) return outcome;
  }
  return {};
}

std::vector<RefusedRow> BatchWriter::TakeRefused() {
  std::sort(
      refused_.begin(), refused_.end(),
      [](const RefusedRow& a, const RefusedRow& b) { return a.row < b.row; });
  return std::exchange(refused_, {});
}

WriteOutcome BatchWriter::WritePart() {
  const Selection selection = Select(todo_.back());
  const bool moves_positions = keeps_positions_ && !ranges_.empty();
  if (selection.size == 0 && !moves_positions) {
    todo_.pop_back();
    return {};
  }
  if (fence_ != nullptr && fence_->closed()) {
    return {WriteResult::kRetry, fence_->Check()};
  }
  const absl::Status status = CallSink(selection, ++todo_.back().attempts);
  return Classify(status, selection);
}

absl::Status BatchWriter::CallSink(const Selection& selection, int attempt) {
  ++calls_;
  report_.clear();
  const WriteContext context = {.view = view_,
                                .consumer_group = consumer_group_,
                                .ranges = ranges_,
                                .attempt = attempt,
                                .reset = reset_};
  return base::CallHost(kSinkName, [&] {
    if (selection.all) return sink_.Write(rows_, context, report_);
    return sink_.Write(rows_.Take(selection.rows), context, report_);
  });
}

WriteOutcome BatchWriter::Classify(const absl::Status& status,
                                   const Selection& selection) {
  if (status.ok() && report_.empty()) {
    rows_written_ += selection.size;
    todo_.pop_back();
    return {};
  }
  if (status.ok() || (IsAboutRows(status.code()) && !report_.empty())) {
    return TakeReport(selection);
  }
  if (IsAboutRows(status.code())) return Narrow(status, selection);
  if (status.code() == absl::StatusCode::kAborted && keeps_positions_ &&
      !ROWFALL_MISTAKE(ignore_stored_positions)) {
    if (todo_.back().attempts > 1) rows_in_doubt_ = selection.size;
    return {WriteResult::kConflict, status};
  }
  if (base::MayPass(status)) return {WriteResult::kRetry, status};
  return {WriteResult::kFailed, status};
}

WriteOutcome BatchWriter::TakeReport(const Selection& selection) {
  // All of them or none: a row that is marked and not named would be lost.
  ReserveRefusals(report_.size());
  for (RefusedRow& refused : report_) {
    if (refused.row >= selection.size) {
      return {WriteResult::kFailed,
              Misbehaved(base::Cat(
                  "The sink refused a row that it was not given: row ",
                  refused.row, " of ", selection.size))};
    }
    Refuse(selection[refused.row], std::move(refused.column),
           std::move(refused.reason));
  }
  todo_.back().attempts = 0;  // What is left was never tried.
  if (StopsAtRefusal()) return {WriteResult::kRefused, absl::OkStatus()};
  return {};
}

WriteOutcome BatchWriter::Narrow(const absl::Status& status,
                                 const Selection& selection) {
  if (selection.size == 0) {
    return {WriteResult::kFailed,
            Misbehaved(base::Cat("The sink refused a batch without rows: ",
                                 base::FromAbsl(status.message())))};
  }
  if (selection.size == 1) {
    std::string reason(base::FromAbsl(status.message()));
    ReserveRefusals(1);
    Refuse(selection[0], "", std::move(reason));
    todo_.back().attempts = 0;
    if (StopsAtRefusal()) return {WriteResult::kRefused, absl::OkStatus()};
    return {};
  }
  if (keeps_positions_) {
    return {WriteResult::kFailed,
            Misbehaved(base::Cat("The sink keeps positions, so it has to name "
                                 "the rows that it refuses: ",
                                 base::FromAbsl(status.message())))};
  }
  todo_.reserve(todo_.size() + 1);
  const Part part = todo_.back();
  const uint32_t middle = selection[selection.size / 2];
  todo_.back() = {.begin = middle, .end = part.end};
  if (ROWFALL_MISTAKE(lose_half_of_a_batch)) todo_.pop_back();
  todo_.push_back({.begin = part.begin, .end = middle});
  return {};
}

BatchWriter::Selection BatchWriter::Select(const Part& part) const {
  Selection selection;
  selection.all =
      is_refused_.empty() && part.begin == 0 && part.end == rows_.num_rows();
  selection.size = part.end - part.begin;
  if (selection.all) return selection;
  selection.rows.reserve(selection.size);
  for (uint32_t row = part.begin; row < part.end; ++row) {
    if (!IsRefused(row)) selection.rows.push_back(row);
  }
  selection.size = selection.rows.size();
  return selection;
}

void BatchWriter::ReserveRefusals(size_t more) {
  refused_.reserve(refused_.size() + more);
  if (is_refused_.empty()) is_refused_.resize(rows_.num_rows());
}

void BatchWriter::Refuse(uint32_t row, std::string column, std::string reason) {
  if (is_refused_[row]) return;  // Named twice: the first reason counts.
  is_refused_[row] = true;
  refused_.push_back({row, std::move(column), std::move(reason)});
}

}  // namespace rowfall::sink
