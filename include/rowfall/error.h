// SPDX-License-Identifier: Apache-2.0
// What an absl::Status of the library carries besides its code and text.
#ifndef ROWFALL_ERROR_H_
#define ROWFALL_ERROR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "rowfall/export.h"

namespace rowfall {

/// A place in a statement. Both count from 1; the column counts bytes.
struct TextPlace {
  int line = 0;
  int column = 0;
  friend bool operator==(const TextPlace&, const TextPlace&) = default;
};

/// Returns the place in the statement that `status` complains about, or
/// nothing where the error has no place in a text. The text of such a status
/// ends in " [at line:column]".
ROWFALL_EXPORT std::optional<TextPlace> ErrorPlace(const absl::Status& status);

/// Returns `status`'s text, and below it the line of `sql` with a caret under
/// the place, as a shell shows it:
///
///     Column not found: 'prize', did you mean 'price'? [at 1:12]
///     SELECT id, prize FROM kafka
///                ^
///
/// Just the text where the status has no place. Tabs are kept, so the caret
/// stands right in a terminal. The line is repeated as it was typed: where it
/// holds a password, show it to who typed it, and log the status alone.
ROWFALL_EXPORT std::string ErrorWithCaret(const absl::Status& status,
                                          std::string_view sql);

}  // namespace rowfall

#endif  // ROWFALL_ERROR_H_
