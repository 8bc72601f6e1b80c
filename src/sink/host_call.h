// SPDX-License-Identifier: Apache-2.0
// Calls code of the host so that no exception comes back.
#ifndef ROWFALL_SINK_HOST_CALL_H_
#define ROWFALL_SINK_HOST_CALL_H_

#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "base/text.h"

namespace rowfall::sink {

// Returns what `call` returns, an absl::Status or StatusOr; Internal if it
// throws, with `who` as the culprit, e.g. "The sink". std::bad_alloc goes on:
// want of memory is nobody's fault, and whoever retries catches it.
template <typename Call>
auto CallHost(std::string_view who, Call&& call) -> decltype(call()) {
  try {
    return std::forward<Call>(call)();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return absl::InternalError(base::ToAbsl(
        base::Cat(who, " threw an exception: ", base::Quote(e.what(), 500))));
  } catch (...) {
    return absl::InternalError(
        base::ToAbsl(base::Cat(who, " threw an unknown exception")));
  }
}

}  // namespace rowfall::sink

#endif  // ROWFALL_SINK_HOST_CALL_H_
