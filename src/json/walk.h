// SPDX-License-Identifier: Apache-2.0
// Steps over JSON text that is known to be valid and may stand anywhere: no
// step leaves [p, end), whatever the text is.
#ifndef ROWFALL_JSON_WALK_H_
#define ROWFALL_JSON_WALK_H_

#include <string_view>

namespace rowfall::json {

// Returns the first byte from `p` on that is no white space, or `end`.
const char* WalkSpace(const char* p, const char* end);

// Returns the end of the value at `p`.
const char* WalkValue(const char* p, const char* end);

// Writes `value` without white space between its tokens to `out`, which has
// room for as many bytes. Returns the end of what was written.
char* CompactTo(std::string_view value, char* out);
// The same, faster, where kScanPadding bytes behind `value` can be read and
// behind that room be written.
char* CompactPaddedTo(std::string_view value, char* out);

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_WALK_H_
