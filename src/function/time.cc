// SPDX-License-Identifier: Apache-2.0
// The time of the batch.
#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"
#include "function/resolver.h"

namespace rowfall::function {
namespace {

struct NowKernel {
  void operator()(const CallContext& context, std::span<const Argument>,
                  size_t num_rows, Column& out, RowErrors&) const {
    out.ResizeFixed(num_rows);
    auto seconds = out.mutable_values().MutableAs<int64_t>();
    std::fill(seconds.begin(), seconds.end(), absl::ToUnixSeconds(context.now));
  }
};

}  // namespace

absl::StatusOr<Resolved> ResolveNow(const Call&) {
  Resolved resolved = MakeResolved(Type::kTimestamp, {}, NowKernel());
  // One value a batch, but another one for the next.
  resolved.deterministic = false;
  return resolved;
}

}  // namespace rowfall::function
