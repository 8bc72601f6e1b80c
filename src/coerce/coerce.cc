// SPDX-License-Identifier: Apache-2.0
// The rules of src/map/coercion.md, by the type of the column.
#include "coerce/coerce.h"

#include <cstdint>
#include <limits>

#include "coerce/list.h"
#include "coerce/number.h"
#include "coerce/reason.h"
#include "coerce/timestamp.h"
#include "json/escape.h"
#include "json/value.h"
#include "json/walk.h"

namespace rowfall::coerce {
namespace {

constexpr int64_t kMinInt64 = std::numeric_limits<int64_t>::min();
constexpr int64_t kMaxInt64 = std::numeric_limits<int64_t>::max();
constexpr int64_t kMaxUint32 = std::numeric_limits<uint32_t>::max();

// Ends what a Parse function began: true for kOk, else the reason.
bool Report(NumberResult result, Form form, std::string_view text, Type type,
            std::string& reason) {
  switch (result) {
    case NumberResult::kOk: return true;
    case NumberResult::kNoNumber: return CannotRead(form, text, type, reason);
    case NumberResult::kFraction: return HasFraction(form, text, type, reason);
    case NumberResult::kOutOfRange: break;
  }
  return DoesNotFit(form, text, type, reason);
}

bool AppendInteger(std::string_view text, Form form, Column& out,
                   std::string& reason) {
  const bool is_int = out.type() == Type::kInt;
  int64_t value;
  const NumberResult result = ParseInteger(
      text, is_int ? 0 : kMinInt64, is_int ? kMaxUint32 : kMaxInt64, value);
  if (!Report(result, form, text, out.type(), reason)) return false;
  if (is_int) {
    out.AppendInt(static_cast<uint32_t>(value));
  } else {
    out.AppendBigint(value);
  }
  return true;
}

bool AppendReal(std::string_view text, Form form, Column& out,
                std::string& reason) {
  if (out.type() == Type::kFloat) {
    float value;
    const NumberResult result = ParseFloat(text, value);
    if (!Report(result, form, text, out.type(), reason)) return false;
    out.AppendFloat(value);
    return true;
  }
  double value;
  const NumberResult result = ParseDouble(text, value);
  if (!Report(result, form, text, out.type(), reason)) return false;
  out.AppendDouble(value);
  return true;
}

bool AppendZeroOrOne(std::string_view number, Column& out,
                     std::string& reason) {
  int64_t value;
  if (ParseInteger(number, 0, 1, value) != NumberResult::kOk) {
    return CannotRead(Form::kNumber, number, out.type(), reason);
  }
  out.AppendBool(value == 1);
  return true;
}

bool AppendTrueOrFalse(std::string_view text, Column& out,
                       std::string& reason) {
  if (text != "true" && text != "false") {
    return CannotRead(Form::kString, text, out.type(), reason);
  }
  out.AppendBool(text == "true");
  return true;
}

bool AppendTime(std::string_view text, Column& out, std::string& reason) {
  int64_t seconds;
  if (!ParseTimestamp(text, seconds)) {
    return CannotRead(Form::kString, text, out.type(), reason);
  }
  out.AppendBigint(seconds);
  return true;
}

void AppendQuotedText(std::string_view text, Column& out) {
  std::string quoted;
  json::AppendQuoted(text, quoted);
  out.AppendText(quoted);
}

void AppendCompacted(std::string_view value, Column& out) {
  Buffer& values = out.mutable_values();
  const size_t before = values.size();
  values.Resize(before + value.size());
  char* const begin = values.data() + before;
  values.Resize(before +
                static_cast<size_t>(json::CompactTo(value, begin) - begin));
  out.FinishList();
}

// A string with its quotes. Text goes straight into the column.
bool AppendQuotedJson(std::string_view quoted, Column& out,
                      std::string& reason) {
  if (out.type() == Type::kJson) {
    out.AppendText(quoted);
    return true;
  }
  if (out.type() != Type::kText) {
    std::string text;
    json::AppendDecoded(quoted, text);
    return AppendString(text, out, reason);
  }
  const std::string_view content = quoted.substr(1, quoted.size() - 2);
  Buffer& values = out.mutable_values();
  const size_t before = values.size();
  values.Resize(before + content.size());
  char* const begin = values.data() + before;
  values.Resize(before +
                static_cast<size_t>(json::DecodeTo(content, begin) - begin));
  out.FinishList();
  return true;
}

bool AppendContainer(std::string_view value, bool array, Column& out,
                     std::string& reason) {
  switch (out.type()) {
    case Type::kText:
    case Type::kJson: AppendCompacted(value, out); return true;
    case Type::kMulti:
    case Type::kMulti64:
    case Type::kFloatVector:
      if (array) return AppendArray(value, out, reason);
      break;
    default: break;
  }
  return CannotReadKind(array ? "array" : "object", out.type(), reason);
}

}  // namespace

bool AppendNumber(std::string_view number, Column& out, std::string& reason) {
  switch (out.type()) {
    case Type::kInt:
    case Type::kBigint:
    case Type::kTimestamp:
      return AppendInteger(number, Form::kNumber, out, reason);
    case Type::kFloat:
    case Type::kDouble: return AppendReal(number, Form::kNumber, out, reason);
    case Type::kBool: return AppendZeroOrOne(number, out, reason);
    case Type::kText:
    case Type::kJson: out.AppendText(number); return true;
    case Type::kMulti:
    case Type::kMulti64:
    case Type::kFloatVector: break;
  }
  return CannotRead(Form::kNumber, number, out.type(), reason);
}

bool AppendString(std::string_view text, Column& out, std::string& reason) {
  switch (out.type()) {
    case Type::kInt:
    case Type::kBigint: return AppendInteger(text, Form::kString, out, reason);
    case Type::kFloat:
    case Type::kDouble: return AppendReal(text, Form::kString, out, reason);
    case Type::kBool: return AppendTrueOrFalse(text, out, reason);
    case Type::kText: out.AppendText(text); return true;
    case Type::kJson: AppendQuotedText(text, out); return true;
    case Type::kMulti:
    case Type::kMulti64: return AppendCommaList(text, out, reason);
    case Type::kTimestamp: return AppendTime(text, out, reason);
    case Type::kFloatVector: break;
  }
  return CannotRead(Form::kString, text, out.type(), reason);
}

bool AppendBool(bool value, Column& out, std::string& reason) {
  const std::string_view text = value ? "true" : "false";
  switch (out.type()) {
    case Type::kInt: out.AppendInt(value); return true;
    case Type::kBigint: out.AppendBigint(value); return true;
    case Type::kBool: out.AppendBool(value); return true;
    case Type::kText:
    case Type::kJson: out.AppendText(text); return true;
    default: return CannotReadKind(text, out.type(), reason);
  }
}

bool AppendJson(std::string_view value, Column& out, std::string& reason) {
  switch (json::KindOf(value)) {
    case json::Kind::kNull: out.AppendNull(); return true;
    case json::Kind::kFalse: return AppendBool(false, out, reason);
    case json::Kind::kTrue: return AppendBool(true, out, reason);
    case json::Kind::kNumber: return AppendNumber(value, out, reason);
    case json::Kind::kString: return AppendQuotedJson(value, out, reason);
    case json::Kind::kArray: return AppendContainer(value, true, out, reason);
    case json::Kind::kObject: return AppendContainer(value, false, out, reason);
  }
  return false;
}

}  // namespace rowfall::coerce
