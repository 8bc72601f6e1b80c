// SPDX-License-Identifier: Apache-2.0
// Knows what every view owes for every message, and checks what happens.
#include "tests/sim/oracle.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rowfall::tests {
ViewOracle::ViewOracle(const Scenario& scenario, const Logs* logs,
                       std::string name)
    : scenario_(scenario),
      logs_(logs),
      name_(std::move(name)),
      skips_(scenario.on_error == OnError::kSkip) {}

std::string ViewOracle::Place(int partition, int64_t offset) const {
  return logs_->Place(partition, offset);
}

std::string ViewOracle::Place(const RowId& row) const {
  return base::Cat("row ", row.k, " of ", Place(row.partition, row.offset));
}

void ViewOracle::Problem(const std::string& text) {
  if (problems_.size() < 10) {
    problems_.push_back(base::Cat("view ", name_, ": ", text));
  }
}

ViewOracle::OffsetState& ViewOracle::StateOf(int partition, int64_t offset) {
  auto& offsets = partitions_[logs_->Origin(partition, offset)].offsets;
  const size_t i = static_cast<size_t>(offset);
  if (offsets.size() <= i) offsets.resize(i + 1);
  auto& rows = offsets[i].rows;
  const size_t num_rows = Facts(partition, offset).rows.size();
  if (rows.size() < num_rows) rows.resize(num_rows);
  return offsets[i];
}

// --- What happens ------------------------------------------------------------

void ViewOracle::Written(const RowId& row) {
  if (row.partition >= logs_->size() ||
      row.offset >= log(row.partition).size() ||
      static_cast<size_t>(row.k) >=
          Facts(row.partition, row.offset).rows.size()) {
    return Problem("wrote a row that nobody produced");
  }
  const LogEntryFacts::Row facts =
      Facts(row.partition, row.offset).rows[static_cast<size_t>(row.k)];
  if (!log(row.partition).is_read) {
    Problem(base::Cat("wrote what is not in partition_list: ", Place(row)));
  }
  if (facts.filtered || GivesUp(facts)) {
    Problem(base::Cat("wrote what it had to leave out: ", Place(row)));
  }
  CheckOrder(row);
  RowState& state =
      StateOf(row.partition, row.offset).rows[static_cast<size_t>(row.k)];
  ++num_rows_written_;
  const int former_age = std::exchange(state.age, AgeOf(row.partition));
  if (state.written++ == 0 || former_age < state.age) {
    state.first_step = step_;
    return;
  }
  ++num_duplicates_;
  if (scenario_.traits.keeps_positions) {
    Problem(
        base::Cat("I6: wrote twice although positions are kept: ", Place(row)));
  } else if (!MayRepeat(row.partition, row.offset, state.first_step)) {
    Problem(base::Cat("I6: wrote twice without a fault: ", Place(row),
                      ", first in step ", state.first_step));
  }
}

void ViewOracle::Refused(const RowId& row) {
  StateOf(row.partition, row.offset).rows[static_cast<size_t>(row.k)].refused =
      true;
}

// Which of the rows that the view makes of its message it is.
int64_t ViewOracle::NumberOf(const RowId& row) const {
  const auto& rows = Facts(row.partition, row.offset).rows;
  return std::count_if(rows.begin(), rows.begin() + row.k,
                       [this](const LogEntryFacts::Row& other) {
                         return !other.filtered && !GivesUp(other);
                       });
}

