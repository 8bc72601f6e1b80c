// SPDX-License-Identifier: Apache-2.0
// What SHOW prints for random statements gives the same object again.
#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"
#include "sql/parser.h"
#include "tests/sql/random_statement.h"
#include "tests/sql/round_trip.h"

namespace rowfall::sql {
namespace {

TEST(RandomStatementTest, ShownTextIsTheSameObject) {
  const char* environment = std::getenv("ROWFALL_SEED");
  const uint64_t seed =
      environment == nullptr ? 1 : std::strtoull(environment, nullptr, 10);
  std::printf("ROWFALL_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = RandomStatement(random);
    const auto statement = ParseStatement(text);
    ASSERT_TRUE(statement.ok()) << statement.status() << "\n" << text;
    ASSERT_EQ(RoundTripProblem(*statement), "") << text;
  }
}

}  // namespace
}  // namespace rowfall::sql
