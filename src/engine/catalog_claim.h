// SPDX-License-Identifier: Apache-2.0
// Lets one engine of the process have a catalog at a time.
#ifndef ROWFALL_ENGINE_CATALOG_CLAIM_H_
#define ROWFALL_ENGINE_CATALOG_CLAIM_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "rowfall/catalog.h"

namespace rowfall::engine {

// Two engines on one object would undo each other's definitions. Objects are
// told apart by their addresses, which are taken no longer than the claim keeps
// them alive; hosts' catalogs need do nothing for it. Thread-safe.
class CatalogClaim {
 public:
  explicit CatalogClaim(std::shared_ptr<Catalog> catalog)
      : catalog_(std::move(catalog)) {}
  ~CatalogClaim() { Release(); }
  CatalogClaim(const CatalogClaim&) = delete;
  CatalogClaim& operator=(const CatalogClaim&) = delete;

  // FailedPrecondition where another engine has it.
  absl::Status Take();
  // The next engine may have it; does nothing where it was not taken.
  void Release();

 private:
  const std::shared_ptr<Catalog> catalog_;
  bool is_taken_ = false;  // Guarded by the mutex of all claims.
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_CATALOG_CLAIM_H_
