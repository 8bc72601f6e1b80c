// SPDX-License-Identifier: Apache-2.0
// Tables that fail on demand.
#ifndef ROWFALL_TESTING_FAULTY_SINK_H_
#define ROWFALL_TESTING_FAULTY_SINK_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rowfall/batch.h"
#include "rowfall/sink.h"

namespace rowfall::testing {

/// Puts faults between an engine and other tables. Faults that count are used
/// up in the order in which they were asked for, one a Write(), whichever sink
/// it comes to; after them everything goes through. Thread-safe. Example:
///
///     FaultyTables faulty(tables);
///     faulty.Return(absl::UnavailableError("down"), 3);
class FaultyTables : public TableProvider {
 public:
  /// Whether to refuse row `row` of a batch: an empty text takes it.
  using RowRule = std::function<std::string(const Batch& batch, size_t row)>;

  explicit FaultyTables(std::shared_ptr<TableProvider> tables);
  ~FaultyTables() override;

  /// Lets `times` writes through.
  void Pass(int times = 1);
  /// Returns `status` from the next `times` writes without writing.
  void Return(absl::Status status, int times = 1);
  /// Writes, and returns `status` all the same: an answer that got lost.
  void ApplyThenReturn(absl::Status status, int times = 1);
  /// Throws std::runtime_error(`what`) from the next `times` writes.
  void Throw(std::string_view what, int times = 1);
  /// Names as refused a row that the batch does not have.
  void RefuseMissingRow(int times = 1);
  /// Blocks the next write, and those that come meanwhile, until Release().
  void Block();
  void Release();
  /// Waits in real time until a write is blocked. False: `timeout` was over.
  bool WaitUntilBlocked(absl::Duration timeout) const;

  /// Refuses rows by `rule` from now on, by name (column and reason); null
  /// ends that.
  void RefuseRows(RowRule rule, std::string_view column = "");
  /// The same without naming them: the batch is refused with InvalidArgument.
  void RefuseBatchesWith(RowRule rule);

  /// Returns `status` from the next `times` calls of OpenTable().
  void FailOpen(absl::Status status, int times = 1);
  /// Returns `status` from the next `times` calls of Sink::LoadPositions().
  void FailLoadPositions(absl::Status status, int times = 1);

  /// Forgets all faults that were asked for and not used up; releases writes.
  void EndFaults();

  /// Calls of Write() so far, those that failed included.
  int num_calls() const;

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override;

 private:
  class Script;
  class FaultySink;
  const std::shared_ptr<TableProvider> tables_;
  const std::shared_ptr<Script> script_;
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_FAULTY_SINK_H_
