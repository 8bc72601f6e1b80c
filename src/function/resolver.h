// SPDX-License-Identifier: Apache-2.0
// What the families of functions share to resolve a call.
#ifndef ROWFALL_FUNCTION_RESOLVER_H_
#define ROWFALL_FUNCTION_RESOLVER_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "function/function.h"
#include "function/kernel.h"

namespace rowfall::function {

// A call to resolve. The number of arguments is known to be right.
struct Call {
  std::string_view name;  // Lower case; the function's own, not an alias.
  std::span<const ArgumentType> arguments;
  const CallOptions& options;
};

using Resolver = absl::StatusOr<Resolved> (*)(const Call&);

// A kernel that is a function object: void(context, arguments, rows, out,
// errors).
template <typename Body>
class FunctionKernel final : public Kernel {
 public:
  explicit FunctionKernel(Body body) : body_(std::move(body)) {}
  void Evaluate(const CallContext& context, std::span<const Argument> arguments,
                size_t num_rows, Column& out,
                RowErrors& errors) const override {
    body_(context, arguments, num_rows, out, errors);
  }

 private:
  Body body_;
};

template <typename Body>
std::shared_ptr<const Kernel> MakeKernel(Body body) {
  return std::make_shared<FunctionKernel<Body>>(std::move(body));
}

template <typename Body>
Resolved MakeResolved(Type type, std::vector<Type> argument_types, Body body) {
  return {type, std::move(argument_types), MakeKernel(std::move(body))};
}

// Returns InvalidArgument: "<function> takes <expected>, not <type>".
absl::Status WrongType(const Call& call, std::string_view expected, Type type);

// The resolvers, by family.
absl::StatusOr<Resolved> ResolveArithmetic(const Call& call);  // + - * / div %
absl::StatusOr<Resolved> ResolveNegate(const Call& call);
absl::StatusOr<Resolved> ResolveComparison(const Call& call);  // = <> < <= ...
absl::StatusOr<Resolved> ResolveIn(const Call& call);
absl::StatusOr<Resolved> ResolveNot(const Call& call);
absl::StatusOr<Resolved> ResolveCondition(const Call& call);
absl::StatusOr<Resolved> ResolveIsNull(const Call& call);
absl::StatusOr<Resolved> ResolveConcat(const Call& call);
absl::StatusOr<Resolved> ResolveChangeCase(const Call& call);  // upper lower
absl::StatusOr<Resolved> ResolveLength(const Call& call);
absl::StatusOr<Resolved> ResolveCharLength(const Call& call);
absl::StatusOr<Resolved> ResolveAbs(const Call& call);
absl::StatusOr<Resolved> ResolveRounding(const Call& call);  // ceil floor
absl::StatusOr<Resolved> ResolveRound(const Call& call);
absl::StatusOr<Resolved> ResolveSqrt(const Call& call);
absl::StatusOr<Resolved> ResolvePower(const Call& call);
absl::StatusOr<Resolved> ResolveExtreme(const Call& call);  // greatest least
absl::StatusOr<Resolved> ResolveNow(const Call& call);
absl::StatusOr<Resolved> ResolveGeodist(const Call& call);
absl::StatusOr<Resolved> ResolveConversion(const Call& call);  // INT() TEXT()..

// Resolves a function of the host.
absl::StatusOr<Resolved> ResolveHost(
    std::shared_ptr<const ScalarFunction> function,
    std::span<const ArgumentType> arguments);

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_RESOLVER_H_