// The Id() of a dead letter is the same for the same trouble, and another one
// for any other; what was brought before is told as a repetition.
void ViewOracle::Brought(const RowId& row, RejectStage stage,
                         const Reject& reject, const Bringer& by) {
  const Trouble trouble{row.partition, row.offset, row.k, stage};
  const std::string id = reject.Id();
  const auto as_before = ids_.try_emplace(trouble, id).first;
  // A topic that was made again has the same ids.
  const Trouble anywhere{logs_->First(row.partition), row.offset, 0, stage};
  const auto place = troubles_.try_emplace(id, anywhere).first;
  const std::string log_id = base::Cat(row.partition, " ", id);
  const auto same_id = troubles_.try_emplace(log_id, trouble).first;
  if (as_before->second != id || same_id->second != trouble ||
      place->second != anywhere) {
    Problem(base::Cat("I8: Id '", id, "' is not that of ", Place(row)));
  }
  if (stage == RejectStage::kSink && reject.row_number != NumberOf(row)) {
    Problem(base::Cat("I8: numbered ", reject.row_number, ": ", Place(row)));
  }
  std::vector<Bringer>& before = brought_[trouble];
  // Who has lost the partition and not heard of it cannot know of the others.
  const bool must_say =
      std::any_of(before.begin(), before.end(), [&](const Bringer& other) {
        return other.consumer == by.consumer || other.step < by.step;
      });
  before.push_back({by.consumer, step_});
  if (must_say && !reject.may_be_repeat) {
    Problem(base::Cat("I8: comes again and does not say so: '", id, "'"));
  }
}

void ViewOracle::HandedOver(const RowId& row, RejectStage stage) {
  const LogEntryFacts& facts = Facts(row.partition, row.offset);
  OffsetState& message = StateOf(row.partition, row.offset);
  const size_t k = static_cast<size_t>(row.k);
  const bool is_row = row.k >= 0 && k < facts.rows.size();
  RowState& state = is_row ? message.rows[k] : message.all;
  const bool is_bad = !is_row                       ? facts.unreadable
                      : stage == RejectStage::kSink ? state.refused
                                                    : GivesUp(facts.rows[k]);
  if (!is_bad) {
    Problem(base::Cat("handed over what is good: ", Place(row)));
  }
  const int former_age = std::exchange(state.letter_age, AgeOf(row.partition));
  if (state.handed_over++ == 0 || former_age < state.letter_age) {
    state.letter_step = step_;
  } else if (!MayRepeat(row.partition, row.offset, state.letter_step)) {
    Problem(base::Cat("I6: handed over twice without a fault: ", Place(row)));
  }
}

void ViewOracle::Fault(std::span<const int64_t> committed) {
  for (size_t i = 0; i < committed.size(); ++i) {
    faults_[logs_->First(static_cast<int>(i))]
           [std::max<int64_t>(committed[i], 0)] = step_;
  }
}

void ViewOracle::BeginsAt(int partition, int64_t offset) {
  for (; offset > 0; partition = log(partition).former) {
    PartitionState& state = partitions_[partition];
    state.begin = std::max(state.begin, offset);
    state.owed = std::max(state.owed, offset);
    offset = std::min(offset, log(partition).shared);
  }
}

void ViewOracle::BeginsAgain(int partition, int64_t known) {
  ++AgeOf(partition);
  partitions_[partition].known_at_jump = known;
  for (; partition >= 0; partition = log(partition).former) {
    partitions_[partition].owed = 0;
  }
}

void ViewOracle::GoesOnAt(int partition, int64_t known) {
  if (known < 0 || partitions_[partition].known_at_jump != known) return;
  for (; partition >= 0; partition = log(partition).former) {
    partitions_[partition].owed = partitions_[partition].begin;
  }
}

// What is read again after that may also be handed over again.
std::function<void()> ViewOracle::Backup() {
  return [this, partitions = partitions_] {
    partitions_ = partitions;
    for (int i = 0; i < logs_->size(); ++i) ++AgeOf(i);
  };
}

void ViewOracle::FaultIn(std::span<const PartitionRange> ranges) {
  for (const PartitionRange& range : ranges) {
    faults_[logs_->First(logs_->Find(range.partition))][range.from] = step_;
  }
}

bool ViewOracle::MayRepeat(int partition, int64_t offset,
                           int first_step) const {
  const auto faults = faults_.find(logs_->First(partition));
  if (faults == faults_.end()) return false;
  for (const auto& [committed, step] : faults->second) {
    if (committed > offset) return false;
    if (step >= first_step) return true;
  }
  return false;
}

// --- What must hold ----------------------------------------------------------

bool ViewOracle::RowIsDurable(const LogEntryFacts& facts, size_t k,
                              const OffsetState& message) const {
  const RowState& state = message.rows[k];
  if (facts.rows[k].filtered || state.written > 0) return true;
  return (state.refused || GivesUp(facts.rows[k])) && Passed(state);
}

