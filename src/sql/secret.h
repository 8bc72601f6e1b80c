// SPDX-License-Identifier: Apache-2.0
// Which options hold secrets, and what is shown in their place.
#ifndef ROWFALL_SQL_SECRET_H_
#define ROWFALL_SQL_SECRET_H_

#include <string_view>

namespace rowfall::sql {

// What SHOW prints in place of a secret; refused as a value when planned.
inline constexpr std::string_view kHiddenValue = "[HIDDEN]";

// Returns whether the value of the option `key` (any case) must not be shown:
// the key contains password, secret, key.pem, token, jaas or
// oauthbearer.extensions.
bool IsSecretOption(std::string_view key);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_SECRET_H_
