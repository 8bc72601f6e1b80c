// SPDX-License-Identifier: Apache-2.0
// Conversions among numbers, bool, timestamp and sets; what does not fit
// rejects its row.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "base/text.h"
#include "coerce/reason.h"
#include "function/cast.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

// What a column of a type stores. Marker types tell bool from uint8_t and
// timestamp from bigint.
template <Type kType>
struct Storage;
template <> struct Storage<Type::kBool> { using T = uint8_t; };
template <> struct Storage<Type::kInt> { using T = uint32_t; };
template <> struct Storage<Type::kBigint> { using T = int64_t; };
template <> struct Storage<Type::kTimestamp> { using T = int64_t; };
template <> struct Storage<Type::kFloat> { using T = float; };
template <> struct Storage<Type::kDouble> { using T = double; };

// Whether `value` of kFrom has a counterpart in kTo: integers exactly,
// floating-point numbers rounded but not to infinity.
template <Type kFrom, Type kTo, typename From>
bool Fits(From value) {
  using To = typename Storage<kTo>::T;
  if constexpr (kTo == Type::kBool) {
    return value == 0 || value == 1;
  } else if constexpr (std::is_floating_point_v<To>) {
    if constexpr (std::is_floating_point_v<From>) {
      return std::isfinite(static_cast<To>(value)) || !std::isfinite(value);
    }
    return true;
  } else if constexpr (std::is_floating_point_v<From>) {
    constexpr double kLow = kTo == Type::kInt ? 0 : -kTwoTo63;
    constexpr double kHigh = kTo == Type::kInt ? 4294967296.0 : kTwoTo63;
    const double wide = value;
    return wide >= kLow && wide < kHigh && std::trunc(wide) == wide;
  } else if constexpr (kTo == Type::kInt && std::is_same_v<From, int64_t>) {
    return value >= 0 && value <= std::numeric_limits<uint32_t>::max();
  } else {
    return true;
  }
}

// The conversion itself, defined for all values.
template <Type kFrom, Type kTo, typename From>
typename Storage<kTo>::T Convert(From value) {
  using To = typename Storage<kTo>::T;
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return Fits<kFrom, kTo>(value) ? static_cast<To>(value) : To{0};
  } else {
    return static_cast<To>(value);
  }
}

template <Type kTo, typename From>
std::string Reason(From value) {
  std::string reason;
  NumberText text(value);
  const bool fraction = [&] {
    if constexpr (std::is_floating_point_v<From>) {
      return std::isfinite(value) && std::trunc(value) != value;
    }
    return false;
  }();
  if (fraction && kTo != Type::kFloat) {
    coerce::HasFraction(coerce::Form::kNumber, text.view(), kTo, reason);
  } else {
    coerce::DoesNotFit(coerce::Form::kNumber, text.view(), kTo, reason);
  }
  return reason;
}

template <Type kFrom, Type kTo>
struct NumberCast {
  using From = typename Storage<kFrom>::T;
  using To = typename Storage<kTo>::T;

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    bool fit = true;
    MapRows<From, To>(arguments, num_rows, out, [&fit](From value) {
      fit &= Fits<kFrom, kTo>(value);
      return Convert<kFrom, kTo>(value);
    });
    if (!fit) Reject(arguments[0], num_rows, out, errors);
  }

  static void Reject(const Argument& argument, size_t num_rows, Column& out,
                     RowErrors& errors) {
    for (size_t row = 0; row < num_rows; ++row) {
      const From value = DenseValues<From>(argument)[argument.RowOf(row)];
      if (out.IsNull(row) || Fits<kFrom, kTo>(value)) continue;
      out.SetNull(row);
      errors.Add(row, Reason<kTo>(value));
    }
  }
};

template <Type kFrom>
std::shared_ptr<const Kernel> MakeFrom(Type to) {
  switch (to) {
    case Type::kBool:
      return MakeKernel(NumberCast<kFrom, Type::kBool>());
    case Type::kInt:
      return MakeKernel(NumberCast<kFrom, Type::kInt>());
    case Type::kBigint:
      return MakeKernel(NumberCast<kFrom, Type::kBigint>());
    case Type::kTimestamp:
      return MakeKernel(NumberCast<kFrom, Type::kTimestamp>());
    case Type::kFloat:
      return MakeKernel(NumberCast<kFrom, Type::kFloat>());
    case Type::kDouble:
      return MakeKernel(NumberCast<kFrom, Type::kDouble>());
    default:
      return nullptr;
  }
}

struct WidenMulti {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      if (argument.IsNull(row)) {
        out.AppendNull();
        continue;
      }
      for (const uint32_t element :
           argument.column->Multi(argument.RowOf(row))) {
        out.mutable_values().Push(int64_t{element});
      }
      out.FinishList();
    }
  }
};

struct NarrowMulti {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      if (argument.IsNull(row)) {
        out.AppendNull();
        continue;
      }
      AppendNarrow(argument.column->Multi64(argument.RowOf(row)), row, out,
                   errors);
    }
  }

  static void AppendNarrow(std::span<const int64_t> elements, size_t row,
                           Column& out, RowErrors& errors) {
    for (const int64_t element : elements) {
      if (Fits<Type::kBigint, Type::kInt>(element)) {
        out.mutable_values().Push(static_cast<uint32_t>(element));
        continue;
      }
      out.AbandonList();
      out.AppendNull();
      std::string reason;
      coerce::DoesNotFit(coerce::Form::kNumber, NumberText(element).view(),
                         Type::kMulti, reason);
      return errors.Add(row, std::move(reason));
    }
    out.FinishList();
  }
};

}  // namespace

std::shared_ptr<const Kernel> MakeNumberCast(Type from, Type to) {
  // true is no point in time.
  if ((from == Type::kBool && to == Type::kTimestamp) ||
      (from == Type::kTimestamp && to == Type::kBool)) {
    return nullptr;
  }
  switch (from) {
    case Type::kBool: return MakeFrom<Type::kBool>(to);
    case Type::kInt: return MakeFrom<Type::kInt>(to);
    case Type::kBigint: return MakeFrom<Type::kBigint>(to);
    case Type::kTimestamp: return MakeFrom<Type::kTimestamp>(to);
    case Type::kFloat: return MakeFrom<Type::kFloat>(to);
    case Type::kDouble: return MakeFrom<Type::kDouble>(to);
    default: return nullptr;
  }
}

std::shared_ptr<const Kernel> MakeMultiCast(Type from, Type to) {
  if (from == Type::kMulti && to == Type::kMulti64) {
    return MakeKernel(WidenMulti());
  }
  if (from == Type::kMulti64 && to == Type::kMulti) {
    return MakeKernel(NarrowMulti());
  }
  return nullptr;
}

}  // namespace rowfall::function
