// SPDX-License-Identifier: Apache-2.0
// What a consumer's error means, said once in a while.
#ifndef ROWFALL_SOURCE_TROUBLE_H_
#define ROWFALL_SOURCE_TROUBLE_H_

#include <map>
#include <string>
#include <string_view>

#include <librdkafka/rdkafka.h>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace rowfall::source {

// Returns Unavailable where the client goes on trying by itself, and
// FailedPrecondition where only another configuration or a new client helps.
// `detail` is librdkafka's text, already clean; `place` may be empty.
absl::Status TroubleStatus(rd_kafka_resp_err_t code, std::string_view detail,
                           std::string_view place);

// Returns the text without how long a connection had been in which state:
// that says nothing to a user, and makes a new text of the same trouble.
std::string_view WithoutTimes(std::string_view detail);

// Whether the error says only that something is repeated soon.
bool IsNoise(rd_kafka_resp_err_t code);

// Whether a broker's answer is larger than the client takes. The client
// reconnects and fetches the same for ever, but a damaged length, or one that
// another protocol sends, looks the same and passes.
bool IsOversize(std::string_view detail);

// Tells what goes on for a while from what happened once. librdkafka says the
// same again after 30 seconds only. Not thread-safe.
class LastingTrouble {
 public:
  static constexpr absl::Duration kLasting = absl::Seconds(20);
  static constexpr absl::Duration kGap = absl::Seconds(60);

  // Notes that there is trouble at `now`. Returns whether it has lasted.
  bool Lasts(absl::Duration now);

 private:
  absl::Duration first_;
  absl::Duration last_ = -absl::InfiniteDuration();
};

// Lets the same trouble through once in `kRepeat`. Not thread-safe.
class TroubleFilter {
 public:
  static constexpr absl::Duration kRepeat = absl::Seconds(30);

  // Returns whether `trouble` should be reported at `now`.
  bool Admit(const absl::Status& trouble, absl::Duration now);

 private:
  static constexpr size_t kMaxKinds = 128;
  std::map<std::string, absl::Duration> last_;
};

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_TROUBLE_H_
