// SPDX-License-Identifier: Apache-2.0
// Errors with a place in the statement.
#ifndef ROWFALL_BASE_ERROR_H_
#define ROWFALL_BASE_ERROR_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rowfall/error.h"

namespace rowfall::base {

// Returns the place of byte `position` of `text`.
TextPlace PlaceOf(std::string_view text, size_t position);

// Returns an error with " [at line:column]" behind its text, which
// ErrorPlace() gives back.
absl::Status ErrorAt(absl::StatusCode code, TextPlace place,
                     std::string_view text);
inline absl::Status InvalidAt(TextPlace place, std::string_view text) {
  return ErrorAt(absl::StatusCode::kInvalidArgument, place, text);
}
inline absl::Status UnimplementedAt(TextPlace place, std::string_view text) {
  return ErrorAt(absl::StatusCode::kUnimplemented, place, text);
}

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_ERROR_H_
