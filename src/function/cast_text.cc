// SPDX-License-Identifier: Apache-2.0
// Conversions from text and json, and to them.
#include <cmath>
#include <cstdint>
#include <string>

#include "base/text.h"
#include "coerce/coerce.h"
#include "function/cast.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

// --- From text and json ------------------------------------------------------

using Append = bool (*)(std::string_view, Column&, std::string&);

template <Append kAppend>
struct ReadingCast {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    const Argument& argument = arguments[0];
    std::string reason;
    out.Reserve(num_rows);
    for (size_t row = 0; row < num_rows; ++row) {
      if (argument.IsNull(row)) {
        out.AppendNull();
      } else if (!kAppend(argument.column->Text(argument.RowOf(row)), out,
                          reason)) {
        out.AppendNull();
        errors.Add(row, reason);
      }
    }
  }
};

// --- To text and json --------------------------------------------------------

// Days since 1970-01-01 to a date of the proleptic Gregorian calendar, by
// counting 400-year cycles of 146,097 days from March 1st of the year 0.
struct Date {
  int64_t year;
  unsigned month, day;
};
Date DateOf(int64_t days) {
  days += 719468;
  const int64_t cycle = (days >= 0 ? days : days - 146096) / 146097;
  const auto day_of_cycle = static_cast<unsigned>(days - cycle * 146097);
  const unsigned year_of_cycle =
      (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 -
       day_of_cycle / 146096) / 365;
  const unsigned day_of_year =
      day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 -
                      year_of_cycle / 100);
  const unsigned from_march = (5 * day_of_year + 2) / 153;
  const unsigned month = from_march < 10 ? from_march + 3 : from_march - 9;
  return {cycle * 400 + year_of_cycle + (month <= 2), month,
          day_of_year - (153 * from_march + 2) / 5 + 1};
}

char* WriteTwo(char* at, unsigned value) {
  *at++ = static_cast<char>('0' + value / 10);
  *at++ = static_cast<char>('0' + value % 10);
  return at;
}

char* WriteYear(char* at, int64_t year) {
  if (year < 0) *at++ = '-';
  const NumberText digits(year < 0 ? -year : year);
  for (size_t i = digits.view().size(); i < 4; ++i) *at++ = '0';
  for (const char c : digits.view()) *at++ = c;
  return at;
}

// The text of a point in time, on the stack.
class TimestampText {
 public:
  explicit TimestampText(int64_t seconds) {
    constexpr int64_t kDay = 86400;
    const int64_t days = seconds / kDay - (seconds % kDay < 0);
    const auto second = static_cast<unsigned>(seconds - days * kDay);
    const Date date = DateOf(days);
    char* at = WriteYear(buffer_, date.year);
    const unsigned parts[] = {date.month, date.day, second / 3600,
                              second / 60 % 60, second % 60};
    for (size_t i = 0; i < 5; ++i) {
      *at++ = "-- ::"[i];
      at = WriteTwo(at, parts[i]);
    }
    size_ = static_cast<size_t>(at - buffer_);
  }
  std::string_view view() const { return {buffer_, size_}; }

 private:
  char buffer_[40];
  size_t size_;
};

void Write(Buffer& out, std::string_view text) {
  out.Append(text.data(), text.size());
}

template <typename T>
void WriteNumber(Buffer& out, T value) {
  Write(out, NumberText(value).view());
}

template <typename T>
void WriteList(Buffer& out, std::span<const T> list) {
  for (size_t i = 0; i < list.size(); ++i) {
    if (i != 0) Write(out, ",");
    WriteNumber(out, list[i]);
  }
}

enum class Form : uint8_t { kText, kJson };

// Writes a value that is not NULL.
void WriteValue(const Column& column, size_t row, Form form, Buffer& out) {
  const bool in_brackets = form == Form::kJson && !IsScalar(column.type());
  if (in_brackets) Write(out, "[");
  switch (column.type()) {
    case Type::kBool: Write(out, column.bools()[row] ? "true" : "false"); break;
    case Type::kInt: WriteNumber(out, column.ints()[row]); break;
    case Type::kBigint: WriteNumber(out, column.bigints()[row]); break;
    case Type::kFloat: WriteNumber(out, column.floats()[row]); break;
    case Type::kDouble: WriteNumber(out, column.doubles()[row]); break;
    case Type::kTimestamp:
      if (form == Form::kJson) {
        WriteNumber(out, column.bigints()[row]);
      } else {
        Write(out, TimestampText(column.bigints()[row]).view());
      }
      break;
    case Type::kMulti: WriteList(out, column.Multi(row)); break;
    case Type::kMulti64: WriteList(out, column.Multi64(row)); break;
    case Type::kFloatVector: WriteList(out, column.FloatVector(row)); break;
    case Type::kText:
    case Type::kJson: Write(out, column.Text(row)); break;
  }
  if (in_brackets) Write(out, "]");
}

// What JSON has no number for; a host's batch may bring it.
bool IsFinite(const Column& column, size_t row) {
  if (column.type() == Type::kDouble) return std::isfinite(column.doubles()[row]);
  if (column.type() == Type::kFloat) return std::isfinite(column.floats()[row]);
  return true;
}

struct WritingCast {
  Form form;

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      const size_t at = argument.RowOf(row);
      if (argument.column->IsNull(at)) {
        out.AppendNull();
      } else if (form == Form::kJson && !IsFinite(*argument.column, at)) {
        out.AppendNull();
        errors.Add(row, "JSON has no infinite numbers and no NaN");
      } else {
        WriteValue(*argument.column, at, form, out.mutable_values());
        out.FinishList();
      }
    }
  }
};

}  // namespace

void AppendTimestampText(int64_t seconds, std::string& out) {
  out += TimestampText(seconds).view();
}

std::shared_ptr<const Kernel> MakeReadingCast(Type from, Type to) {
  if (from == Type::kText && to != Type::kFloatVector) {
    return MakeKernel(ReadingCast<coerce::AppendString>());
  }
  if (from == Type::kJson) return MakeKernel(ReadingCast<coerce::AppendJson>());
  return nullptr;
}

std::shared_ptr<const Kernel> MakeWritingCast(Type, Type to) {
  if (to == Type::kText) return MakeKernel(WritingCast{Form::kText});
  if (to == Type::kJson) return MakeKernel(WritingCast{Form::kJson});
  return nullptr;
}

}  // namespace rowfall::function
