// SPDX-License-Identifier: Apache-2.0
// The catalog of a process, in memory or in a file; it survives the process.
#ifndef ROWFALL_TESTS_SIM_SIMULATED_CATALOG_H_
#define ROWFALL_TESTS_SIM_SIMULATED_CATALOG_H_

#include <memory>
#include <optional>
#include <string>

#include "rowfall/catalog.h"
#include "tests/sim/life.h"
#include "tests/sim/scenario.h"

namespace rowfall::tests {

// What is stored. After a crash in the middle of Store() it has to be what was
// there before, or what was to be there.
class SimulatedCatalog {
 public:
  explicit SimulatedCatalog(CatalogKind kind);
  ~SimulatedCatalog();
  SimulatedCatalog(const SimulatedCatalog&) = delete;
  SimulatedCatalog& operator=(const SimulatedCatalog&) = delete;

  absl::StatusOr<CatalogState> Load();
  absl::Status Store(Life& life, const CatalogState& state);
  // What Load() found that cannot be, if anything.
  const std::string& problem() const { return problem_; }

 private:
  std::string path() const { return folder_ + "/catalog"; }

  std::string folder_;  // Empty: in memory.
  MemoryCatalog memory_;
  CatalogState before_;
  std::optional<CatalogState> attempted_;  // No answer was given.
  std::string problem_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_SIMULATED_CATALOG_H_
