// SPDX-License-Identifier: Apache-2.0
// GEODIST: the distance of two points on Earth.
#include <cmath>
#include <optional>

#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "function/number.h"
#include "function/resolver.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

constexpr double kDegree = 3.14159265358979323846 / 180;
constexpr double kMeanRadius = 6371008.8;  // IUGG, meters.
// WGS 84.
constexpr double kEquatorRadius = 6378137;
constexpr double kFlattening = 1 / 298.257223563;

double Square(double x) { return x * x; }

// The angle between two points of a sphere by the haversine formula
// (R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984).
double CentralAngle(double lat1, double lat2, double longitude) {
  const double h = Square(std::sin((lat2 - lat1) / 2)) +
                   std::cos(lat1) * std::cos(lat2) *
                       Square(std::sin(longitude / 2));
  return 2 * std::asin(std::sqrt(h < 1 ? h : 1));
}

double Haversine(double lat1, double lon1, double lat2, double lon2) {
  return kMeanRadius * CentralAngle(lat1, lat2, lon2 - lon1);
}

// Lambert's formula for long lines on an ellipsoid (W. D. Lambert, "The
// distance between two widely separated points on the surface of the earth",
// J. Washington Academy of Sciences 32, 1942): the haversine of the reduced
// latitudes with a correction of first order in the flattening. Off by some
// ten meters in thousands of kilometers.
double Lambert(double lat1, double lon1, double lat2, double lon2) {
  const double b1 = std::atan((1 - kFlattening) * std::tan(lat1));
  const double b2 = std::atan((1 - kFlattening) * std::tan(lat2));
  const double angle = CentralAngle(b1, b2, lon2 - lon1);
  if (angle == 0) return 0;
  const double p = (b1 + b2) / 2, q = (b2 - b1) / 2;
  const double sine = std::sin(angle);
  const double far = Square(std::cos(angle / 2));
  const double near = Square(std::sin(angle / 2));
  // At the antipodes both factors of the first term go to 0.
  const double x = far < 1e-15 ? 0
                               : (angle - sine) *
                                     Square(std::sin(p) * std::cos(q)) / far;
  const double y =
      (angle + sine) * Square(std::cos(p) * std::sin(q)) / near;
  return kEquatorRadius * (angle - kFlattening / 2 * (x + y));
}

struct GeodistKernel {
  double (*distance)(double, double, double, double) = Lambert;
  double to_radians = 1;
  double from_meters = 1;

  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    for (size_t row = 0; row < num_rows; ++row) {
      double at[4];
      bool null = false;
      for (size_t i = 0; i < 4; ++i) {
        at[i] = arguments[i].column->doubles()[arguments[i].RowOf(row)];
        null |= arguments[i].IsNull(row);
      }
      const double result =
          distance(at[0] * to_radians, at[1] * to_radians, at[2] * to_radians,
                   at[3] * to_radians) *
          from_meters;
      if (!null && std::isfinite(result)) {
        out.AppendDouble(result);
        continue;
      }
      out.AppendNull();
      if (!null) AddNotFinite(at, row, errors);
    }
  }

  static void AddNotFinite(const double (&at)[4], size_t row,
                           RowErrors& errors) {
    errors.Add(row, base::Cat("DOUBLE out of range: GEODIST(",
                              NumberText(at[0]).view(), ", ",
                              NumberText(at[1]).view(), ", ",
                              NumberText(at[2]).view(), ", ",
                              NumberText(at[3]).view(), ")"));
  }
};

// --- Options -----------------------------------------------------------------

struct Unit {
  std::string_view name;
  double factor;
};
constexpr Unit kInputs[] = {
    {"radians", 1}, {"rad", 1}, {"degrees", kDegree}, {"deg", kDegree}};
constexpr Unit kOutputs[] = {
    {"m", 1},           {"meters", 1},
    {"km", 0.001},      {"kilometers", 0.001},
    {"ft", 1 / 0.3048}, {"feet", 1 / 0.3048},
    {"mi", 1 / 1609.344}, {"miles", 1 / 1609.344}};
constexpr Unit kMethods[] = {{"adaptive", 0}, {"haversine", 1}};

absl::StatusOr<double> FactorOf(std::string_view option, std::string_view value,
                                std::span<const Unit> units) {
  std::vector<std::string> known;
  for (const Unit& unit : units) {
    if (unit.name == value) return unit.factor;
    known.emplace_back(unit.name);
  }
  std::string expected;
  for (const std::string& name : known) {
    base::AppendCat(expected, expected.empty() ? "" : ", ", name);
  }
  return absl::InvalidArgumentError(base::ToAbsl(
      base::Cat("GEODIST option ", option, " is none of ", expected, ": ",
                base::Quote(value))));
}

absl::Status ApplyOption(const std::string& option, const std::string& value,
                         GeodistKernel& kernel) {
  if (option == "in") {
    ROWFALL_ASSIGN_OR_RETURN(kernel.to_radians,
                             FactorOf(option, value, kInputs));
    return absl::OkStatus();
  }
  if (option == "out") {
    ROWFALL_ASSIGN_OR_RETURN(kernel.from_meters,
                             FactorOf(option, value, kOutputs));
    return absl::OkStatus();
  }
  if (option == "method") {
    ROWFALL_ASSIGN_OR_RETURN(const double method,
                             FactorOf(option, value, kMethods));
    kernel.distance = method == 0 ? Lambert : Haversine;
    return absl::OkStatus();
  }
  const std::vector<std::string> known = {"in", "out", "method"};
  return absl::InvalidArgumentError(
      base::ToAbsl(base::Cat("GEODIST option not found: ", base::Quote(option),
                             base::DidYouMean(option, known))));
}

}  // namespace

absl::StatusOr<Resolved> ResolveGeodist(const Call& call) {
  for (const ArgumentType& argument : call.arguments) {
    const Type type = argument.value_or(Type::kDouble);
    const bool number =
        IsFloating(type) || IsIntegral(type) || type == Type::kJson;
    if (!number) return WrongType(call, "numbers", type);
  }
  GeodistKernel kernel;
  for (const auto& [option, value] : call.options) {
    ROWFALL_RETURN_IF_ERROR(ApplyOption(option, value, kernel));
  }
  return MakeResolved(Type::kDouble, std::vector<Type>(4, Type::kDouble),
                      kernel);
}

}  // namespace rowfall::function
