// SPDX-License-Identifier: Apache-2.0
// Loading and storing a catalog file, with the system's calls replaceable.
#ifndef ROWFALL_CATALOG_FILE_CATALOG_H_
#define ROWFALL_CATALOG_FILE_CATALOG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/durable_file.h"
#include "rowfall/catalog.h"

namespace rowfall::catalog {

// As FileCatalog::Load() of the file `path`.
absl::StatusOr<CatalogState> LoadCatalogFile(const std::string& path);

// As FileCatalog::Store(): keeps the version before as PATH.previous, and
// refuses to write over a file that is damaged or of a later version.
absl::Status StoreCatalogFile(FileOps& ops, const std::string& path,
                              const CatalogState& state);

}  // namespace rowfall::catalog

#endif  // ROWFALL_CATALOG_FILE_CATALOG_H_
