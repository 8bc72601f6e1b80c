// SPDX-License-Identifier: Apache-2.0
// The conversion for a pair of types, and INT(x), TEXT(x) and their like.
#include "function/cast.h"

#include <cmath>
#include <limits>

#include "base/status.h"
#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

// Copies the rows: a conversion to the type that a value has already.
struct CopyKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    out.Reserve(num_rows);
    for (size_t row = 0; row < num_rows; ++row) {
      out.AppendRow(*arguments[0].column, arguments[0].RowOf(row));
    }
  }
};

// INT(x), BIGINT(x), SINT(x) of what may have a fraction: it is cut off.
struct TruncateKernel {
  std::string_view label;
  int64_t min, max;

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    MapNumbers(arguments[0], num_rows, out, errors,
               [this, &out](const Number& number, std::string& reason) {
                 int64_t whole = 0;
                 if (!Truncate(number, whole)) {
                   reason = base::Cat("Number does not fit ", label, ": ",
                                      NumberText(number).view());
                   return false;
                 }
                 if (out.type() == Type::kInt) {
                   out.AppendInt(static_cast<uint32_t>(whole));
                 } else {
                   out.AppendBigint(whole);
                 }
                 return true;
               });
  }

  bool Truncate(const Number& number, int64_t& whole) const {
    whole = number.integer;
    if (!number.is_integer) {
      const double cut = std::trunc(number.real);
      if (!(cut >= -kTwoTo63 && cut < kTwoTo63)) return false;
      whole = static_cast<int64_t>(cut);
    }
    return whole >= min && whole <= max;
  }
};

// The bits of an int as a signed number.
struct SignedBitsKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    MapRows<uint32_t, int64_t>(arguments, num_rows, out, [](uint32_t value) {
      return static_cast<int64_t>(static_cast<int32_t>(value));
    });
  }
};

Type TargetOf(std::string_view name) {
  if (name == "sint") return Type::kBigint;
  return TypeFromName(name).value_or(Type::kText);
}

TruncateKernel TruncateFor(std::string_view name) {
  if (name == "int") {
    return {"INTEGER", 0, std::numeric_limits<uint32_t>::max()};
  }
  if (name == "sint") {
    return {"SINT", std::numeric_limits<int32_t>::min(),
            std::numeric_limits<int32_t>::max()};
  }
  return {"BIGINT", std::numeric_limits<int64_t>::min(),
          std::numeric_limits<int64_t>::max()};
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Kernel>> ResolveCast(Type from, Type to) {
  if (from == to) return MakeKernel(CopyKernel());
  for (const auto make :
       {MakeReadingCast, MakeWritingCast, MakeNumberCast, MakeMultiCast}) {
    if (std::shared_ptr<const Kernel> kernel = make(from, to)) return kernel;
  }
  return absl::InvalidArgumentError(base::ToAbsl(base::Cat(
      "No conversion from ", UpperName(from), " to ", UpperName(to))));
}

absl::StatusOr<Resolved> ResolveConversion(const Call& call) {
  const Type to = TargetOf(call.name);
  const Type from = call.arguments[0].value_or(to);
  const bool whole =
      call.name == "int" || call.name == "bigint" || call.name == "sint";
  if (call.name == "sint" && from == Type::kInt) {
    return MakeResolved(to, {from}, SignedBitsKernel());
  }
  const bool may_need_cut =
      IsFloating(from) || from == Type::kText || from == Type::kJson;
  if ((whole && may_need_cut) || call.name == "sint") {
    if (!IsScalar(from)) return WrongType(call, "numbers", from);
    return MakeResolved(to, {from}, TruncateFor(call.name));
  }
  ROWFALL_ASSIGN_OR_RETURN(auto kernel, ResolveCast(from, to));
  return Resolved{to, {from}, std::move(kernel)};
}

}  // namespace rowfall::function
