// SPDX-License-Identifier: Apache-2.0
// The one way into code of the host: no exception but want of memory comes
// back.
#ifndef ROWFALL_BASE_HOST_CALL_H_
#define ROWFALL_BASE_HOST_CALL_H_

#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/text.h"
#include "base/trouble.h"

namespace rowfall::base {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

// Returns what `call` returns, an absl::Status or StatusOr; Internal if it
// throws, with `who` as the culprit, e.g. "The sink". Want of memory, thrown or
// returned, is nobody's fault: it goes on as std::bad_alloc to whoever tries
// again with less, or says it at the public border (base/guard.h). What else
// may pass is told by MayPass() (base/trouble.h).
template <typename Call>
auto CallHost(std::string_view who, Call&& call) -> decltype(call()) {
  try {
    auto result = std::forward<Call>(call)();
    if (!result.ok() && IsOutOfMemory(StatusOf(result))) throw std::bad_alloc();
    return result;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return absl::InternalError(
        ToAbsl(Cat(who, " threw an exception: ", Quote(e.what(), 500))));
  } catch (...) {
    return absl::InternalError(ToAbsl(Cat(who, " threw an unknown exception")));
  }
}

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_HOST_CALL_H_
