// SPDX-License-Identifier: Apache-2.0
// The bytes of a catalog file: header, checksums, definitions.
#ifndef ROWFALL_CATALOG_CATALOG_FORMAT_H_
#define ROWFALL_CATALOG_CATALOG_FORMAT_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "rowfall/catalog.h"

namespace rowfall::catalog {

// A file, all numbers little-endian:
//
//     0  8 bytes   "ROWFALL\n"
//     8  uint32    version of the format, 1 or 2
//    12  uint64    size of the body
//    20  uint64    checksum of the body
//    28  uint64    checksum of the 28 bytes before
//    36            the body
//
// The header is the same in every version, so that a file of a later one is
// told from a damaged one. The body is the number of sources (uint32), each
// with name and sql; then that of views, each with name, sql, consumer group
// and a byte for suspended. A text is its size (uint32) and its bytes.
// Where a view has a note of crashes the version is 2, and the number of notes
// (uint32) follows, each with the number of its view from 0 (uint32,
// ascending), starts (uint32) and the number of suspects (uint32), each with
// topic, partition (uint32), offset (uint64), deaths (uint32) and a byte for
// at_work.
// Checksums are FNV-1a of 64 bits, which changes with every single byte.

// Larger files are neither written nor read.
inline constexpr size_t kMaxCatalogBytes = 64u << 20;

std::string EncodeCatalog(const CatalogState& state);

// Errors: DataLoss: damaged; the text says how. FailedPrecondition: written by
// a later version of the library.
absl::StatusOr<CatalogState> DecodeCatalog(std::string_view bytes);

}  // namespace rowfall::catalog

#endif  // ROWFALL_CATALOG_CATALOG_FORMAT_H_
