// SPDX-License-Identifier: Apache-2.0
// How trouble of a host's function gets out of a kernel.
#ifndef ROWFALL_FUNCTION_TROUBLE_H_
#define ROWFALL_FUNCTION_TROUBLE_H_

#include <exception>
#include <utility>

#include "absl/status/status.h"

namespace rowfall::function {

// Thrown by a kernel where the host's function is in trouble that may pass
// (base/trouble.h): no row's fault, so that no row may fail by it, and nothing
// more is worth being evaluated. As std::bad_alloc it leaves everything between
// through; it ends where a status is returned, in eval and plan.
class Trouble : public std::exception {
 public:
  // `status` names the function.
  explicit Trouble(absl::Status status) : status_(std::move(status)) {}
  const absl::Status& status() const { return status_; }
  const char* what() const noexcept override {
    return "A function of the host is in trouble";
  }

 private:
  absl::Status status_;
};

}  // namespace rowfall::function

#endif  // ROWFALL_FUNCTION_TROUBLE_H_
