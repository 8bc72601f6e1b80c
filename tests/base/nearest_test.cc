// SPDX-License-Identifier: Apache-2.0
// Tests of the nearest known name.
#include "base/nearest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rowfall::base {
namespace {

const std::vector<std::string>& Names() {
  static const auto& names = *new std::vector<std::string>{
      "broker_list", "batch", "batch_timeout", "id", "price", "SOURCE"};
  return names;
}

TEST(NearestNameTest, FindsOneEdit) {
  EXPECT_EQ(NearestName("brocker_list", Names()), "broker_list");  // Inserted.
  EXPECT_EQ(NearestName("bach", Names()), "batch");                // Left out.
  EXPECT_EQ(NearestName("prize", Names()), "price");               // Other.
  EXPECT_EQ(NearestName("pirce", Names()), "price");               // Swapped.
}

TEST(NearestNameTest, ComparesInAnyCase) {
  EXPECT_EQ(NearestName("sorce", Names()), "SOURCE");
  EXPECT_EQ(NearestName("PRICE", Names()), "price");
}

TEST(NearestNameTest, SwapCountsOnce) {
  const std::vector<std::string> known = {"ab"};
  EXPECT_EQ(NearestName("ba", known), "ab");
}

TEST(NearestNameTest, PrefersTheNearer) {
  const std::vector<std::string> known = {"abcxyz", "abcdez", "abcdef"};
  EXPECT_EQ(NearestName("abcdeg", known), "abcdez");  // The first of two.
  EXPECT_EQ(NearestName("abcdef", known), "abcdef");
}

TEST(NearestNameTest, IsEmptyWhereNoneIsNear) {
  EXPECT_EQ(NearestName("quantity", Names()), "");
  EXPECT_EQ(NearestName("pxxxe", Names()), "");  // More than a third away.
  EXPECT_EQ(NearestName("x", {}), "");
  EXPECT_EQ(NearestName("", Names()), "");
}

TEST(NearestNameTest, LongNamesAreNoTypos) {
  const std::string name(65, 'a');
  const std::vector<std::string> known = {name, std::string(64, 'a')};
  EXPECT_EQ(NearestName(name, known), "");
  EXPECT_EQ(NearestName(std::string(64, 'a'), known), known[1]);
}

TEST(DidYouMeanTest, IsAPhraseOrNothing) {
  EXPECT_EQ(DidYouMean("prize", Names()), ", did you mean 'price'?");
  EXPECT_EQ(DidYouMean("quantity", Names()), "");
}

}  // namespace
}  // namespace rowfall::base
