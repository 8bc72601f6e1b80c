// SPDX-License-Identifier: Apache-2.0
// The catalog that lives as long as its object.
#include <utility>

#include "base/guard.h"
#include "rowfall/catalog.h"

namespace rowfall {

absl::StatusOr<CatalogState> MemoryCatalog::Load() {
  return base::Guarded(
      [&]() -> absl::StatusOr<CatalogState> { return state_; });
}

absl::Status MemoryCatalog::Store(const CatalogState& state) {
  return base::Guarded([&] {
    CatalogState copy = state;  // Where it throws nothing has changed.
    state_ = std::move(copy);
    return absl::OkStatus();
  });
}

}  // namespace rowfall
