// SPDX-License-Identifier: Apache-2.0
// Arithmetic and comparisons of random numbers against slow references that
// take 128 bits, row by row.
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "function/number.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

// Small numbers, powers of two and their neighbours, anything.
int64_t RandomInteger(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0: return static_cast<int64_t>(random() % 21) - 10;
    case 1: {
      const auto power = static_cast<int64_t>(uint64_t{1} << (random() % 64));
      const auto near = static_cast<uint64_t>(power) + random() % 3 - 1;
      return static_cast<int64_t>(near);
    }
    case 2: return random() % 2 != 0 ? kMin : kMax;
    default: return static_cast<int64_t>(random());
  }
}

std::string RandomIntegerOrNull(std::mt19937_64& random) {
  return random() % 10 == 0 ? "null" : std::to_string(RandomInteger(random));
}

std::string Reference(const std::string& op, const std::string& left,
                      const std::string& right) {
  if (left == "null" || right == "null") return "null";
  const Wide a = std::stoll(left), b = std::stoll(right);
  Wide result = 0;
  if (op == "+") result = a + b;
  if (op == "-") result = a - b;
  if (op == "*") result = a * b;
  if (op == "div" || op == "%") {
    if (b == 0) return "null";
    result = op == "%" ? a % b : a / b;
  }
  if (result < kMin || result > kMax) {
    const std::string symbol = op == "div" ? "DIV" : op;
    return base::Cat("error: BIGINT out of range: ", left, " ", symbol, " ",
                     right);
  }
  return std::to_string(static_cast<int64_t>(result));
}

TEST(ArithmeticReferenceTest, IntegersAreExactOrRejected) {
  auto random = MakeRandom();
  for (const std::string op : {"+", "-", "*", "div", "%"}) {
    Rows rows;
    std::vector<std::string> expected;
    for (int i = 0; i < 2000; ++i) {
      rows.push_back({RandomIntegerOrNull(random), RandomIntegerOrNull(random)});
      expected.push_back(Reference(op, rows.back()[0], rows.back()[1]));
    }
    EXPECT_EQ(CallOnce({op, {Type::kBigint, Type::kBigint}, {}}, rows), expected)
        << op;
    // The same numbers as JSON: the same results.
    EXPECT_EQ(CallOnce({op, {Type::kJson, Type::kBigint}, {}}, rows), expected)
        << op << " of JSON";
  }
}

TEST(ArithmeticReferenceTest, BatchesDoNotMatter) {
  auto random = MakeRandom();
  Rows rows;
  for (int i = 0; i < 300; ++i) {
    rows.push_back({RandomIntegerOrNull(random), RandomIntegerOrNull(random)});
  }
  for (const std::string op : {"+", "/", "%", "=", "<", "in", "greatest"}) {
    const Setting setting{op, {Type::kBigint, Type::kBigint}, {}};
    const std::vector<std::string> whole = CallOnce(setting, rows);
    std::vector<std::string> pieces;
    for (size_t at = 0; at < rows.size();) {
      const size_t size = std::min(rows.size() - at, 1 + random() % 40);
      const Rows piece(rows.begin() + at, rows.begin() + at + size);
      for (auto& result : CallOnce(setting, piece)) pieces.push_back(result);
      at += size;
    }
    EXPECT_EQ(whole, pieces) << op;
  }
}

// The value of a double as an integer part of 128 bits and a sign of the rest.
std::partial_ordering OrderReference(int64_t a, double b) {
  if (b >= 1e30) return std::partial_ordering::less;
  if (b <= -1e30) return std::partial_ordering::greater;
  const auto whole = static_cast<Wide>(std::floor(b));
  if (static_cast<Wide>(a) != whole) return Wide{a} <=> whole;
  return std::floor(b) == b ? std::partial_ordering::equivalent
                            : std::partial_ordering::less;
}

double RandomDoubleNear(int64_t value, std::mt19937_64& random) {
  double near = static_cast<double>(value);
  switch (random() % 5) {
    case 0: return near;
    case 1: return std::nextafter(near, 1e300);
    case 2: return std::nextafter(near, -1e300);
    case 3: return near + 0.5;
    default: return static_cast<double>(RandomInteger(random)) * 1.7;
  }
}

TEST(CompareReferenceTest, IntegersAndDoublesCompareExactly) {
  auto random = MakeRandom();
  for (int i = 0; i < 200000; ++i) {
    const int64_t a = RandomInteger(random);
    const double b = RandomDoubleNear(a, random);
    ASSERT_EQ(CompareExact(a, b), OrderReference(a, b))
        << a << " and " << NumberText(b).view();
  }
}

TEST(CompareReferenceTest, OperatorsAgreeWithEachOther) {
  auto random = MakeRandom();
  Rows rows;
  for (int i = 0; i < 500; ++i) {
    const int64_t a = RandomInteger(random);
    const double b = RandomDoubleNear(a, random);
    rows.push_back({std::to_string(a), std::string(NumberText(b).view())});
  }
  const auto run = [&rows](const std::string& op) {
    return CallOnce({op, {Type::kBigint, Type::kDouble}, {}}, rows);
  };
  const auto less = run("<"), equal = run("="), greater = run(">");
  const auto at_most = run("<="), at_least = run(">="), other = run("<>");
  for (size_t row = 0; row < rows.size(); ++row) {
    const int count = (less[row] == "true") + (equal[row] == "true") +
                      (greater[row] == "true");
    ASSERT_EQ(count, 1) << rows[row][0] << " and " << rows[row][1];
    ASSERT_NE(at_most[row], greater[row]);
    ASSERT_NE(at_least[row], less[row]);
    ASSERT_NE(other[row], equal[row]);
  }
}

TEST(CompareReferenceTest, JsonComparesLikeTypedNumbers) {
  auto random = MakeRandom();
  Rows rows;
  for (int i = 0; i < 500; ++i) {
    const int64_t a = RandomInteger(random);
    rows.push_back({std::to_string(a),
                    std::string(NumberText(RandomDoubleNear(a, random)).view())});
  }
  for (const std::string op : {"=", "<", ">="}) {
    EXPECT_EQ(CallOnce({op, {Type::kJson, Type::kDouble}, {}}, rows),
              CallOnce({op, {Type::kBigint, Type::kDouble}, {}}, rows))
        << op;
  }
}

}  // namespace
}  // namespace rowfall::function::testing
