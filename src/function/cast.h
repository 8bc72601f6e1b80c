// SPDX-License-Identifier: Apache-2.0
// The conversions of one type to another, by family.
#ifndef ROWFALL_FUNCTION_CAST_H_
#define ROWFALL_FUNCTION_CAST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "function/kernel.h"
#include "rowfall/value.h"

namespace rowfall::function {

// Each returns null where it has no such conversion.

// Among bool, int, bigint, float, double and timestamp.
std::shared_ptr<const Kernel> MakeNumberCast(Type from, Type to);
// Between multi and multi64.
std::shared_ptr<const Kernel> MakeMultiCast(Type from, Type to);
// From text or json, by the rules of coerce.
std::shared_ptr<const Kernel> MakeReadingCast(Type from, Type to);
// To text or json.
std::shared_ptr<const Kernel> MakeWritingCast(Type from, Type to);

// Appends "YYYY-MM-DD HH:MM:SS", UTC; years beyond four digits have more, and
// those before the year 0 a sign.
void AppendTimestampText(int64_t seconds, std::string& out);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_CAST_H_
