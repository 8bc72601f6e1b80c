// SPDX-License-Identifier: Apache-2.0
// The version of the headers, and of the library that runs.
#ifndef ROWFALL_VERSION_H_
#define ROWFALL_VERSION_H_

#include <string_view>

#include "rowfall/export.h"

#define ROWFALL_VERSION_MAJOR 0
#define ROWFALL_VERSION_MINOR 1
#define ROWFALL_VERSION_PATCH 0

namespace rowfall {

/// Returns the version of the linked library, "major.minor.patch".
ROWFALL_EXPORT std::string_view Version();

/// Returns the version of the librdkafka that is loaded, e.g. "2.0.2".
ROWFALL_EXPORT std::string_view KafkaClientVersion();

}  // namespace rowfall

#endif  // ROWFALL_VERSION_H_
