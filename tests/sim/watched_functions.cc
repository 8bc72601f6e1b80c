// SPDX-License-Identifier: Apache-2.0
// A function of the host that is in trouble at times.
#include <charconv>
#include <new>
#include <stdexcept>
#include <utility>

#include "tests/sim/outside.h"

namespace rowfall::tests {
namespace {

// What the system does to a call: nothing of it may fall back on a row.
absl::Status Trouble(World* world, FunctionFaults& faults) {
  if (faults.times == 0) return absl::OkStatus();
  if (faults.calls_before-- > 0) return absl::OkStatus();
  --faults.times;
  // Parts of the batch may have been written before.
  world->FaultEverywhere();
  world->Trace("  the function is in trouble");
  if (faults.status.ok()) throw std::bad_alloc();
  return faults.status;
}

// The number in a text. What is none is the row's own fault, said in one way or
// the other.
absl::StatusOr<Value> NumberOf(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return Value();
  int64_t number = 0;
  const char* end = text->data() + text->size();
  if (std::from_chars(text->data(), end, number).ptr == end) {
    return Value(number);
  }
  if (text->size() % 2 == 0) throw std::runtime_error("no number");
  return absl::InvalidArgumentError("no number");
}

}  // namespace

std::shared_ptr<const FunctionRegistry> WatchedFunctions(
    World* world, std::shared_ptr<Life> life,
    std::shared_ptr<FunctionFaults> faults) {
  ScalarFunction function;
  function.name = "number";
  function.min_arguments = function.max_arguments = 1;
  function.result_type = [](std::span<const Type>) { return Type::kBigint; };
  function.evaluate =
      [world, life = std::move(life), faults = std::move(faults)](
          std::span<const Value> arguments) -> absl::StatusOr<Value> {
    if (life->dead()) return DeadStatus();
    if (absl::Status status = Trouble(world, *faults); !status.ok()) {
      return status;
    }
    return NumberOf(arguments[0]);
  };
  auto registry = std::make_shared<FunctionRegistry>();
  (void)registry->Register(std::move(function));
  return registry;
}

}  // namespace rowfall::tests
