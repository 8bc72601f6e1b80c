// SPDX-License-Identifier: Apache-2.0
// Numbers from text: exact at every border, correctly rounded otherwise.
#include "coerce/number.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/json/random_json.h"

namespace rowfall::coerce {
namespace {

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

std::pair<NumberResult, int64_t> Integer(std::string_view text,
                                         int64_t min = kMin,
                                         int64_t max = kMax) {
  int64_t value = 0;
  const NumberResult result = ParseInteger(text, min, max, value);
  return {result, result == NumberResult::kOk ? value : 0};
}

std::pair<NumberResult, int64_t> Ok(int64_t value) {
  return {NumberResult::kOk, value};
}
constexpr std::pair<NumberResult, int64_t> kFraction{NumberResult::kFraction,
                                                     0};
constexpr std::pair<NumberResult, int64_t> kOutOfRange{
    NumberResult::kOutOfRange, 0};
constexpr std::pair<NumberResult, int64_t> kNoNumber{NumberResult::kNoNumber,
                                                     0};

TEST(NumberTest, ReadsIntegersExactlyAtTheBorders) {
  EXPECT_EQ(Integer("9223372036854775807"), Ok(kMax));
  EXPECT_EQ(Integer("9223372036854775808"), kOutOfRange);
  EXPECT_EQ(Integer("-9223372036854775808"), Ok(kMin));
  EXPECT_EQ(Integer("-9223372036854775809"), kOutOfRange);
  EXPECT_EQ(Integer("18446744073709551616"), kOutOfRange);
  EXPECT_EQ(Integer("9999999999999999999"), kOutOfRange);
  EXPECT_EQ(Integer("10000000000000000000"), kOutOfRange);
  EXPECT_EQ(Integer("123456789012345678901234567890"), kOutOfRange);
  EXPECT_EQ(Integer("4294967295", 0, 4294967295), Ok(4294967295));
  EXPECT_EQ(Integer("4294967296", 0, 4294967295), kOutOfRange);
  EXPECT_EQ(Integer("-1", 0, 4294967295), kOutOfRange);
  EXPECT_EQ(Integer("-0", 0, 4294967295), Ok(0));
}

TEST(NumberTest, KnowsIntegersInAnySpelling) {
  EXPECT_EQ(Integer("1.0"), Ok(1));
  EXPECT_EQ(Integer("-1.000"), Ok(-1));
  EXPECT_EQ(Integer("1e3"), Ok(1000));
  EXPECT_EQ(Integer("1E+3"), Ok(1000));
  EXPECT_EQ(Integer("1500e-2"), Ok(15));
  EXPECT_EQ(Integer("1.5e1"), Ok(15));
  EXPECT_EQ(Integer("0.001e3"), Ok(1));
  EXPECT_EQ(Integer("1e18"), Ok(1000000000000000000));
  EXPECT_EQ(Integer("1e19"), kOutOfRange);
  EXPECT_EQ(Integer("9.223372036854775807e18"), Ok(kMax));
  EXPECT_EQ(Integer("9.223372036854775808e18"), kOutOfRange);
  EXPECT_EQ(Integer("0e999999999999999999999"), Ok(0));
  EXPECT_EQ(Integer("0.000e-99999999999"), Ok(0));
  EXPECT_EQ(Integer("1000000000000000000000e-3"), Ok(1000000000000000000));
  EXPECT_EQ(Integer("1" + std::string(1000, '0') + "e-1000"), Ok(1));
  EXPECT_EQ(Integer("1e99999999999999999999999"), kOutOfRange);
}

TEST(NumberTest, RefusesFractions) {
  for (const char* text : {"1.5", "0.1", "1e-1", "15e-1", "-0.000001",
                           "1e-99999999999999999999", "12345.6789e3"}) {
    EXPECT_EQ(Integer(text), kFraction) << text;
  }
}

TEST(NumberTest, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"",    " ",  "x",  "-",  "+1",   "01",  "-01", "1.",    ".1",  "1e",
        "1e+", "1x", " 1", "1 ", "0x10", "nan", "inf", "1,000", "1_0", "--1"}) {
    EXPECT_EQ(Integer(text), kNoNumber) << text;
    double d;
    EXPECT_EQ(ParseDouble(text, d), NumberResult::kNoNumber) << text;
    float f;
    EXPECT_EQ(ParseFloat(text, f), NumberResult::kNoNumber) << text;
  }
}

