// SPDX-License-Identifier: Apache-2.0
// The sources and views of an engine, made of their definitions.
#ifndef ROWFALL_ENGINE_OBJECTS_H_
#define ROWFALL_ENGINE_OBJECTS_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/environment.h"
#include "engine/view_spec.h"
#include "plan/source_plan.h"
#include "rowfall/catalog.h"
#include "sql/ast.h"

namespace rowfall::engine {

struct SourceObject {
  SourceDefinition definition;
  sql::CreateSource statement;
  plan::SourcePlan plan;
  // A stored source that this version, or this host, cannot use: its views
  // fail, and it can be shown and dropped.
  absl::Status error;
};

struct ViewObject {
  ViewDefinition definition;
  sql::CreateView statement;
};

using Sources = std::map<std::string, SourceObject, std::less<>>;
using Views = std::map<std::string, ViewObject, std::less<>>;

// Makes a source of a statement: its options are checked, client properties
// and what needs a handler of the host included.
absl::StatusOr<SourceObject> MakeSource(sql::CreateSource statement,
                                        std::string_view sql,
                                        const EngineOptions& options);

// Binds a view to its source and to the columns of its table.
// Errors: with a place in the view's statement, where the text is at fault.
absl::StatusOr<std::shared_ptr<const ViewSpec>> BindView(
    const ViewObject& view, const SourceObject& source,
    std::shared_ptr<const Environment> env);

// Returns the group for a new view of `source`, by plan::GroupOf().
// Errors: InvalidArgument: its options. FailedPrecondition: another view has
// that group, and the two would take partitions and positions from each other.
absl::StatusOr<std::string> ChooseGroup(const sql::CreateView& statement,
                                        const SourceObject& source,
                                        const Views& views);

// Reads a catalog. A source that cannot be used has its error.
// Errors: DataLoss: a definition that cannot be parsed.
struct Objects {
  Sources sources;
  Views views;
};
absl::StatusOr<Objects> ReadCatalog(const CatalogState& state,
                                    const EngineOptions& options);
CatalogState WriteCatalog(const Sources& sources, const Views& views);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_OBJECTS_H_
