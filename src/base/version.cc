// SPDX-License-Identifier: Apache-2.0
// The library's version.
#include "rowfall/version.h"

#define ROWFALL_TEXT_INNER(x) #x
#define ROWFALL_TEXT(x) ROWFALL_TEXT_INNER(x)

namespace rowfall {

std::string_view Version() {
  return ROWFALL_TEXT(ROWFALL_VERSION_MAJOR) "." ROWFALL_TEXT(
      ROWFALL_VERSION_MINOR) "." ROWFALL_TEXT(ROWFALL_VERSION_PATCH);
}

}  // namespace rowfall
