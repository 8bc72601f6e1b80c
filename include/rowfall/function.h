// SPDX-License-Identifier: Apache-2.0
// The host's own scalar functions.
#ifndef ROWFALL_FUNCTION_H_
#define ROWFALL_FUNCTION_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/export.h"
#include "rowfall/value.h"

namespace rowfall {

/// A function of a row's values. Example:
///
///     registry.Register({
///         .name = "domain",
///         .min_arguments = 1,
///         .max_arguments = 1,
///         .result_type = [](std::span<const Type>) { return Type::kText; },
///         .evaluate = [](std::span<const Value> arguments)
///             -> absl::StatusOr<Value> { return DomainOf(arguments[0]); },
///     });
struct ScalarFunction {
  /// Called by this name in any case. Letters, digits and underscores.
  std::string name;
  size_t min_arguments = 0;
  size_t max_arguments = 0;
  /// Returns the type of the result for these types of the arguments; an error
  /// refuses the view at CREATE with its text.
  std::function<absl::StatusOr<Type>(std::span<const Type>)> result_type;
  /// Returns the value of one row, of the alternative that belongs to the
  /// result type. Called on worker threads, at once by several: it must be
  /// thread-safe.
  /// Errors: Unavailable, DeadlineExceeded, ResourceExhausted, Aborted,
  /// Cancelled: trouble that passes, and no row's fault: the view is in state
  /// `backoff`, and its batch is evaluated again later. Everything else rejects
  /// the row with its text, as does an exception; but std::bad_alloc is trouble
  /// that passes, too: the batch comes again, at once in smaller parts. With
  /// constant arguments it is called by the statement, which fails then.
  std::function<absl::StatusOr<Value>(std::span<const Value>)> evaluate;
  /// Whether equal arguments always give equal results. Then a call with
  /// constant arguments is evaluated once.
  bool deterministic = true;
};

/// Functions that views may call besides the built-in ones. Fill it before it
/// is given to an engine; unchanging afterwards.
class ROWFALL_EXPORT FunctionRegistry {
 public:
  /// Errors: InvalidArgument: no name, no callbacks, min > max. AlreadyExists:
  /// the name is taken by an earlier or a built-in function.
  absl::Status Register(ScalarFunction function);
  /// Returns the function called `name` in any case, or null.
  const ScalarFunction* Find(std::string_view name) const;
  /// Returns the names in order, in lower case.
  std::vector<std::string> Names() const;

 private:
  std::map<std::string, std::shared_ptr<const ScalarFunction>> functions_;
};

}  // namespace rowfall

#endif  // ROWFALL_FUNCTION_H_
