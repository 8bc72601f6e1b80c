// SPDX-License-Identifier: Apache-2.0
// Macros for functions that return absl::Status or absl::StatusOr.
#ifndef ROWFALL_BASE_STATUS_H_
#define ROWFALL_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define ROWFALL_CONCAT_INNER(a, b) a##b
#define ROWFALL_CONCAT(a, b) ROWFALL_CONCAT_INNER(a, b)

// Returns from the function if `expr` is an error.
#define ROWFALL_RETURN_IF_ERROR(expr)                \
  do {                                               \
    absl::Status rowfall_status = (expr);            \
    if (!rowfall_status.ok()) return rowfall_status; \
  } while (false)

// Assigns the value of a StatusOr to `lhs` or returns its error.
#define ROWFALL_ASSIGN_OR_RETURN(lhs, expr) \
  ROWFALL_ASSIGN_OR_RETURN_INNER(ROWFALL_CONCAT(rowfall_or_, __LINE__), lhs, expr)
#define ROWFALL_ASSIGN_OR_RETURN_INNER(statusor, lhs, expr) \
  auto statusor = (expr);                                   \
  if (!statusor.ok()) return std::move(statusor).status();  \
  lhs = *std::move(statusor)

// Returns Internal if an invariant of ours is broken.
#define ROWFALL_RET_CHECK(condition)                                    \
  do {                                                                  \
    if (!(condition))                                                   \
      return absl::InternalError("Broken invariant in rowfall: " #condition); \
  } while (false)

#endif  // ROWFALL_BASE_STATUS_H_
