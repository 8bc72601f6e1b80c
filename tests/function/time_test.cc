// SPDX-License-Identifier: Apache-2.0
// The time of the batch.
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

std::vector<std::string> NowAt(absl::Time now, size_t rows) {
  return CallOnce({"utc_timestamp", {}, {}, nullptr, now}, Rows(rows));
}

TEST(NowTest, IsOneValueABatch) {
  EXPECT_EQ(NowAt(absl::FromUnixSeconds(5), 3),
            (std::vector<std::string>{"5", "5", "5"}));
}

TEST(NowTest, DropsTheFractionTowardsThePast) {
  EXPECT_EQ(NowAt(absl::FromUnixMillis(5999), 1)[0], "5");
  EXPECT_EQ(NowAt(absl::FromUnixMillis(-1), 1)[0], "-1");
}

TEST(NowTest, EmptyBatchGivesNoRows) {
  EXPECT_TRUE(NowAt(absl::FromUnixSeconds(5), 0).empty());
}

}  // namespace
}  // namespace rowfall::function::testing
