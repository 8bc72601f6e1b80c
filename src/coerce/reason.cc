// SPDX-License-Identifier: Apache-2.0
// The words of conversion errors.
#include "coerce/reason.h"

#include "base/text.h"

namespace rowfall::coerce {
namespace {

std::string_view ErrorName(Type type) {
  switch (type) {
    case Type::kInt: return "INTEGER";
    case Type::kBigint: return "BIGINT";
    case Type::kFloat: return "FLOAT";
    case Type::kDouble: return "DOUBLE";
    case Type::kBool: return "BOOL";
    case Type::kText: return "TEXT";
    case Type::kJson: return "JSON";
    case Type::kMulti: return "MULTI";
    case Type::kMulti64: return "MULTI64";
    case Type::kTimestamp: return "TIMESTAMP";
    case Type::kFloatVector: return "FLOAT_VECTOR";
  }
  return "";
}

bool IsQuoted(Form form) {
  return form == Form::kString || form == Form::kStringPart;
}

std::string_view Noun(Form form) {
  switch (form) {
    case Form::kNumber: return "number";
    case Form::kString: return "string";
    case Form::kElement: return "number in an array";
    case Form::kStringPart: return "part of a string";
  }
  return "";
}

std::string Shown(std::string_view text, bool quoted) {
  constexpr size_t kMaxShown = 60;
  if (quoted) return base::Quote(text, kMaxShown);
  if (text.size() <= kMaxShown) return std::string(text);
  return base::Cat(text.substr(0, kMaxShown), "...");
}

}  // namespace

bool CannotRead(std::string_view kind, std::string_view text, bool quoted,
                Type type, std::string& reason) {
  reason = base::Cat("Cannot read ", kind, " as ", ErrorName(type), ": ",
                     Shown(text, quoted));
  return false;
}

bool CannotRead(Form form, std::string_view text, Type type,
                std::string& reason) {
  return CannotRead(Noun(form), text, IsQuoted(form), type, reason);
}

bool CannotReadKind(std::string_view kind, Type type, std::string& reason) {
  reason = base::Cat("Cannot read ", kind, " as ", ErrorName(type));
  return false;
}

bool DoesNotFit(Form form, std::string_view text, Type type,
                std::string& reason) {
  std::string noun(Noun(form));
  noun[0] = static_cast<char>(noun[0] - 'a' + 'A');
  reason = base::Cat(noun, " does not fit ", ErrorName(type), ": ",
                     Shown(text, IsQuoted(form)));
  return false;
}

bool HasFraction(Form form, std::string_view text, Type type,
                 std::string& reason) {
  return CannotRead(base::Cat(Noun(form), " with a fraction"), text,
                    IsQuoted(form), type, reason);
}

std::string TooLargeText(size_t max_value_bytes) {
  return base::Cat("Value is larger than max_value_bytes, ", max_value_bytes);
}

}  // namespace rowfall::coerce
