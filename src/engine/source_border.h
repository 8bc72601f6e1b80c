// SPDX-License-Identifier: Apache-2.0
// The border to a source, which may be the host's: exceptions end here, what
// cannot be is not let in, and a call that hangs is shown.
#ifndef ROWFALL_ENGINE_SOURCE_BORDER_H_
#define ROWFALL_ENGINE_SOURCE_BORDER_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/view_board.h"
#include "rowfall/clock.h"
#include "rowfall/source.h"

namespace rowfall::engine {

// Gives all calls on. An exception, or nonsense that was read, becomes
// SourceTrouble of code Internal, which fails the view; std::bad_alloc goes on,
// as everywhere (base/host_call.h).
class SourceBorder : public Source {
 public:
  // `source` is not null. `board` and `clock` outlive the object.
  SourceBorder(std::unique_ptr<Source> source, WorkerBoard& board,
               Clock& clock);

  absl::Status Start() override;
  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override;
  absl::Status Assign(std::span<const PartitionOffset> positions) override;
  absl::Status Unassign() override;
  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override;
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override;
  void Pause() override;
  void Resume() override;
  Watermarks GetWatermarks(const TopicPartition& partition) override;
  std::string ClusterId() override;
  void Wake() override;
  absl::Status Close(absl::Duration timeout) override;

 private:
  // Remembers what a call that returns no status has done, for the next
  // Poll().
  template <typename Call>
  void CallWithoutStatus(const char* note, Call&& call);
  // Takes out messages from `first` on that cannot be.
  void CheckMessages(size_t first, MessageBatch& messages);
  void CheckEvents(size_t first, std::vector<SourceEvent>& events);
  void Remember(const absl::Status& status);

  const std::unique_ptr<Source> source_;
  WorkerBoard& board_;
  Clock& clock_;
  absl::Status trouble_;  // The first one that Poll() did not report yet.
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_SOURCE_BORDER_H_
