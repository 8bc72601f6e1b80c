// SPDX-License-Identifier: Apache-2.0
// A dead-letter side in memory.
#ifndef ROWFALL_TESTING_RECORDING_REJECT_HANDLER_H_
#define ROWFALL_TESTING_RECORDING_REJECT_HANDLER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rowfall/reject.h"

namespace rowfall::testing {

/// A copy of a Reject.
struct RecordedReject {
  std::string source;
  std::string view;
  RejectStage stage = RejectStage::kParse;
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;
  std::optional<std::string> payload;
  std::optional<std::string> key;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  std::string column;
  std::string reason;
  int64_t payload_offset = -1;
  std::string row;
  int64_t row_number = -1;
  int attempt = 1;
  bool may_be_repeat = true;
  std::string id;    ///< Reject::Id().
  std::string text;  ///< Reject::ToString().
};

/// Remembers rejects, and fails on demand. Thread-safe.
class RecordingRejectHandler : public RejectHandler {
 public:
  absl::Status OnReject(const Reject& reject) override;

  std::vector<RecordedReject> rejects() const;
  /// The texts of all rejects, e.g. "Not JSON [orders/3@1842]".
  std::vector<std::string> texts() const;
  size_t num_rejects() const;
  /// Calls so far, those that failed included.
  int num_calls() const;

  /// Returns `status` from the next `times` calls.
  void Return(absl::Status status, int times = 1);
  /// Throws std::runtime_error(`what`) from the next `times` calls.
  void Throw(std::string what, int times = 1);
  /// Forgets the faults that were not used up.
  void EndFaults();
  /// Waits in real time for `count` rejects. False: `timeout` was over first.
  bool WaitForRejects(size_t count, absl::Duration timeout) const;

 private:
  struct Fault {
    absl::Status status;
    std::string exception;
  };

  mutable std::mutex mutex_;
  mutable std::condition_variable recorded_;
  std::vector<RecordedReject> rejects_;
  std::deque<Fault> faults_;
  int num_calls_ = 0;
};

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTING_RECORDING_REJECT_HANDLER_H_
