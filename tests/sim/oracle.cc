// SPDX-License-Identifier: Apache-2.0
// Knows what every view owes for every message, and checks what happens.
#include "tests/sim/oracle.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace rowfall::tests {
namespace {

std::string Place(int partition, int64_t offset) {
  return base::Cat(kTopic, "/", partition, "@", offset);
}

std::string Place(const RowId& row) {
  return base::Cat("row ", row.k, " of ", Place(row.partition, row.offset));
}

// How often a message is handed over: once, or once for each bad row.
int NumRejects(const LogEntryFacts& facts) {
  if (facts.unreadable) return 1;
  return static_cast<int>(
      std::count_if(facts.rows.begin(), facts.rows.end(),
                    [](const LogEntryFacts::Row& row) { return row.bad; }));
}

}  // namespace

ViewOracle::ViewOracle(const Scenario& scenario, const LogFacts* log,
                       std::string name)
    : scenario_(scenario),
      log_(log),
      name_(std::move(name)),
      skips_(scenario.on_error == OnError::kSkip),
      partitions_(static_cast<size_t>(scenario.num_partitions)),
      faults_(static_cast<size_t>(scenario.num_partitions)) {
  for (int i = 0; i < scenario.num_partitions; ++i) {
    partitions_[static_cast<size_t>(i)].in_order.partition = i;
  }
}

void ViewOracle::Problem(const std::string& text) {
  if (problems_.size() < 10) {
    problems_.push_back(base::Cat("view ", name_, ": ", text));
  }
}

ViewOracle::OffsetState& ViewOracle::StateOf(int partition, int64_t offset) {
  auto& offsets = partitions_[static_cast<size_t>(partition)].offsets;
  const size_t i = static_cast<size_t>(offset);
  if (offsets.size() <= i) offsets.resize(i + 1);
  auto& rows = offsets[i].rows;
  const size_t num_rows = log(partition)[i].rows.size();
  if (rows.size() < num_rows) rows.resize(num_rows);
  return offsets[i];
}

// --- What happens ------------------------------------------------------------

void ViewOracle::Written(const RowId& row) {
  const auto& entries = log(row.partition);
  if (static_cast<size_t>(row.offset) >= entries.size() ||
      static_cast<size_t>(row.k) >=
          entries[static_cast<size_t>(row.offset)].rows.size()) {
    return Problem(base::Cat("wrote a row that nobody produced: ", Place(row)));
  }
  const LogEntryFacts::Row facts =
      entries[static_cast<size_t>(row.offset)].rows[static_cast<size_t>(row.k)];
  if (facts.filtered || facts.bad) {
    Problem(base::Cat("wrote what it had to leave out: ", Place(row)));
  }
  CheckOrder(row);
  RowState& state =
      StateOf(row.partition, row.offset).rows[static_cast<size_t>(row.k)];
  ++num_rows_written_;
  if (state.written++ == 0) {
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

void ViewOracle::PositionsStored(std::span<const PartitionRange> ranges) {
  for (const PartitionRange& range : ranges) {
    const int64_t durable = Durable(range.partition.partition);
    if (range.to > durable) {
      Problem(base::Cat("I2: stored position ", range.to, " of partition ",
                        range.partition.partition,
                        ", but is durable only up to ", durable));
    }
  }
}

void ViewOracle::Refused(const RowId& row) {
  StateOf(row.partition, row.offset).rows[static_cast<size_t>(row.k)].refused =
      true;
}

void ViewOracle::HandedOver(int partition, int64_t offset) {
  OffsetState& state = StateOf(partition, offset);
  if (state.handed_over == 0) state.first_step = step_;
  const int once = NumRejects(log(partition)[static_cast<size_t>(offset)]);
  if (once == 0) {
    Problem(base::Cat("handed over what is good: ", Place(partition, offset)));
  }
  if (++state.handed_over <= once) return;
  if (!MayRepeat(partition, offset, state.first_step)) {
    Problem(base::Cat("I6: handed over twice without a fault: ",
                      Place(partition, offset)));
  }
}

void ViewOracle::HandedOverRow(const RowId& row) {
  ++StateOf(row.partition, row.offset)
        .rows[static_cast<size_t>(row.k)]
        .handed_over;
}

void ViewOracle::Fault(std::span<const int64_t> committed) {
  for (size_t i = 0; i < committed.size(); ++i) {
    faults_[i][std::max<int64_t>(committed[i], 0)] = step_;
  }
}

void ViewOracle::FaultIn(std::span<const PartitionRange> ranges) {
  for (const PartitionRange& range : ranges) {
    faults_[static_cast<size_t>(range.partition.partition)][range.from] = step_;
  }
}

bool ViewOracle::MayRepeat(int partition, int64_t offset,
                           int first_step) const {
  const auto& faults = faults_[static_cast<size_t>(partition)];
  for (const auto& [committed, step] : faults) {
    if (committed > offset) return false;
    if (step >= first_step) return true;
  }
  return false;
}

// --- What must hold ----------------------------------------------------------

bool ViewOracle::Passed(const LogEntryFacts& facts,
                        const OffsetState& message) const {
  return skips_ || message.handed_over >= NumRejects(facts);
}

bool ViewOracle::RowIsDurable(const LogEntryFacts& facts, size_t k,
                              const OffsetState& message) const {
  const RowState& state = message.rows[k];
  if (facts.rows[k].filtered || state.written > 0) return true;
  if (facts.rows[k].bad) return Passed(facts, message);
  return state.refused && (skips_ || state.handed_over > 0);
}

bool ViewOracle::IsDurable(int partition, int64_t offset) {
  const LogEntryFacts& facts = log(partition)[static_cast<size_t>(offset)];
  if (facts.gap || facts.deleted) return true;
  const OffsetState& state = StateOf(partition, offset);
  if (facts.unreadable) return Passed(facts, state);
  for (size_t k = 0; k < facts.rows.size(); ++k) {
    if (!RowIsDurable(facts, k, state)) return false;
  }
  return true;
}

int64_t ViewOracle::Durable(int partition) {
  int64_t& durable = partitions_[static_cast<size_t>(partition)].durable;
  const auto end = static_cast<int64_t>(log(partition).size());
  while (durable < end && IsDurable(partition, durable)) ++durable;
  return durable;
}

// What a sink refuses and what retention removed leaves the order intact.
void ViewOracle::CheckOrder(const RowId& row) {
  RowId& next = partitions_[static_cast<size_t>(row.partition)].in_order;
  while (next.offset < row.offset ||
         (next.offset == row.offset && next.k < row.k)) {
    const LogEntryFacts& facts =
        log(row.partition)[static_cast<size_t>(next.offset)];
    const OffsetState& state = StateOf(row.partition, next.offset);
    const bool empty = facts.gap || facts.deleted || facts.unreadable ||
                       static_cast<size_t>(next.k) >= facts.rows.size();
    if (facts.unreadable && !facts.deleted && !Passed(facts, state)) break;
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
  Problem(base::Cat("I2: committed ", offset, " of partition ", partition,
                    ", but is durable only up to ", durable));
}

void ViewOracle::CheckAllAccountedFor() {
  for (int i = 0; i < scenario_.num_partitions; ++i) {
    const int64_t durable = Durable(i);
    if (durable < static_cast<int64_t>(log(i).size())) {
      Problem(base::Cat("I5, I8: not accounted for: ", Place(i, durable)));
    }
  }
}

}  // namespace rowfall::tests
