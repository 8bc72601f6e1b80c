// SPDX-License-Identifier: Apache-2.0
// What the host's tables say of themselves, checked before it is believed.
#ifndef ROWFALL_ENGINE_HOST_ANSWERS_H_
#define ROWFALL_ENGINE_HOST_ANSWERS_H_

#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/message.h"
#include "rowfall/schema.h"
#include "rowfall/sink.h"

namespace rowfall::engine {

// What a table is, asked once after it was opened.
struct TableFacts {
  Schema schema;
  SinkTraits traits;
};

// Errors: FailedPrecondition: it has no columns, one without a name or a type,
// or two of the same name. Internal: what it throws.
absl::StatusOr<TableFacts> AskTable(std::string_view table, const Sink& sink);

// Checks what Sink::LoadPositions() returned.
// Errors: FailedPrecondition: an offset is negative, or a partition is there
// twice; with what the host has to do.
absl::Status CheckPositions(std::string_view table,
                            std::span<const PartitionOffset> positions);

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_HOST_ANSWERS_H_
