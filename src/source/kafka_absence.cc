// SPDX-License-Identifier: Apache-2.0
// What happens at a Kafka consumer while its worker is away.
#include <utility>
#include <variant>

#include "base/text.h"
#include "source/kafka_consumer.h"

namespace rowfall::source {

bool KafkaConsumer::StartStandIn() {
  return stand_in_.Start([this] {
    if (failure_ != nullptr) return;
    try {
      PollInItsPlace();
    } catch (...) {
      // Something may have been taken and not been kept.
      failure_ = std::current_exception();
    }
  });
}

// Shows the group that the member lives, and hears of rebalances. A message
// that comes is kept; what was fetched for an assignment that is gone does not
// come, so that a rebalance waits behind none of it.
void KafkaConsumer::PollInItsPlace() {
  rd_kafka_message_t* message = rd_kafka_consumer_poll(handle(), 0);
  if (message != nullptr) Take(message);
  if (phase_ == Phase::kAwaitUnassign && StandIn::Now() >= answer_by_)
    AnswerInItsPlace();
}

// The group waits no longer than the interval, and throws out who is late.
// Were two slow members thrown out in turns, no batch would ever be settled.
// What the worker is at comes again, wherever the partitions go.
void KafkaConsumer::AnswerInItsPlace() {
  for (SourceEvent& event : events_) {
    if (auto* revoked = std::get_if<PartitionsRevoked>(&event))
      revoked->lost = true;
  }
  ++num_answered_;
  client_->log().Add(
      LogLevel::kWarning,
      base::Cat("Partitions were given up while the worker was busy, its batch "
                "comes again: the group waits no longer than "
                "max.poll.interval.ms=",
                absl::ToInt64Milliseconds(stand_in_.interval())));
  const absl::Status status = LetGo();
  if (!status.ok())
    client_->log().Add(LogLevel::kWarning, base::FromAbsl(status.message()));
}

void KafkaConsumer::TellAbsence() {
  const absl::Duration away = stand_in_.TakeAbsence();
  // Without a group nobody waits.
  if (away <= stand_in_.interval() || !config_.partitions.empty()) return;
  std::string text = base::Cat(
      "The table, or another call of the host, took ",
      absl::FormatDuration(absl::Trunc(away, absl::Milliseconds(1))),
      ", longer than max.poll.interval.ms=",
      absl::ToInt64Milliseconds(stand_in_.interval()),
      away < stand_in_.interval() * StandIn::kStuckAfter
          ? ": a rebalance meanwhile makes the batch come again"
          : ": the group took the worker for stuck, and the batch comes again",
      "; make 'batch' smaller, or max.poll.interval.ms larger");
  // Before what happened meanwhile. Without partitions the trouble would be
  // taken for what keeps them away.
  if (table_.empty() && num_answered_ == 0) {
    client_->log().Add(LogLevel::kWarning, text);
    return;
  }
  events_.insert(events_.begin(),
                 SourceTrouble{absl::UnavailableError(base::ToAbsl(text))});
}

}  // namespace rowfall::source
