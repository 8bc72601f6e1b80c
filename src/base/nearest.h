// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known name that a wrong one resembles.
#ifndef ROWFALL_BASE_NEAREST_H_
#define ROWFALL_BASE_NEAREST_H_

#include <span>
#include <string>
#include <string_view>

namespace rowfall::base {

// Returns the name nearest to `name` by edits (any case), or an empty text
// where none is near: more than a third of its length away.
std::string_view NearestName(std::string_view name,
                             std::span<const std::string> known);
// Returns ", did you mean 'x'?", or an empty text.
std::string DidYouMean(std::string_view name,
                       std::span<const std::string> known);

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_NEAREST_H_
