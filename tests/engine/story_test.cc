// SPDX-License-Identifier: Apache-2.0
// Runs the stories of tests/golden/engine.
#include "tests/engine/story.h"

#include <memory>

#include "gtest/gtest.h"
#include "tests/support/golden.h"

namespace rowfall::tests {
namespace {

class EngineGoldenTest : public ::testing::TestWithParam<std::string> {};

TEST_P(EngineGoldenTest, TellsTheStory) {
  const auto story = std::make_shared<Story>();
  golden::RunFile(GetParam(), [story](const std::string& input) {
    return story->Tell(input);
  });
}

INSTANTIATE_TEST_SUITE_P(Golden, EngineGoldenTest,
                         ::testing::ValuesIn(golden::Files("engine")),
                         golden::FileName);

}  // namespace
}  // namespace rowfall::tests
