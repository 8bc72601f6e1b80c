// SPDX-License-Identifier: Apache-2.0
// Tests of the circuit breaker, against a count of every single message.
#include "engine/error_limit.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rowfall::engine {
namespace {

MessageBatch Messages(size_t count, int64_t first_offset) {
  MessageBatch messages;
  for (size_t i = 0; i < count; ++i) {
    Message message;
    message.topic = "t";
    message.offset = first_offset + static_cast<int64_t>(i);
    messages.Append(message);
  }
  return messages;
}

// What the documentation says, message by message.
struct Slow {
  explicit Slow(const plan::MaxErrors& max) : limit(max) {}

  const plan::MaxErrors& limit;
  std::vector<bool> bad;

  // Returns whether the next message is one bad one too many; adds it if not.
  bool Next(bool is_bad) {
    bad.push_back(is_bad);
    const size_t begin =
        bad.size() > limit.window ? bad.size() - limit.window : 0;
    const auto from = bad.begin() + static_cast<ptrdiff_t>(begin);
    const auto errors = static_cast<size_t>(std::count(from, bad.end(), true));
    const size_t seen = bad.size() - begin;
    const bool many = limit.ratio > 0
                          ? seen >= std::min<size_t>(100, limit.window) &&
                                static_cast<double>(errors) >
                                    limit.ratio * static_cast<double>(seen)
                          : errors > limit.count;
    if (is_bad && many) bad.pop_back();
    return is_bad && many;
  }
};

uint64_t Seed() {
  const char* const given = std::getenv("ROWFALL_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

TEST(ErrorLimitTest, AgreesWithACountOfEveryMessage) {
  const uint64_t seed = Seed();
  std::cout << "ROWFALL_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const auto below = [&random](uint64_t n) { return random() % n; };
  size_t breaches = 0;
  for (int round = 0; round < 300; ++round) {
    plan::MaxErrors max;
    max.text = "given";
    max.window = 1 + below(300);
    max.count = 1 + below(20);
    if (below(2) == 0) max.ratio = 0.01 * static_cast<double>(1 + below(40));
    const uint64_t bad_in_100 = below(30);
    ErrorLimit limit(max);
    Slow slow(max);
    int64_t offset = 0;
    for (int batch = 0; batch < 30; ++batch) {
      const MessageBatch messages = Messages(1 + below(120), offset);
      std::vector<uint32_t> bad;
      std::optional<uint32_t> expected;
      for (uint32_t i = 0; i < messages.size(); ++i) {
        const bool is_bad = below(100) < bad_in_100;
        if (is_bad) bad.push_back(i);
        if (!expected && slow.Next(is_bad)) expected = i;
      }
      const auto breach = limit.Find(messages, bad);
      ASSERT_EQ(breach.has_value(), expected.has_value()) << "round " << round;
      if (breach.has_value()) {
        ASSERT_EQ(breach->message, *expected) << "round " << round;
        ++breaches;
        break;
      }
      limit.Add(messages, bad);
      offset += static_cast<int64_t>(messages.size());
    }
  }
  EXPECT_GT(breaches, 50u);
}

TEST(ErrorLimitTest, NamesCountsWindowAndPlaces) {
  plan::MaxErrors max;
  max.text = "2";
  max.count = 2;
  max.window = 5;
  ErrorLimit limit(max);
  const MessageBatch first = Messages(4, 0);
  limit.Add(first, std::vector<uint32_t>{0, 3});
  const MessageBatch second = Messages(4, 4);
  // Offset 0 has left the window when offset 5 comes.
  const auto breach = limit.Find(second, std::vector<uint32_t>{1, 2});
  ASSERT_TRUE(breach.has_value());
  EXPECT_EQ(breach->message, 2u);
  EXPECT_EQ(limit.Text(*breach, "Bad [t/0@6]"),
            "Too many messages were rejected: 3 of the last 5 "
            "(max_errors='2', max_errors_window=5), the first t/0@3, "
            "the last: Bad [t/0@6]");
}

TEST(ErrorLimitTest, WithoutALimitNothingIsTooMany) {
  const plan::MaxErrors none;
  ErrorLimit limit(none);
  const MessageBatch messages = Messages(2, 0);
  EXPECT_FALSE(limit.Find(messages, std::vector<uint32_t>{0, 1}).has_value());
}

}  // namespace
}  // namespace rowfall::engine
