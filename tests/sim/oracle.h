// SPDX-License-Identifier: Apache-2.0
// Knows what every view owes for every message, and checks what happens.
#ifndef ROWFALL_TESTS_SIM_ORACLE_H_
#define ROWFALL_TESTS_SIM_ORACLE_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "rowfall/message.h"
#include "rowfall/reject.h"
#include "tests/sim/logs.h"
#include "tests/sim/scenario.h"

namespace rowfall::tests {

// A row by its origin: row `k` of the message, in a log by its number.
struct RowId {
  int partition = 0;
  int64_t offset = 0;
  int k = 0;
};

// A consumer that brings a dead letter, and the step in which it did that or,
// for one that is about to, began with the partition.
struct Bringer {
  int consumer = 0;
  int step = std::numeric_limits<int>::max();
};

// What happened to the messages in one view, of whatever process. Rules, by
// their names in the invariants I1 to I10:
//   I2  nothing is committed that is not durable: written, filtered, handed
//       over, or skipped by policy.
//   I6  a row is written twice only where a fault came between the first time
//       and the commit; never to a sink that keeps positions.
//   I7  a row is written only after all rows before it on its partition.
//   I8  each message is accounted for.
class ViewOracle {
 public:
  ViewOracle(const Scenario& scenario, const Logs* logs, std::string name);

  // --- What happens --------------------------------------------------------
  void SetStep(int step) { step_ = step; }
  int step() const { return step_; }
  void Written(const RowId& row);
  void Refused(const RowId& row);  // By the sink, for good.
  // A dead letter was brought, whatever became of it. `k` of the row: -1 for
  // all of the message.
  void Brought(const RowId& row, RejectStage stage, const Reject& reject,
               const Bringer& by);
  // The dead-letter side has it.
  void HandedOver(const RowId& row, RejectStage stage);
  // What the policy of on_error=stop stopped at is skipped from now on.
  void SkipsFromNowOn() { skips_ = true; }
  // The view begins here, by start_from=latest, or because nobody could know
  // that the log is another one: it owes nothing before.
  void BeginsAt(int partition, int64_t offset);
  // By on_gap=earliest the log is read again from its start. `known` is what
  // was stored or committed then; negative: nothing.
  void BeginsAgain(int partition, int64_t known);
  // Work goes on from what is stored or committed: where that is still what it
  // was when the log was to be read again, nobody remembers that it was.
  void GoesOnAt(int partition, int64_t known);
  // Remembers what the table has. What is returned goes back to that.
  std::function<void()> Backup();
  // A fault: rows that are not committed now, by log, may come again.
  void Fault(std::span<const int64_t> committed);
  // A fault in a write of these messages.
  void FaultIn(std::span<const PartitionRange> ranges);
  // All faults are over and have no consequence any more.
  void ForgetFaults() { faults_.clear(); }

  // Whether on_gap has put the view back to the log's start.
  bool HasBegunAgain(int partition) { return AgeOf(partition) > 0; }

  // --- What must hold ------------------------------------------------------
  void CheckCommitted(int partition, int64_t offset);
  void CheckAllAccountedFor();
  std::vector<std::string> NotAccountedFor();
  // Whether a row has to be given up. on_error=null gives up none, but where
  // its values are summed up.
  bool GivesUp(const LogEntryFacts::Row& row) const {
    return row.bad() &&
           (scenario_.on_error != OnError::kNull || scenario_.grouped);
  }
  // Whether the log holds no message that is owed. One of a transaction that
  // was aborted is not, but may come.
  bool OwesNothing(int partition);
  // Whether all that came of the message is durable.
  bool IsDone(int partition, int64_t offset);
  // The first offset that is not durable.
  int64_t Durable(int partition);
  const std::string& name() const { return name_; }
  void PositionsMoved() { ++num_resets_; }
  int num_resets() const { return num_resets_; }
  size_t num_rows_written() const { return num_rows_written_; }
  size_t num_duplicates() const { return num_duplicates_; }

  const std::vector<std::string>& problems() const { return problems_; }
  void Problem(const std::string& text);

 private:
  struct RowState {
    int written = 0;
    int first_step = 0;
    int age = 0;  // AgeOf() its log when it was written or handed over.
    bool refused = false;
    int handed_over = 0;
    int letter_step = 0;
    int letter_age = 0;
  };
  struct OffsetState {
    std::vector<RowState> rows;
    RowState all;  // Of a message that is no row.
  };
  struct PartitionState {
    std::vector<OffsetState> offsets;
    int64_t durable = 0;
    RowId in_order;     // All rows before it were written or need not be.
    int64_t begin = 0;  // Nothing is owed before it, as far as one can know.
    int64_t owed = 0;   // The same in the end.
    int64_t known_at_jump = -1;  // When it began again last.
  };

  const Log& log(int partition) const { return (*logs_)[partition]; }
  const LogEntryFacts& Facts(int partition, int64_t offset) const {
    return logs_->Facts(partition, offset);
  }
  // How often a partition began again: what it has may come once more.
  int& AgeOf(int partition) { return ages_[logs_->First(partition)]; }
  // Whether the log, or one of which it has the offset, begins behind it.
  bool IsBefore(int64_t PartitionState::*begin, int partition, int64_t offset);
  // Whether an offset needs nothing: no message, or one that is not owed.
  bool OwesNothing(int partition, int64_t offset);
  OffsetState& StateOf(int partition, int64_t offset);
  // Whether the policy is done with what is bad.
  bool Passed(const RowState& state) const {
    return skips_ || state.handed_over > 0;
  }
  bool RowIsDurable(const LogEntryFacts& facts, size_t k,
                    const OffsetState& message) const;
  bool IsDurable(int partition, int64_t offset);
  bool IsAccountedFor(int partition, int64_t offset);
  void CheckOrder(const RowId& row);
  bool MayRepeat(int partition, int64_t offset, int first_step) const;
  int64_t NumberOf(const RowId& row) const;
  std::string Place(int partition, int64_t offset) const;
  std::string Place(const RowId& row) const;

  const Scenario scenario_;
  const Logs* const logs_;
  const std::string name_;
  int step_ = 0;
  bool skips_ = false;
  std::map<int, PartitionState> partitions_;
  std::map<int, int> ages_;
  // By the first log: what was committed at a fault, and its last step.
  std::map<int, std::map<int64_t, int>> faults_;
  // Of dead letters, by log.
  using Trouble = std::tuple<int, int64_t, int, RejectStage>;
  std::map<Trouble, std::string> ids_;
  std::map<std::string, Trouble> troubles_;
  std::map<Trouble, std::vector<Bringer>> brought_;
  size_t num_rows_written_ = 0;
  size_t num_duplicates_ = 0;
  int num_resets_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_ORACLE_H_
