// SPDX-License-Identifier: Apache-2.0
// Points in time from text.
#include "coerce/timestamp.h"

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rowfall::coerce {
namespace {

std::optional<int64_t> Seconds(std::string_view text) {
  int64_t seconds;
  if (!ParseTimestamp(text, seconds)) return std::nullopt;
  return seconds;
}

TEST(TimestampTest, ReadsDatesAndTimes) {
  EXPECT_EQ(Seconds("1970-01-01"), 0);
  EXPECT_EQ(Seconds("1970-01-02"), 86400);
  EXPECT_EQ(Seconds("1969-12-31 23:59:59"), -1);
  EXPECT_EQ(Seconds("2001-09-09T01:46:40Z"), 1000000000);
  EXPECT_EQ(Seconds("2001-09-09 01:46:40"), 1000000000);
  EXPECT_EQ(Seconds("2001-09-09t01:46:40z"), 1000000000);
  EXPECT_EQ(Seconds("2001-09-09 01:46"), 999999960);
  EXPECT_EQ(Seconds("2000-02-29"), 951782400);
  EXPECT_EQ(Seconds("9999-12-31T23:59:59Z"), 253402300799);
  EXPECT_EQ(Seconds("0000-01-01"), -62167219200);
}

TEST(TimestampTest, AppliesZones) {
  EXPECT_EQ(Seconds("1970-01-01T02:00:00+02:00"), 0);
  EXPECT_EQ(Seconds("1970-01-01T02:30:00+0230"), 0);
  EXPECT_EQ(Seconds("1970-01-01T02:00:00+02"), 0);
  EXPECT_EQ(Seconds("1969-12-31T18:30:00-05:30"), 0);
  EXPECT_EQ(Seconds("1970-01-01 00:00Z"), 0);
  EXPECT_EQ(Seconds("1970-01-01T00:00:00-00:00"), 0);
}

TEST(TimestampTest, DropsFractionsOfSeconds) {
  EXPECT_EQ(Seconds("1970-01-01T00:00:00.999999999Z"), 0);
  EXPECT_EQ(Seconds("1969-12-31T23:59:59.5"), -1);
  EXPECT_EQ(Seconds("1970-01-01 00:00:01.0+00:00"), 1);
}

TEST(TimestampTest, RefusesEverythingElse) {
  for (const char* text :
       {"", "0", "1700000000", "1970", "1970-01", "1970-1-1", "70-01-01",
        "1970-00-01", "1970-13-01", "1970-01-00", "1970-01-32", "1970-02-29",
        "1900-02-29", "2000-02-30", "1970-04-31", "1970/01/01", "19700101",
        "1970-01-01T", "1970-01-01 ", " 1970-01-01", "1970-01-01T24:00:00",
        "1970-01-01T23:60:00", "1970-01-01T23:59:60", "1970-01-01T1:00:00",
        "1970-01-01T00", "1970-01-01T00:00:", "1970-01-01T00:00:0",
        "1970-01-01T00:00:00.", "1970-01-01T00:00:00.x",
        "1970-01-01T00:00:00,5",
        "1970-01-01T00:00:00+", "1970-01-01T00:00:00+1",
        "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+01:60",
        "1970-01-01T00:00:00+01:", "1970-01-01T00:00:00 Z",
        "1970-01-01T00:00:00Zx", "1970-01-01T00:00:00+01:000",
        "1970-01-01Z", "10000-01-01", "-001-01-01", "now",
        "1970-01-01_00:00"}) {
    EXPECT_EQ(Seconds(text), std::nullopt) << text;
  }
}

TEST(TimestampTest, AgreesWithTheCalendarOnEveryDay) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  for (absl::CivilDay day(1, 1, 1); day < absl::CivilDay(3000, 1, 1); ++day) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d",
                  static_cast<int>(day.year()), day.month(), day.day());
    ASSERT_EQ(Seconds(text), absl::ToUnixSeconds(absl::FromCivil(day, utc)));
  }
}

}  // namespace
}  // namespace rowfall::coerce
