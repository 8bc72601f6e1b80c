// SPDX-License-Identifier: Apache-2.0
// A source's mapping and a view's SELECT in one, without broker and engine.
#ifndef ROWFALL_TRANSFORM_H_
#define ROWFALL_TRANSFORM_H_

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rowfall/batch.h"
#include "rowfall/export.h"
#include "rowfall/materialized_view.h"
#include "rowfall/message.h"
#include "rowfall/reject.h"
#include "rowfall/schema.h"

namespace rowfall {

/// A message that gave no rows, a row of it that was left out, or a value of
/// it that became NULL, and why.
struct RejectedMessage {
  uint32_t message = 0;  ///< Index in the batch of messages.
  RejectStage stage = RejectStage::kParse;
  std::string column;
  std::string reason;
  int64_t payload_offset = -1;
  /// Which row of the message, see Reject::row_number.
  int64_t row_number = -1;
  /// By on_error='null': the row is there, with NULL for the value.
  bool replaced = false;
  friend bool operator==(const RejectedMessage&,
                         const RejectedMessage&) = default;
};

/// Turns payloads into rows exactly as a running view does: to try a view on
/// samples, in tests, or on files. Used by one thread at a time.
class ROWFALL_EXPORT Transform {
 public:
  /// Compiles CREATE SOURCE and CREATE MATERIALIZED VIEW statements; the
  /// source's broker options may be left out.
  /// Errors: as MaterializedView::Compile and Engine::Execute.
  static absl::StatusOr<Transform> Compile(
      std::string_view create_source, std::string_view create_view,
      const MaterializedView::Options& options);
  static absl::StatusOr<Transform> Compile(std::string_view create_source,
                                           std::string_view create_view) {
    return Compile(create_source, create_view, MaterializedView::Options());
  }

  Transform(Transform&&) noexcept;
  Transform& operator=(Transform&&) noexcept;
  ~Transform();

  /// Returns the columns of the result.
  const Schema& schema() const;
  /// Returns the source's `batch`.
  size_t batch_size() const;

  /// Maps the messages, evaluates the view on them as one batch and returns
  /// the rows; what failed is appended to `rejected` in message order. Of the
  /// source's on_error only 'null' matters here.
  /// Errors: ResourceExhausted: out of memory, or rows of several messages take
  /// more than EngineOptions::max_batch_memory_bytes has by default: give fewer
  /// at once. One message that does is rejected.
  absl::StatusOr<Batch> Apply(const MessageBatch& messages,
                              std::vector<RejectedMessage>& rejected,
                              absl::Time now = absl::Now());

 private:
  struct Impl;
  explicit Transform(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rowfall

#endif  // ROWFALL_TRANSFORM_H_
