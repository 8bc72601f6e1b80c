// SPDX-License-Identifier: Apache-2.0
// Which options hold secrets.
#include "sql/secret.h"

#include <string>

#include "base/text.h"

namespace rowfall::sql {

bool IsSecretOption(std::string_view key) {
  const std::string lower = base::ToLower(key);
  for (const std::string_view part : {"password", "secret", "key.pem", "token",
                                      "jaas", "oauthbearer.extensions"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace rowfall::sql
