// SPDX-License-Identifier: Apache-2.0
// The table of functions: complete, and each row with a golden case.
#include "function/builtin.h"

#include <cctype>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "function/aggregate.h"
#include "gtest/gtest.h"

namespace rowfall::function::testing {
namespace {

TEST(BuiltinTest, NamesAreLowerAndUnique) {
  std::set<std::string_view> names;
  for (const Builtin& builtin : Builtins()) {
    EXPECT_TRUE(names.insert(builtin.name).second) << builtin.name;
    for (const char c : builtin.name) EXPECT_FALSE(std::isupper(c)) << c;
    EXPECT_EQ(FindBuiltin(builtin.name), &builtin);
  }
  EXPECT_EQ(FindBuiltin("UPPER"), nullptr);
}

TEST(BuiltinTest, EveryRowIsDocumented) {
  for (const Builtin& builtin : Builtins()) {
    EXPECT_FALSE(builtin.signature.empty()) << builtin.name;
    EXPECT_TRUE(builtin.doc.ends_with('.')) << builtin.name;
    EXPECT_LE(builtin.min_arguments, builtin.max_arguments) << builtin.name;
  }
}

TEST(BuiltinTest, AliasesAreRows) {
  for (const Builtin& builtin : Builtins()) {
    if (builtin.alias_of.empty()) continue;
    const Builtin* row = FindBuiltin(builtin.alias_of);
    ASSERT_NE(row, nullptr) << builtin.name;
    EXPECT_EQ(row->resolve, builtin.resolve);
  }
}

TEST(BuiltinTest, AggregatesAreThoseOfResolveAggregate) {
  for (const Builtin& builtin : Builtins()) {
    EXPECT_EQ(builtin.kind == BuiltinKind::kAggregate,
              IsAggregate(builtin.name))
        << builtin.name;
  }
}

std::string Goldens() {
  std::string text = "\n";
  for (const std::string file :
       {"arithmetic", "compare", "in", "logic", "text", "math", "time", "geo",
        "json", "cast", "aggregate"}) {
    std::ifstream stream(std::string(ROWFALL_SOURCE_DIR) +
                         "/tests/golden/function/" + file + ".test");
    std::stringstream content;
    content << stream.rdbuf();
    EXPECT_FALSE(content.str().empty()) << file;
    text += content.str();
  }
  return text;
}

TEST(BuiltinTest, EveryKernelHasAGoldenCase) {
  const std::string goldens = Goldens();
  for (const Builtin& builtin : Builtins()) {
    const std::string name(builtin.name);
    if (builtin.resolve != nullptr) {
      EXPECT_NE(goldens.find("\n" + name + " ("), goldens.npos) << name;
    } else if (builtin.kind == BuiltinKind::kAggregate) {
      EXPECT_NE(goldens.find("\naggregate " + name + " ("), goldens.npos) << name;
    }
  }
}

}  // namespace
}  // namespace rowfall::function::testing
