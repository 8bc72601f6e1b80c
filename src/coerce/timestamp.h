// SPDX-License-Identifier: Apache-2.0
// Points in time from text.
#ifndef ROWFALL_COERCE_TIMESTAMP_H_
#define ROWFALL_COERCE_TIMESTAMP_H_

#include <cstdint>
#include <string_view>

namespace rowfall::coerce {

// Reads YYYY-MM-DD, or that and 'T' or a blank and HH:MM[:SS[.fraction]] and
// an optional zone: Z, +hh, +hhmm or +hh:mm; without one it is UTC. The
// fraction is dropped, towards the past. 24:00 and leap seconds are no times.
// Returns whether all of `text` is such a time.
bool ParseTimestamp(std::string_view text, int64_t& seconds);

}  // namespace rowfall::coerce

#endif  // ROWFALL_COERCE_TIMESTAMP_H_
