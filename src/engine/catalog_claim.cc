// SPDX-License-Identifier: Apache-2.0
// The claims of all engines of the process.
#include "engine/catalog_claim.h"

#include <mutex>
#include <set>

namespace rowfall::engine {
namespace {

// The one thing that engines share: nothing else knows of two of them.
struct Claims {
  std::mutex mutex;
  std::set<const Catalog*> taken;
};

// Never destroyed: engines may outlive what ends with the process.
Claims& AllClaims() {
  static auto& claims = *new Claims;
  return claims;
}

}  // namespace

absl::Status CatalogClaim::Take() {
  Claims& claims = AllClaims();
  const std::lock_guard<std::mutex> lock(claims.mutex);
  if (!claims.taken.insert(catalog_.get()).second) {
    return absl::FailedPreconditionError(
        "EngineOptions::catalog is used by another engine, stop that one first "
        "or give each its own");
  }
  is_taken_ = true;
  return absl::OkStatus();
}

void CatalogClaim::Release() {
  Claims& claims = AllClaims();
  const std::lock_guard<std::mutex> lock(claims.mutex);
  if (is_taken_) claims.taken.erase(catalog_.get());
  is_taken_ = false;
}

}  // namespace rowfall::engine
