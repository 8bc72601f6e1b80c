// SPDX-License-Identifier: Apache-2.0
// A process that dies in a write of a story: nothing that its engine still does
// reaches the outside.
#ifndef ROWFALL_TESTS_ENGINE_DEATH_H_
#define ROWFALL_TESTS_ENGINE_DEATH_H_

#include <functional>
#include <memory>

#include "rowfall/catalog.h"
#include "rowfall/options.h"
#include "rowfall/sink.h"

namespace rowfall::tests {

struct Death {
  bool is_dead = false;
  // Whether writing the row kills the process; none: nothing does.
  std::function<bool(const Batch& batch, size_t row)> kills;
  bool handler_kills = false;
};

// Tables, dead letters and a catalog that are out of reach when the process is
// dead.
std::shared_ptr<TableProvider> MakeMortalTables(
    std::shared_ptr<Death> death, std::shared_ptr<TableProvider> tables);
std::shared_ptr<RejectHandler> MakeMortalHandler(
    std::shared_ptr<Death> death, std::shared_ptr<RejectHandler> handler);
std::shared_ptr<Catalog> MakeMortalCatalog(std::shared_ptr<Death> death,
                                           std::shared_ptr<Catalog> catalog);

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_ENGINE_DEATH_H_
