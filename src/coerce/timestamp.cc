// SPDX-License-Identifier: Apache-2.0
// Points in time from text.
#include "coerce/timestamp.h"

#include <cstddef>

namespace rowfall::coerce {
namespace {

bool TakeChar(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes a number of exactly `count` digits that is in [min, max].
bool TakeNumber(std::string_view& text, size_t count, int min, int max,
                int& value) {
  if (text.size() < count) return false;
  value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value >= min && value <= max;
}

int DaysInMonth(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && leap);
}

// Days since 1970-01-01 in the proleptic Gregorian calendar. Years begin in
// March, so that the leap day is a year's last.
int64_t DaysSinceEpoch(int year, int month, int day) {
  const int64_t y = year - (month <= 2) + 400;  // Positive for year 0.
  const int64_t month_from_march = (month + 9) % 12;
  const int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
  constexpr int64_t kDaysTo1970 = 719468 + 146097;
  return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - kDaysTo1970;
}

bool TakeDate(std::string_view& text, int64_t& days) {
  int year, month, day;
  if (!TakeNumber(text, 4, 0, 9999, year) || !TakeChar(text, '-') ||
      !TakeNumber(text, 2, 1, 12, month) || !TakeChar(text, '-') ||
      !TakeNumber(text, 2, 1, DaysInMonth(year, month), day)) {
    return false;
  }
  days = DaysSinceEpoch(year, month, day);
  return true;
}

bool TakeFraction(std::string_view& text) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
    ++digits;
  }
  text.remove_prefix(digits);
  return digits > 0;
}

bool TakeTime(std::string_view& text, int& seconds_of_day) {
  int hour, minute, second = 0;
  if (!TakeNumber(text, 2, 0, 23, hour) || !TakeChar(text, ':') ||
      !TakeNumber(text, 2, 0, 59, minute)) {
    return false;
  }
  if (TakeChar(text, ':')) {
    if (!TakeNumber(text, 2, 0, 59, second)) return false;
    if (TakeChar(text, '.') && !TakeFraction(text)) return false;
  }
  seconds_of_day = hour * 3600 + minute * 60 + second;
  return true;
}

bool TakeZone(std::string_view& text, int& offset_seconds) {
  offset_seconds = 0;
  if (text.empty() || TakeChar(text, 'Z') || TakeChar(text, 'z')) return true;
  const bool west = text.front() == '-';
  if (!west && text.front() != '+') return false;
  text.remove_prefix(1);
  int hours, minutes = 0;
  if (!TakeNumber(text, 2, 0, 23, hours)) return false;
  if (!text.empty()) {
    TakeChar(text, ':');
    if (!TakeNumber(text, 2, 0, 59, minutes)) return false;
  }
  offset_seconds = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  return true;
}

}  // namespace

bool ParseTimestamp(std::string_view text, int64_t& seconds) {
  int64_t days;
  if (!TakeDate(text, days)) return false;
  int seconds_of_day = 0;
  int offset = 0;
  if (!text.empty()) {
    if (!TakeChar(text, 'T') && !TakeChar(text, 't') && !TakeChar(text, ' ')) {
      return false;
    }
    if (!TakeTime(text, seconds_of_day) || !TakeZone(text, offset) ||
        !text.empty()) {
      return false;
    }
  }
  seconds = days * 86400 + seconds_of_day - offset;
  return true;
}

}  // namespace rowfall::coerce
