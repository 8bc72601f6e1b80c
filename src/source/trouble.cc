// SPDX-License-Identifier: Apache-2.0
// What a consumer's error means, said once in a while.
#include "source/trouble.h"

#include "base/text.h"

namespace rowfall::source {
namespace {

bool IsFinal(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string_view WithoutTimes(std::string_view detail) {
  return detail.substr(0, detail.find(" (after "));
}

absl::Status TroubleStatus(rd_kafka_resp_err_t code, std::string_view detail,
                           std::string_view place) {
  std::string text =
      base::Cat("Kafka consumer: ",
                detail.empty() ? rd_kafka_err2str(code) : WithoutTimes(detail));
  if (!place.empty()) base::AppendCat(text, " [", place, "]");
  return IsFinal(code) ? absl::FailedPreconditionError(text)
                       : absl::UnavailableError(text);
}

bool IsNoise(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE ||
         code == RD_KAFKA_RESP_ERR__WAIT_COORD ||
         code == RD_KAFKA_RESP_ERR__DESTROY;
}

bool IsOversize(std::string_view detail) {
  return detail.find("receive.message.max.bytes") != std::string_view::npos;
}

bool LastingTrouble::Lasts(absl::Duration now) {
  if (now - last_ > kGap) first_ = now;
  last_ = now;
  return now - first_ >= kLasting;
}

bool TroubleFilter::Admit(const absl::Status& trouble, absl::Duration now) {
  auto [entry, is_new] =
      last_.try_emplace(std::string(base::FromAbsl(trouble.message())), now);
  if (!is_new && now - entry->second < kRepeat) return false;
  entry->second = now;
  if (last_.size() > kMaxKinds) {
    std::erase_if(
        last_, [&](const auto& item) { return now - item.second >= kRepeat; });
    // A flood of new texts: forget all rather than grow.
    if (last_.size() > kMaxKinds) last_.clear();
  }
  return true;
}

}  // namespace rowfall::source
