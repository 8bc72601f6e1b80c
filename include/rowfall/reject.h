// SPDX-License-Identifier: Apache-2.0
// What happens to a message, or a row of it, that cannot become a row.
#ifndef ROWFALL_REJECT_H_
#define ROWFALL_REJECT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rowfall/export.h"
#include "rowfall/message.h"

namespace rowfall {

/// Where a row failed.
enum class RejectStage : uint8_t {
  kParse,     ///< The payload is not what it should be.
  kType,      ///< A value does not fit its column.
  kEvaluate,  ///< An expression of the view failed.
  kSink,      ///< The table refused the row.
  kCrash,     ///< The process died again and again while it was processed.
};

/// Returns "parse", "type", "evaluate", "sink" or "crash".
ROWFALL_EXPORT std::string_view RejectStageName(RejectStage stage);

/// One rejected message or row. Views live as long as the call.
struct Reject {
  std::string_view source;
  std::string_view view;
  RejectStage stage = RejectStage::kParse;
  /// The message as it came: bytes of payload, key and headers unchanged.
  Message message;
  /// The guilty column of the source (parse, type) or of the result.
  std::string column;
  /// One sentence without a period, e.g. "Cannot read string as BIGINT: 'x'".
  std::string reason;
  /// The byte of the payload where the trouble is, or -1.
  int64_t payload_offset = -1;
  /// The refused row as JSON, where the stage is kSink.
  std::string row;
  /// Which row of the message, from 0: its object where the stage is kType or
  /// kEvaluate, the row that the view made of it where it is kSink. -1: all.
  int64_t row_number = -1;
  /// 1 for the first call with this reject, counted up when the handler failed
  /// and it comes again at once.
  int attempt = 1;
  /// Whether an earlier call may have had this Id(): of this attempt, before
  /// partitions moved, or of a run that ended before its commit. False: the
  /// message came after the partition had been read to its end since it was
  /// assigned to this worker, so no run before had it. A worker that has lost
  /// its partition and has not noticed yet, as after the process stood still,
  /// says false of what the new owner hands over as well: what must be stored
  /// once goes by Id().
  bool may_be_repeat = true;

  /// Returns the same text for the same trouble whenever the message is read
  /// again: "topic/partition@offset#row_number stage view". The idempotency
  /// key for dead letters: store each once. Does not tell a topic from one
  /// that was made anew under its name, nor, under GROUP BY and DISTINCT,
  /// refused rows of batches that were cut differently.
  ROWFALL_EXPORT std::string Id() const;

  /// Returns "reason [topic/partition@offset, column name]".
  ROWFALL_EXPORT std::string ToString() const;
};

/// Takes rejected messages: the dead-letter side of the host.
class ROWFALL_EXPORT RejectHandler {
 public:
  virtual ~RejectHandler() = default;

  /// Makes `reject` durable. OK: its offset may be committed. Any error: the
  /// batch waits and the call is repeated later, so the same reject can come
  /// again, also after a crash: Reject::Id() tells. Comes on the worker's
  /// thread; several workers may call at once. Must not call the engine.
  virtual absl::Status OnReject(const Reject& reject) = 0;
};

}  // namespace rowfall

#endif  // ROWFALL_REJECT_H_
