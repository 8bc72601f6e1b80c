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

// Whether the error says only that something is repeated soon.
bool IsNoise(rd_kafka_resp_err_t code);

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
