// SPDX-License-Identifier: Apache-2.0
// The queue between librdkafka's threads and the host's log.
#include "source/client_log.h"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

using Lines = std::vector<std::pair<LogLevel, std::string>>;

Lines Drain(ClientLog& log) {
  Lines lines;
  log.Drain([&](LogLevel level, std::string_view text) {
    lines.emplace_back(level, text);
  });
  return lines;
}

TEST(ClientLogTest, HandsLinesOverOnceAndClean) {
  ClientLog log{Redactor({"secret"})};
  log.Add(LogLevel::kError, "the secret is out");
  EXPECT_THAT(Drain(log),
              ElementsAre(Pair(LogLevel::kError, "the [HIDDEN] is out")));
  EXPECT_TRUE(Drain(log).empty());
}

TEST(ClientLogTest, CountsWhatItCannotHold) {
  ClientLog log{Redactor()};
  for (size_t i = 0; i < ClientLog::kMaxLines + 7; ++i)
    log.Add(LogLevel::kInfo, "line");
  Lines lines = Drain(log);
  ASSERT_EQ(lines.size(), ClientLog::kMaxLines + 1);
  EXPECT_EQ(lines.back().second,
            "Lines of the Kafka client's log were dropped: 7");
  EXPECT_TRUE(Drain(log).empty());
}

TEST(ClientLogTest, SurvivesASinkThatThrows) {
  ClientLog log{Redactor()};
  log.Add(LogLevel::kInfo, "line");
  log.Drain([](LogLevel, std::string_view) { throw std::runtime_error("x"); });
  log.Add(LogLevel::kInfo, "next");
  EXPECT_EQ(Drain(log).size(), 1u);
}

TEST(ClientLogTest, WithoutASinkNothingPilesUp) {
  ClientLog log{Redactor()};
  log.Add(LogLevel::kInfo, "line");
  log.Drain(nullptr);
  EXPECT_TRUE(Drain(log).empty());
}

}  // namespace
}  // namespace rowfall::source