bool ViewOracle::OwesNothing(int partition, int64_t offset) {
  const LogEntryFacts& facts = Facts(partition, offset);
  return facts.gap || facts.aborted || facts.deleted ||
         IsBefore(&PartitionState::begin, partition, offset);
}

bool ViewOracle::IsBefore(int64_t PartitionState::*begin, int partition,
                          int64_t offset) {
  const int origin = logs_->Origin(partition, offset);
  for (; partition != origin; partition = log(partition).former) {
    if (offset < partitions_[partition].*begin) return true;
  }
  return offset < partitions_[origin].*begin;
}

bool ViewOracle::OwesNothing(int partition) {
  for (int64_t i = 0; i < log(partition).size(); ++i) {
    if (!OwesNothing(partition, i)) return false;
  }
  return true;
}

bool ViewOracle::IsDurable(int partition, int64_t offset) {
  return OwesNothing(partition, offset) || IsAccountedFor(partition, offset);
}

bool ViewOracle::IsAccountedFor(int partition, int64_t offset) {
  return Facts(partition, offset).aborted || IsDone(partition, offset);
}

bool ViewOracle::IsDone(int partition, int64_t offset) {
  const LogEntryFacts& facts = Facts(partition, offset);
  if (facts.gap || facts.deleted) return true;
  const OffsetState& state = StateOf(partition, offset);
  if (facts.unreadable) return Passed(state.all);
  for (size_t k = 0; k < facts.rows.size(); ++k) {
    if (!RowIsDurable(facts, k, state)) return false;
  }
  return true;
}

int64_t ViewOracle::Durable(int partition) {
  int64_t& durable = partitions_[partition].durable;
  const int64_t end = log(partition).size();
  while (durable < end && IsDurable(partition, durable)) ++durable;
  return durable;
}

// What a sink refuses and what is not owed leaves the order intact.
void ViewOracle::CheckOrder(const RowId& row) {
  RowId& next = partitions_[row.partition].in_order;
  next.partition = row.partition;
  while (next.offset < row.offset ||
         (next.offset == row.offset && next.k < row.k)) {
    const LogEntryFacts& facts = Facts(row.partition, next.offset);
    const OffsetState& state = StateOf(row.partition, next.offset);
    const bool owes_nothing = OwesNothing(row.partition, next.offset);
    const bool empty = owes_nothing || facts.unreadable ||
                       static_cast<size_t>(next.k) >= facts.rows.size();
    if (facts.unreadable && !owes_nothing && !Passed(state.all)) break;
    if (empty) {
      next = {row.partition, next.offset + 1, 0};
      continue;
    }
    const size_t k = static_cast<size_t>(next.k);
    if (!state.rows[k].refused && !RowIsDurable(facts, k, state)) {
      break;
    }
    ++next.k;
  }
  if (next.offset < row.offset ||
      (next.offset == row.offset && next.k < row.k)) {
    Problem(base::Cat("I7: wrote ", Place(row), " before ", Place(next)));
  }
}

void ViewOracle::CheckCommitted(int partition, int64_t offset) {
  if (offset < 0) return;
  const int64_t durable = Durable(partition);
  if (offset <= durable) return;
  Problem(base::Cat("I2: committed ", Place(partition, offset),
                    ", but is durable only up to ", durable));
}

std::vector<std::string> ViewOracle::NotAccountedFor() {
  std::vector<std::string> places;  // The first one of each log.
  for (int i = 0; i < logs_->size(); ++i) {
    if (!log(i).is_read || !log(i).is_present) continue;
    for (int64_t o = 0; o < log(i).size(); ++o) {
      if (IsAccountedFor(i, o) || IsBefore(&PartitionState::owed, i, o)) {
        continue;
      }
      places.push_back(Place(i, o));
      break;
    }
  }
  return places;
}

void ViewOracle::CheckAllAccountedFor() {
  for (const std::string& place : NotAccountedFor()) {
    Problem(base::Cat("I5, I8: not accounted for: ", place));
  }
}

}  // namespace rowfall::tests
