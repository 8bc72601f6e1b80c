// SPDX-License-Identifier: Apache-2.0
// Tests of which topics names and regular expressions mean.
#include "rowfall/topic_filter.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/small_stack.h"

namespace rowfall {
namespace {

using ::testing::ElementsAre;

TopicFilter MustMake(const std::vector<std::string>& topics) {
  auto filter = TopicFilter::Make(topics);
  EXPECT_TRUE(filter.ok()) << filter.status();
  return *std::move(filter);
}

absl::Status Error(const std::string& pattern) {
  const std::vector<std::string> topics{pattern};
  return TopicFilter::Make(topics).status();
}

absl::Status Invalid(const std::string& text) {
  return absl::InvalidArgumentError(text);
}

TEST(TopicFilterTest, NamesAreNoExpressions) {
  const TopicFilter filter = MustMake({"b.c", "a"});
  EXPECT_TRUE(filter.Matches("a"));
  EXPECT_TRUE(filter.Matches("b.c"));
  EXPECT_FALSE(filter.Matches("bxc"));
  EXPECT_FALSE(filter.Matches("ab"));
  EXPECT_THAT(filter.names(), ElementsAre("a", "b.c"));
  EXPECT_THAT(filter.patterns(), ElementsAre());
}

TEST(TopicFilterTest, ExpressionsNeedNotReachTheEnd) {
  const TopicFilter filter = MustMake({"^t[0-9]", "^(?i)LOG$", "^x|y", "n"});
  EXPECT_TRUE(filter.Matches("t1"));
  EXPECT_TRUE(filter.Matches("t1-more"));
  EXPECT_FALSE(filter.Matches("at1"));
  EXPECT_TRUE(filter.Matches("log"));
  EXPECT_FALSE(filter.Matches("logs"));
  EXPECT_TRUE(filter.Matches("n"));
  // ^ belongs to the first alternative alone.
  EXPECT_TRUE(filter.Matches("any"));
  EXPECT_THAT(filter.names(), ElementsAre("n"));
  EXPECT_THAT(filter.patterns(), ElementsAre("^(?i)LOG$", "^t[0-9]", "^x|y"));
}

TEST(TopicFilterTest, SaysWhatIsWrong) {
  EXPECT_EQ(Error("^("),
            Invalid("Regular expression for topics is not valid, missing ): "
                    "'^('"));
  EXPECT_EQ(Error("^a**"),
            Invalid("Regular expression for topics is not valid, bad "
                    "repetition operator '**': '^a**'"));
  EXPECT_EQ(Error("^\xff"),
            Invalid("Regular expression for topics is not valid, invalid "
                    "UTF-8: '^\\xff'"));
}

// What needs a search without bounds is none of RE2's expressions.
TEST(TopicFilterTest, RefusesBackReferencesAndLookAround) {
  EXPECT_EQ(Error("^(.*)(.*)..\\1"),
            Invalid("Regular expression for topics is not valid, invalid "
                    "escape sequence '\\1': '^(.*)(.*)..\\1'"));
  EXPECT_EQ(Error("^(?!a)"),
            Invalid("Regular expression for topics is not valid, invalid "
                    "perl operator '(?!': '^(?!a)'"));
}

TEST(TopicFilterTest, LengthNumberAndSizeAreLimited) {
  EXPECT_TRUE(Error("^" + std::string(1023, 'a')).ok());
  EXPECT_EQ(Error("^" + std::string(1024, 'a')),
            Invalid("Regular expression for topics has more than 1024 bytes: "
                    "'^" +
                    std::string(59, 'a') + "'..."));
  EXPECT_EQ(Error("^" + std::string(16000, '(')).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Error("^\\pL{900}"),
            Invalid("Regular expression for topics is too large: "
                    "'^\\pL{900}'"));
  std::vector<std::string> many(32, "^a");
  EXPECT_TRUE(TopicFilter::Make(many).ok());
  many.push_back("^a");
  EXPECT_EQ(TopicFilter::Make(many).status(),
            Invalid("Topics are given by more than 32 regular expressions: "
                    "33"));
}

TEST(TopicFilterTest, TheDeepestIsTaken) {
  const std::string deep =
      "^" + std::string(511, '(') + "a" + std::string(511, ')');
  ASSERT_EQ(deep.size(), 1024u);
  tests::StackUsed([&deep] {
    EXPECT_TRUE(MustMake({deep}).Matches("a"));
    EXPECT_FALSE(MustMake({deep}).Matches("b"));
  });
}

// Each of these takes ages where alternatives are tried one after the other.
TEST(TopicFilterTest, NoNameHoldsUpWhoCompares) {
  const std::string name(249, 'a');
  EXPECT_FALSE(MustMake({"^(a*)*$b"}).Matches(name));
  EXPECT_FALSE(MustMake({"^(a|aa)+$b"}).Matches(name));
  EXPECT_FALSE(MustMake({"^(.*)(.*)(.*)(.*)(.*)(.*)(.*)x"}).Matches(name));
  EXPECT_FALSE(MustMake({"^(a?){200}a{200}(a?){200}b"}).Matches(name));
}

}  // namespace
}  // namespace rowfall
