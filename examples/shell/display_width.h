// SPDX-License-Identifier: Apache-2.0
// How many columns of a terminal a text takes.
#ifndef ROWFALL_EXAMPLES_SHELL_DISPLAY_WIDTH_H_
#define ROWFALL_EXAMPLES_SHELL_DISPLAY_WIDTH_H_

#include <cstddef>
#include <string_view>

namespace rowfall::shell {

/// Returns the columns of UTF-8 text without line breaks: two for a character
/// of the wide East Asian scripts and an emoji, none for a combining mark. A
/// byte that is not UTF-8 counts one.
size_t DisplayWidth(std::string_view text);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_DISPLAY_WIDTH_H_
