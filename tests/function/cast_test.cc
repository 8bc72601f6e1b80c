// SPDX-License-Identifier: Apache-2.0
// Casts of random values against references, and through text and back.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/text.h"
#include "function/cast.h"
#include "function/number.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

constexpr Type kAllTypes[] = {
    Type::kInt,   Type::kBigint, Type::kFloat,   Type::kDouble,
    Type::kBool,  Type::kText,   Type::kJson,    Type::kMulti,
    Type::kMulti64, Type::kTimestamp, Type::kFloatVector};

TEST(CastTest, EveryPairIsDefinedOrRefused) {
  for (const Type from : kAllTypes) {
    for (const Type to : kAllTypes) {
      const auto kernel = ResolveCast(from, to);
      if (kernel.ok()) {
        EXPECT_EQ(Cast(from, to, {"null", "null"}),
                  (std::vector<std::string>{"null", "null"}));
      } else {
        EXPECT_TRUE(absl::IsInvalidArgument(kernel.status()));
        EXPECT_EQ(std::string(kernel.status().message()).find("No conversion"),
                  0u);
      }
      EXPECT_EQ(Cast(from, to, {}).size(), kernel.ok() ? 0u : 1u);
    }
  }
}

TEST(CastTest, EverythingGoesToTextAndJson) {
  for (const Type from : kAllTypes) {
    EXPECT_TRUE(ResolveCast(from, Type::kText).ok()) << TypeName(from);
    EXPECT_TRUE(ResolveCast(from, Type::kJson).ok()) << TypeName(from);
    EXPECT_TRUE(ResolveCast(Type::kJson, from).ok()) << TypeName(from);
  }
}

std::string ExpectedTime(int64_t seconds) {
  const absl::CivilSecond civil =
      absl::ToCivilSecond(absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
  char text[64];
  std::snprintf(text, sizeof(text), "%04lld-%02d-%02d %02d:%02d:%02d",
                static_cast<long long>(civil.year()), civil.month(), civil.day(),
                civil.hour(), civil.minute(), civil.second());
  return text;
}

TEST(CastTest, TimestampTextIsTheDateOfTheCalendar) {
  auto random = MakeRandom();
  for (int i = 0; i < 20000; ++i) {
    // From the year 0 to 9999.
    const auto seconds =
        static_cast<int64_t>(random() % 315569519999ull) - 62167219200;
    std::string text;
    AppendTimestampText(seconds, text);
    ASSERT_EQ(text, ExpectedTime(seconds)) << seconds;
  }
}

TEST(CastTest, TimestampsComeBackFromText) {
  auto random = MakeRandom();
  std::vector<std::string> given;
  for (int i = 0; i < 500; ++i) {
    given.push_back(std::to_string(
        static_cast<int64_t>(random() % 315569519999ull) - 62167219200));
  }
  EXPECT_EQ(Cast(Type::kText, Type::kTimestamp,
                 Cast(Type::kTimestamp, Type::kText, given)),
            given);
}

double RandomFinite(std::mt19937_64& random) {
  double value;
  do {
    const uint64_t bits = random();
    std::memcpy(&value, &bits, sizeof(value));
  } while (!std::isfinite(value));
  return random() % 3 == 0 ? std::trunc(std::fmod(value, 1e17)) : value;
}

TEST(CastTest, DoublesComeBackFromTextAndJson) {
  auto random = MakeRandom();
  Column column(Type::kDouble);
  for (int i = 0; i < 5000; ++i) column.AppendDouble(RandomFinite(random));
  for (const Type by : {Type::kText, Type::kJson}) {
    Column text(by), back(Type::kDouble);
    RowErrors errors;
    const Argument there{&column, false}, here{&text, false};
    (*ResolveCast(Type::kDouble, by))
        ->Evaluate({}, {&there, 1}, column.size(), text, errors);
    (*ResolveCast(by, Type::kDouble))
        ->Evaluate({}, {&here, 1}, column.size(), back, errors);
    EXPECT_TRUE(errors.empty());
    EXPECT_TRUE(back == column) << TypeName(by);
  }
}

TEST(CastTest, NarrowingKeepsWhatFitsAndRejectsTheRest) {
  auto random = MakeRandom();
  Column column(Type::kDouble);
  for (int i = 0; i < 5000; ++i) {
    double value = RandomFinite(random);
    if (random() % 2 != 0) value = std::trunc(std::fmod(value, 9e9));
    column.AppendDouble(value);
  }
  Column out(Type::kInt);
  RowErrors errors;
  const Argument argument{&column, false};
  (*ResolveCast(Type::kDouble, Type::kInt))
      ->Evaluate({}, {&argument, 1}, column.size(), out, errors);
  size_t rejected = 0;
  for (size_t row = 0; row < column.size(); ++row) {
    const double value = column.doubles()[row];
    const bool fits =
        std::floor(value) == value && value >= 0 && value <= 4294967295.0;
    ASSERT_EQ(out.IsNull(row), !fits) << value;
    ASSERT_EQ(static_cast<double>(out.ints()[row]), fits ? value : 0.0);
    rejected += !fits;
  }
  EXPECT_EQ(errors.errors().size(), rejected);
  EXPECT_GT(rejected, 0u);
  EXPECT_LT(rejected, column.size());
}

TEST(NumberTextTest, HasNoExponentWherePeopleWriteNone) {
  EXPECT_EQ(NumberText(100000.0).view(), "100000");
  EXPECT_EQ(NumberText(0.00012).view(), "0.00012");
  EXPECT_EQ(NumberText(-1234567.5).view(), "-1234567.5");
  EXPECT_EQ(NumberText(1e15).view(), "1000000000000000");
  EXPECT_EQ(NumberText(1e16).view(), "1e+16");
  EXPECT_EQ(NumberText(0.1f).view(), "0.1");
  EXPECT_EQ(NumberText(std::numeric_limits<double>::denorm_min()).view(),
            "5e-324");
  EXPECT_EQ(NumberText(std::numeric_limits<double>::lowest()).view(),
            "-1.7976931348623157e+308");
}

}  // namespace
}  // namespace rowfall::function::testing
