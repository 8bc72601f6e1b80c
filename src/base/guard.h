// SPDX-License-Identifier: Apache-2.0
// Where the last exception ends: the border of every public call. Calls of the
// host go by base/host_call.h.
#ifndef ROWFALL_BASE_GUARD_H_
#define ROWFALL_BASE_GUARD_H_

#include <exception>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "base/text.h"
#include "base/trouble.h"

namespace rowfall::base {

// Returns ResourceExhausted, without a text where there is no memory for one.
inline absl::Status OutOfMemory() noexcept {
  try {
    return absl::ResourceExhaustedError(ToAbsl(kOutOfMemoryText));
  } catch (...) {
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  }
}

// Returns Internal with the text of the exception.
inline absl::Status UnexpectedException(const char* what) noexcept {
  try {
    return absl::InternalError(ToAbsl(Cat("Unexpected exception: ", what)));
  } catch (...) {
    return OutOfMemory();
  }
}

// Returns what `call` returns, an absl::Status or StatusOr, or an error where
// it throws: ResourceExhausted for want of memory, else Internal.
template <typename Call>
auto Guarded(Call&& call) noexcept -> decltype(call()) {
  try {
    return std::forward<Call>(call)();
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  } catch (const std::exception& error) {
    return UnexpectedException(error.what());
  } catch (...) {
    return UnexpectedException("of an unknown type");
  }
}

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_GUARD_H_
