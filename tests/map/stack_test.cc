// SPDX-License-Identifier: Apache-2.0
// What the deepest messages need of the stack.
#include <string>

#include "gtest/gtest.h"
#include "tests/map/map_text.h"
#include "tests/support/small_stack.h"

namespace rowfall::map {
namespace {

using tests::StackUsed;

std::string Times(const std::string& text, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += text;
  return out;
}

// What nobody reads is skipped without recursion, however deep it is.
TEST(MapperStackTest, SkipsAndKeepsTheDeepestOnASmallStack) {
  const auto mapper = MakeMapper("id bigint, j json");
  const std::string deep = Times("{\"x\": [", 255) + Times("]}", 255);
  const std::string message =
      "{\"id\": 1, \"j\": " + deep + ", \"other\": " + deep + "}";
  Mapped mapped;
  StackUsed([&] { mapped = MapPayloads(*mapper, {message, message}); });
  EXPECT_EQ(mapped.batch.num_rows(), 2u);
}

// Recursion goes as deep as the paths of the view do, at most 512 levels.
TEST(MapperStackTest, ReadsTheDeepestPathsWithin256KB) {
  constexpr size_t kLevels = 511;
  // Objects and arrays in turn.
  const std::string path = Times(".x[0]", kLevels / 2);
  const std::string begin = Times("{\"x\": [", kLevels / 2);
  const std::string end = Times("]}", kLevels / 2);
  const auto mapper =
      MakeMapper("j" + path + " bigint, j" + path + " text, j json");
  Mapped mapped;
  // Twice under one key: what was read first is forgotten.
  const std::string message = "{\"j\": " + begin + "1" + end + ", \"j\": " +
                              begin + "2" + end + "}";
  const size_t used = StackUsed(
      [&] { mapped = MapPayloads(*mapper, {message}); },
      16 * tests::kSmallStackBytes);
  EXPECT_EQ(mapped.errors.size(), 0u);
  ASSERT_EQ(mapped.batch.num_rows(), 1u);
  EXPECT_EQ(mapped.batch.column(0).bigints()[0], 2);
  EXPECT_LT(used, tests::kSmallStackBytes * 4);
  RecordProperty("stack_bytes", static_cast<int>(used));
}

}  // namespace
}  // namespace rowfall::map
