// SPDX-License-Identifier: Apache-2.0
// Runs tests/golden/eval: what a SELECT makes of rows, and what is refused.
#include <memory>

#include "gtest/gtest.h"
#include "tests/eval/view_story.h"
#include "tests/support/golden.h"

namespace rowfall::eval {
namespace {

class EvalGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(EvalGoldenTest, Agrees) {
  ViewStory story;
  golden::RunFile(GetParam(), [&story](const std::string& block) {
    return story.Run(block);
  });
}

INSTANTIATE_TEST_SUITE_P(Golden, EvalGoldenTest,
                         testing::ValuesIn(golden::Files("eval")),
                         golden::FileName);

}  // namespace
}  // namespace rowfall::eval