TEST(NumberTest, RoundsDoublesCorrectly) {
  const auto read = [](std::string_view text) {
    double value = -1;
    EXPECT_EQ(ParseDouble(text, value), NumberResult::kOk) << text;
    return value;
  };
  EXPECT_EQ(read("0.184467440737095516159"), 0.184467440737095516159);
  EXPECT_EQ(read("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(read("4.9e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(read("9007199254740993"), 9007199254740992.0);
  EXPECT_EQ(read("9007199254740993.00000001"), 9007199254740994.0);
  EXPECT_EQ(read("1e-400"), 0.0);
  EXPECT_EQ(read("1.00000000001e-2147483638"), 0.0);
  EXPECT_TRUE(std::signbit(read("-1e-400")));
  EXPECT_TRUE(std::signbit(read("-0")));
  EXPECT_EQ(read("0e99999999999"), 0.0);
  EXPECT_EQ(read("0." + std::string(500, '0') + "1e501"), 1.0);
  EXPECT_EQ(read(std::string(1, '1') + std::string(400, '0') + "e-400"), 1.0);
}

TEST(NumberTest, RefusesWhatRoundsToInfinity) {
  double d;
  float f;
  for (const char* text : {"1e309", "-1e309", "1e400", "1.7976931348623159e308",
                           "1e99999999999999999999"}) {
    EXPECT_EQ(ParseDouble(text, d), NumberResult::kOutOfRange) << text;
    EXPECT_EQ(ParseFloat(text, f), NumberResult::kOutOfRange) << text;
  }
  EXPECT_EQ(ParseDouble(std::string(400, '9'), d), NumberResult::kOutOfRange);
  EXPECT_EQ(ParseFloat("3.5e38", f), NumberResult::kOutOfRange);
  EXPECT_EQ(ParseFloat("3.4028235e38", f), NumberResult::kOk);
  EXPECT_EQ(f, std::numeric_limits<float>::max());
  EXPECT_EQ(ParseFloat("1e-46", f), NumberResult::kOk);
  EXPECT_EQ(f, 0.0f);
  EXPECT_EQ(ParseFloat("16777217", f), NumberResult::kOk);
  EXPECT_EQ(f, 16777216.0f);
}

TEST(NumberTest, AgreesWithStrtodOnRandomNumbers) {
  json::RandomJson random(json::TestSeed());
  for (int i = 0; i < 20000; ++i) {
    const std::string text = random.Number();
    double value = 0;
    const NumberResult result = ParseDouble(text, value);
    const double expected = std::strtod(text.c_str(), nullptr);
    if (std::isinf(expected)) {
      ASSERT_EQ(result, NumberResult::kOutOfRange) << text;
    } else {
      ASSERT_EQ(result, NumberResult::kOk) << text;
      ASSERT_EQ(value, expected) << text;
    }
  }
}

TEST(NumberTest, GivesBackEveryInteger) {
  json::RandomJson random(json::TestSeed());
  for (int i = 0; i < 20000; ++i) {
    const auto value = static_cast<int64_t>(
        (random.Below(size_t{1} << 32) << 32 | random.Below(size_t{1} << 32)) >>
        random.Below(64));
    const int64_t number = random.OneIn(2) ? value : -value;
    ASSERT_EQ(Integer(std::to_string(number)), Ok(number));
    ASSERT_EQ(Integer(std::to_string(number) + "e0"), Ok(number));
    ASSERT_EQ(Integer(std::to_string(number) + ".00"), Ok(number));
  }
}

}  // namespace
}  // namespace rowfall::coerce
