// SPDX-License-Identifier: Apache-2.0
// The tests that exist, and those that a text names.
#ifndef ROWFALL_TESTS_SUPPORT_TEST_NAMES_H_
#define ROWFALL_TESTS_SUPPORT_TEST_NAMES_H_

#include <set>
#include <string>
#include <vector>

namespace rowfall::tests {

/// Returns the file `path` of the project, from its root.
std::string ReadProjectFile(const std::string& path);

/// Returns "Suite.Case" of every test below `folder`, a path from the root of
/// the project, and the names of its golden files.
std::set<std::string> TestsIn(const std::string& folder);

/// Returns the tests that `text` names between backticks, in its order:
/// "Suite.Case" and "x.test". A case alone is of the suite named before.
std::vector<std::string> TestsNamedIn(const std::string& text);

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SUPPORT_TEST_NAMES_H_
