// SPDX-License-Identifier: Apache-2.0
// GEODIST against distances on WGS 84 that are known from elsewhere.
#include <cmath>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

double Meters(std::vector<double> degrees, CallOptions options) {
  options.emplace_back("in", "degrees");
  const std::vector<ArgumentType> types(4, Type::kDouble);
  const auto resolved = Resolve("GEODIST", types, options, nullptr);
  EXPECT_TRUE(resolved.ok());
  std::vector<Column> columns;
  for (const double value : degrees) {
    columns.emplace_back(Type::kDouble).AppendDouble(value);
  }
  std::vector<Argument> arguments;
  for (const Column& column : columns) arguments.push_back({&column, true});
  Column out(Type::kDouble);
  RowErrors errors;
  resolved->kernel->Evaluate({}, arguments, 1, out, errors);
  EXPECT_TRUE(errors.empty());
  return out.doubles()[0];
}

TEST(GeodistTest, AdaptiveIsNearTheGeodesic) {
  // Vincenty's own test line, Flinders Peak to Buninyong: 54,972.271 m.
  EXPECT_NEAR(Meters({-37.95103341666667, 144.42486788888888,
                      -37.65282113888889, 143.92649552777777}, {}),
              54972.271, 1);
  // A quarter of a meridian of WGS 84: 10,001,965.729 m.
  EXPECT_NEAR(Meters({0, 0, 90, 0}, {}), 10001965.729, 20);
  // A degree of the equator: 6378137 * pi / 180.
  EXPECT_NEAR(Meters({0, 0, 0, 1}, {}), 111319.490793, 0.001);
}

TEST(GeodistTest, HaversineIsTheGreatCircle) {
  const double quarter = 6371008.8 * std::acos(0.0);
  EXPECT_NEAR(Meters({0, 0, 90, 0}, {{"method", "haversine"}}), quarter, 1e-6);
  EXPECT_NEAR(Meters({0, 10, 0, 100}, {{"method", "haversine"}}), quarter, 1e-6);
}

TEST(GeodistTest, BothMethodsAreSymmetricAndNearEachOther) {
  auto random = MakeRandom();
  std::uniform_real_distribution<double> latitude(-90, 90), longitude(-180, 180);
  for (int i = 0; i < 500; ++i) {
    const double a = latitude(random), b = longitude(random);
    const double c = latitude(random), d = longitude(random);
    const double there = Meters({a, b, c, d}, {});
    ASSERT_NEAR(there, Meters({c, d, a, b}, {}), 1e-6);
    const double sphere = Meters({a, b, c, d}, {{"method", "haversine"}});
    ASSERT_NEAR(there, sphere, 0.006 * sphere + 1);
  }
}

TEST(GeodistTest, UnitsAreTheSameDistance) {
  const std::vector<double> line = {51.5, -0.12, 29.98, 31.13};
  const double meters = Meters(line, {});
  EXPECT_DOUBLE_EQ(Meters(line, {{"out", "meters"}}), meters);
  EXPECT_DOUBLE_EQ(Meters(line, {{"out", "km"}}) * 1000, meters);
  EXPECT_DOUBLE_EQ(Meters(line, {{"out", "kilometers"}}) * 1000, meters);
  EXPECT_NEAR(Meters(line, {{"out", "ft"}}) * 0.3048, meters, 1e-6);
  EXPECT_NEAR(Meters(line, {{"out", "feet"}}) * 0.3048, meters, 1e-6);
  EXPECT_NEAR(Meters(line, {{"out", "mi"}}) * 1609.344, meters, 1e-6);
  EXPECT_NEAR(Meters(line, {{"out", "miles"}}) * 1609.344, meters, 1e-6);
}

}  // namespace
}  // namespace rowfall::function::testing
