// SPDX-License-Identifier: Apache-2.0
// What errors of a consumer mean, and how often they are said.
#include "source/trouble.h"

#include "base/text.h"
#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

TEST(TroubleTest, WhatTheClientRetriesIsUnavailable) {
  absl::Status status = TroubleStatus(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                                      "Subscribed topic not available", "t");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(),
            "Kafka consumer: Subscribed topic not available [t]");
  EXPECT_EQ(TroubleStatus(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, "", "").code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(
      TroubleStatus(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "", "").message(),
      "Kafka consumer: Local: All broker connections are down");
}

TEST(TroubleTest, TimesMakeNoNewText) {
  EXPECT_EQ(TroubleStatus(RD_KAFKA_RESP_ERR__TRANSPORT,
                          "b:1/1: Disconnected (after 3013ms in state UP)", "")
                .message(),
            "Kafka consumer: b:1/1: Disconnected");
}

TEST(TroubleTest, WhatNeverHealsIsFinal) {
  for (rd_kafka_resp_err_t code :
       {RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT,
        RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL})
    EXPECT_EQ(TroubleStatus(code, "", "").code(),
              absl::StatusCode::kFailedPrecondition)
        << rd_kafka_err2name(code);
}

// A damaged length reads like an answer that is too large for good.
TEST(TroubleTest, OnlyALastingOversizeIsFinal) {
  EXPECT_TRUE(
      IsOversize("Receive failed: Invalid response size 268436176 "
                 "(0..100000000): increase receive.message.max.bytes"));
  EXPECT_FALSE(IsOversize("Receive failed: Disconnected"));
  LastingTrouble trouble;
  EXPECT_FALSE(trouble.Lasts(absl::Seconds(100)));
  EXPECT_FALSE(trouble.Lasts(absl::Seconds(119)));
  EXPECT_TRUE(trouble.Lasts(absl::Seconds(149)));
  EXPECT_FALSE(trouble.Lasts(absl::Seconds(300)));
  EXPECT_TRUE(trouble.Lasts(absl::Seconds(330)));
}

TEST(TroubleFilterTest, SaysTheSameOnceInAWhile) {
  TroubleFilter filter;
  const absl::Status a = absl::UnavailableError("a");
  const absl::Status b = absl::UnavailableError("b");
  EXPECT_TRUE(filter.Admit(a, absl::Seconds(1)));
  EXPECT_FALSE(filter.Admit(a, absl::Seconds(2)));
  EXPECT_TRUE(filter.Admit(b, absl::Seconds(3)));
  EXPECT_TRUE(filter.Admit(a, absl::Seconds(1) + TroubleFilter::kRepeat));
}

TEST(TroubleFilterTest, AFloodOfTextsIsBounded) {
  TroubleFilter filter;
  for (int i = 0; i < 10000; ++i)
    EXPECT_TRUE(
        filter.Admit(absl::UnavailableError(base::Cat(i)), absl::Seconds(1)));
}

}  // namespace
}  // namespace rowfall::source
