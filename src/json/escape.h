// SPDX-License-Identifier: Apache-2.0
// Escapes in JSON strings, read and written.
#ifndef ROWFALL_JSON_ESCAPE_H_
#define ROWFALL_JSON_ESCAPE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "json/scan_error.h"

namespace rowfall::json {

// Reads the escape at `p` (its backslash), a surrogate pair as one. Returns
// its end and the character, or null and why. Stops at the first byte that
// does not fit, so that a NUL behind the text ends it.
const char* ReadEscape(const char* p, uint32_t& code, ScanError& error);

// Decodes the valid content of a string, without its quotes, to `out`, which
// has room for as many bytes. Returns the end of what was written.
char* DecodeTo(std::string_view content, char* out);

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_ESCAPE_H_
