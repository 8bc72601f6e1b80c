// SPDX-License-Identifier: Apache-2.0
// The table of all that can be called without the host's help.
#ifndef ROWFALL_FUNCTION_BUILTIN_H_
#define ROWFALL_FUNCTION_BUILTIN_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "function/resolver.h"

namespace rowfall::function {

enum class BuiltinKind : unsigned char {
  kOperator,   // Written otherwise than name(...).
  kScalar,     // Evaluated over columns by a kernel.
  kLazy,       // Evaluates only the arguments it needs, as AND and OR do.
  kAggregate,  // Over groups of rows; aggregate.h.
};

// A row of the table; the reference of functions is generated from it.
struct Builtin {
  std::string_view name;  // Lower case.
  BuiltinKind kind = BuiltinKind::kScalar;
  size_t min_arguments = 0;
  size_t max_arguments = 0;
  bool takes_options = false;
  std::string_view signature;
  std::string_view doc;  // One sentence.
  Resolver resolve = nullptr;  // Null for aggregates, and where it belongs to eval.
  std::string_view alias_of = {};  // The name that calls go by.
};

inline constexpr size_t kAnyNumber = static_cast<size_t>(-1);

// Returns the table, in the order of the reference.
std::span<const Builtin> Builtins();

// Returns the row of `name` (lower case), or null.
const Builtin* FindBuiltin(std::string_view name);

// Returns the names that are called as name(...).
std::vector<std::string> BuiltinNames();

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_BUILTIN_H_
