// SPDX-License-Identifier: Apache-2.0
// Tests of the text of a path.
#include "base/path.h"

#include "gtest/gtest.h"

namespace rowfall::base {
namespace {

TEST(PathTextTest, QuotesWhatIsNoPlainKey) {
  EXPECT_EQ(PathText({}), "");
  EXPECT_EQ(PathText({PathStep("size"), PathStep(int64_t{0}), PathStep("a b")}),
            ".size[0]['a b']");
  EXPECT_EQ(PathText({PathStep("_A1"), PathStep("1a"), PathStep("")}),
            "._A1['1a']['']");
  EXPECT_EQ(PathText({PathStep("\xc3\xa9"), PathStep("a.b")}),
            "['\xc3\xa9']['a.b']");
}

}  // namespace
}  // namespace rowfall::base
