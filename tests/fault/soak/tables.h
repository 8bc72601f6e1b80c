// SPDX-License-Identifier: Apache-2.0
// A table that counts rows and can be in trouble; a handler that counts
// letters.
#ifndef ROWFALL_TESTS_FAULT_SOAK_TABLES_H_
#define ROWFALL_TESTS_FAULT_SOAK_TABLES_H_

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include "rowfall/reject.h"
#include "rowfall/sink.h"
#include "tally.h"

namespace rowfall::soak {

enum class TableTrouble {
  kNone,
  kUnavailable,  // Refuses to write.
  kSlow,         // Takes its time.
  kBlocking,     // Does not return until the trouble is over.
  kNoMemory,     // Throws std::bad_alloc.
  kAnswerLost,   // Writes and says that it did not.
};

// The table "t" (id bigint, term text). Counts rows in `oracle`, which must
// outlive it. Its rows come at least once.
class CountingTables : public TableProvider {
 public:
  explicit CountingTables(Oracle& oracle) : oracle_(oracle) {}

  void SetTrouble(TableTrouble trouble) { trouble_.store(trouble); }

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override;

 private:
  class CountingSink;
  Oracle& oracle_;
  std::atomic<TableTrouble> trouble_{TableTrouble::kNone};
};

class CountingHandler : public RejectHandler {
 public:
  explicit CountingHandler(Oracle& oracle) : oracle_(oracle) {}
  absl::Status OnReject(const Reject& reject) override {
    oracle_.letters.Add(reject.message.partition, reject.message.offset);
    return absl::OkStatus();
  }

 private:
  Oracle& oracle_;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_TABLES_H_
