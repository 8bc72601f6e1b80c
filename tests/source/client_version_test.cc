// SPDX-License-Identifier: Apache-2.0
// Which librdkafka may be used, and how.
#include "source/client_version.h"

#include <librdkafka/rdkafka.h>

#include "gtest/gtest.h"
#include "rowfall/version.h"

namespace rowfall::source {
namespace {

absl::StatusCode Check(int major, int minor, int patch) {
  return CheckClientVersion(ClientVersion(major, minor, patch)).code();
}

TEST(ClientVersionTest, NumbersAreThoseOfTheLibrary) {
  EXPECT_EQ(ClientVersion(2, 0, 2), 0x020002ff);
  EXPECT_EQ(KafkaClientVersion(), rd_kafka_version_str());
}

TEST(ClientVersionTest, RefusesVersionsThatLose) {
  EXPECT_EQ(Check(1, 9, 2), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Check(2, 0, 2), absl::StatusCode::kOk);
  EXPECT_EQ(Check(2, 1, 0), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Check(2, 2, 0), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Check(2, 3, 0), absl::StatusCode::kOk);
  EXPECT_EQ(CheckClientVersion(ClientVersion(2, 1, 1)).message(),
            "librdkafka 2.1.1 cannot be used: it resets positions when a "
            "broker's answer fails validation");
}

TEST(ClientVersionTest, WarnsOfDefectsAndOfAge) {
  EXPECT_NE(ClientVersionWarning(ClientVersion(2, 5, 0)).find("telemetry"),
            std::string::npos);
  EXPECT_EQ(ClientVersionWarning(ClientVersion(2, 0, 2)),
            "librdkafka 2.0.2 is old, 2.14.2 or newer is recommended");
  EXPECT_EQ(ClientVersionWarning(ClientVersion(2, 14, 2)), "");
}

TEST(ClientVersionTest, HintsAtItsPartInAnError) {
  const char* error = "Authentication failed with SASL mechanism SCRAM-SHA-256";
  EXPECT_EQ(ClientVersionHint(ClientVersion(2, 0, 2), error),
            "; SCRAM with Kafka 4 needs librdkafka 2.6.1 or newer");
  EXPECT_EQ(ClientVersionHint(ClientVersion(2, 6, 1), error), "");
  EXPECT_EQ(ClientVersionHint(ClientVersion(2, 0, 2), "Disconnected"), "");
}

TEST(ClientVersionTest, BatchesOnlyWherePositionsStayRight) {
  EXPECT_TRUE(BatchConsumeIsSafe(ClientVersion(2, 0, 2)));
  EXPECT_FALSE(BatchConsumeIsSafe(ClientVersion(2, 2, 0)));
  EXPECT_FALSE(BatchConsumeIsSafe(ClientVersion(2, 13, 1)));
  EXPECT_TRUE(BatchConsumeIsSafe(ClientVersion(2, 13, 2)));
}

TEST(ClientVersionTest, FetchStallsBeforeItHadASetting) {
  EXPECT_TRUE(FetchStalls(ClientVersion(2, 0, 2)));
  EXPECT_FALSE(FetchStalls(ClientVersion(2, 2, 0)));
}

}  // namespace
}  // namespace rowfall::source
