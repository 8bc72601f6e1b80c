// SPDX-License-Identifier: Apache-2.0
// Keeps a consumer in its group while its worker is away.
#ifndef ROWFALL_SOURCE_STAND_IN_H_
#define ROWFALL_SOURCE_STAND_IN_H_

#include <condition_variable>
#include <functional>
#include <mutex>

#include "absl/time/time.h"
#include "base/thread.h"

namespace rowfall::source {

// A member that does not poll for max.poll.interval.ms has to leave its group,
// but a worker does not poll while the host writes. When it has been away for
// a while, a thread polls in its place, until the worker is back, or has been
// away for so long that it must be taken for stuck. Only one of them is at the
// consumer at a time. Thread-safe, but for Start() and Stop().
class StandIn {
 public:
  // How often the thread looks whether the worker is there, and polls.
  static constexpr int kPollsInInterval = 10;
  // After so many intervals the worker is stuck, and others get its work.
  static constexpr int kStuckAfter = 10;

  // The worker is at the consumer, or the thread in its place.
  class Turn {
   public:
    explicit Turn(StandIn& stand_in);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    StandIn& stand_in_;
    const std::lock_guard<std::mutex> lock_;
  };

  explicit StandIn(absl::Duration interval)
      : interval_(interval), left_at_(Now()) {}
  ~StandIn() { Stop(); }

  // From now on `poll` is called while the worker is away. It must not throw.
  // Returns false where no thread can be made.
  bool Start(std::function<void()> poll);
  // Ends the thread, after a poll. Idempotent. REQUIRES: no Turn of the caller.
  void Stop();

  // The longest time between two turns since it was asked last. REQUIRES: a
  // Turn.
  absl::Duration TakeAbsence();

  absl::Duration interval() const { return interval_; }
  // The time of the machine: librdkafka knows no other one.
  static absl::Duration Now();

 private:
  void Run();
  // Polls if it is time to. Returns how long to wait then.
  absl::Duration MaybePoll();

  const absl::Duration interval_;
  std::function<void()> poll_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  absl::Duration left_at_;  // Guarded by mutex_, as are the others.
  absl::Duration absence_ = absl::ZeroDuration();
  bool stop_ = false;
  base::Thread thread_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_STAND_IN_H_
