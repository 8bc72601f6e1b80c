// SPDX-License-Identifier: Apache-2.0
// The host's functions as kernels: values, errors, exceptions, wrong results.
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "function/trouble.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"

namespace rowfall::function::testing {
namespace {

class HostFunctionTest : public ::testing::Test {
 protected:
  using Body = std::function<absl::StatusOr<Value>(std::span<const Value>)>;

  void Add(const std::string& name, Type type, Body body) {
    ScalarFunction function;
    function.name = name;
    function.min_arguments = 1;
    function.max_arguments = 2;
    function.result_type = [type](std::span<const Type>) { return type; };
    function.evaluate = std::move(body);
    ASSERT_TRUE(registry_.Register(std::move(function)).ok());
  }

  std::vector<std::string> Run(const std::string& name, Type type,
                               const std::vector<std::string>& values) {
    Rows rows;
    for (const auto& value : values) rows.push_back({value});
    return Call({name, {type}, {}, &registry_}, rows);
  }

  // Calls a function that returns `value` for a column of `type`.
  std::string Returned(Type type, Value value) {
    FunctionRegistry registry;
    std::swap(registry, registry_);
    Add("f", type, [value](std::span<const Value>) { return value; });
    return Run("f", Type::kBigint, {"1"})[0];
  }

  FunctionRegistry registry_;
};

TEST_F(HostFunctionTest, SeesValuesAndNull) {
  Add("twice", Type::kBigint,
      [](std::span<const Value> arguments) -> absl::StatusOr<Value> {
        if (rowfall::IsNull(arguments[0])) return Value(int64_t{-1});
        return Value(std::get<int64_t>(arguments[0]) * 2);
      });
  EXPECT_EQ(Run("TWICE", Type::kBigint, {"4", "null"}),
            (std::vector<std::string>{"8", "-1"}));
}

TEST_F(HostFunctionTest, ErrorRejectsItsRowOnly) {
  Add("odd", Type::kBool,
      [](std::span<const Value> arguments) -> absl::StatusOr<Value> {
        const auto number = std::get<int64_t>(arguments[0]);
        if (number < 0) return absl::OutOfRangeError("Negative number: -1");
        return Value(number % 2 == 1);
      });
  EXPECT_EQ(Run("odd", Type::kBigint, {"1", "-1", "2"}),
            (std::vector<std::string>{"true", "error: Negative number: -1",
                                      "false"}));
}

TEST_F(HostFunctionTest, ExceptionRejectsItsRow) {
  Add("throws", Type::kText,
      [](std::span<const Value> arguments) -> absl::StatusOr<Value> {
        if (std::get<int64_t>(arguments[0]) == 1) {
          throw std::runtime_error("no\nmore");
        }
        throw 5;
      });
  EXPECT_EQ(Run("throws", Type::kBigint, {"1", "2"}),
            (std::vector<std::string>{
                "error: Function throws threw an exception: 'no\\x0amore'",
                "error: Function throws threw an unknown exception"}));
}

// Issue 11: a message must not be given up because the system is in trouble.
TEST_F(HostFunctionTest, TroubleThatMayPassIsNoRowsFault) {
  const absl::Status all[] = {
      absl::UnavailableError("down"), absl::DeadlineExceededError("late"),
      absl::ResourceExhaustedError("full"), absl::AbortedError("again"),
      absl::CancelledError("not now")};
  for (const absl::Status& status : all) {
    registry_ = {};
    Add("f", Type::kText, [&](std::span<const Value> arguments) {
      return std::get<int64_t>(arguments[0]) == 2
                 ? absl::StatusOr<Value>(status)
                 : Value("a");
    });
    try {
      Run("f", Type::kBigint, {"1", "2", "3"});
      ADD_FAILURE() << status;
    } catch (const Trouble& trouble) {
      EXPECT_EQ(trouble.status().code(), status.code());
      EXPECT_EQ(std::string(trouble.status().message()),
                "Function f: " + std::string(status.message()));
    }
  }
}

TEST_F(HostFunctionTest, WantOfMemoryIsNoRowsFault) {
  Add("throws", Type::kText,
      [](std::span<const Value>) -> absl::StatusOr<Value> {
        throw std::bad_alloc();
      });
  Add("says", Type::kText, [](std::span<const Value>) -> absl::StatusOr<Value> {
    return absl::ResourceExhaustedError("Out of memory");
  });
  EXPECT_THROW(Run("throws", Type::kBigint, {"1"}), std::bad_alloc);
  EXPECT_THROW(Run("says", Type::kBigint, {"1"}), std::bad_alloc);
}

TEST_F(HostFunctionTest, ResultOfAnotherTypeRejectsItsRow) {
  const std::string text = "error: Function f returned no value of its type ";
  EXPECT_EQ(Returned(Type::kBigint, Value("x")), text + "BIGINT");
  EXPECT_EQ(Returned(Type::kInt, Value(int64_t{-1})), text + "INTEGER");
  EXPECT_EQ(Returned(Type::kInt, Value(int64_t{4294967296})), text + "INTEGER");
  EXPECT_EQ(Returned(Type::kBool, Value(int64_t{1})), text + "BOOL");
  EXPECT_EQ(Returned(Type::kText, Value("\xff")), text + "TEXT");
  EXPECT_EQ(Returned(Type::kJson, Value("{")), text + "JSON");
  EXPECT_EQ(Returned(Type::kDouble, Value(int64_t{1})), text + "DOUBLE");
  EXPECT_EQ(Returned(Type::kMulti, Value(std::vector<int64_t>{-1})),
            text + "MULTI");
  EXPECT_EQ(Returned(Type::kMulti64, Value(std::vector<float>{1})),
            text + "MULTI64");
  EXPECT_EQ(Returned(Type::kFloatVector, Value(int64_t{1})),
            text + "FLOAT_VECTOR");
}

TEST_F(HostFunctionTest, EveryTypeCanBeReturned) {
  EXPECT_EQ(Returned(Type::kInt, Value(int64_t{4294967295})), "4294967295");
  EXPECT_EQ(Returned(Type::kTimestamp, Value(int64_t{-5})), "-5");
  EXPECT_EQ(Returned(Type::kFloat, Value(0.5)), "0.5");
  EXPECT_EQ(Returned(Type::kText, Value("é")), "\"é\"");
  EXPECT_EQ(Returned(Type::kJson, Value("{\"a\":1}")), "{\"a\":1}");
  EXPECT_EQ(Returned(Type::kMulti, Value(std::vector<int64_t>{3, 1, 3})),
            "[1,3]");
  EXPECT_EQ(Returned(Type::kMulti64, Value(std::vector<int64_t>{-1})), "[-1]");
  EXPECT_EQ(Returned(Type::kFloatVector, Value(std::vector<float>{0.5f})),
            "[0.5]");
  EXPECT_EQ(Returned(Type::kText, Value()), "null");
}

TEST_F(HostFunctionTest, RefusedTypesAreRefusedWithTheHostsText) {
  ScalarFunction function;
  function.name = "f";
  function.max_arguments = 1;
  function.result_type =
      [](std::span<const Type> types) -> absl::StatusOr<Type> {
    if (types[0] != Type::kText) {
      return absl::InvalidArgumentError("f takes text");
    }
    throw std::runtime_error("bad");
  };
  function.evaluate = [](std::span<const Value>) { return Value(); };
  ASSERT_TRUE(registry_.Register(function).ok());
  EXPECT_EQ(Run("f", Type::kBigint, {"1"})[0], "refused: f takes text");
  EXPECT_EQ(Run("f", Type::kText, {"\"a\""})[0],
            "refused: Function f threw an exception: 'bad'");
}

TEST_F(HostFunctionTest, ATypeThatIsNoneIsRefused) {
  Add("f", static_cast<Type>(77),
      [](std::span<const Value>) { return Value(); });
  EXPECT_EQ(Run("f", Type::kBigint, {"1"})[0],
            "refused: Function f returned no type: 77");
}

TEST_F(HostFunctionTest, CountsItsArguments) {
  Add("f", Type::kText, [](std::span<const Value>) { return Value(); });
  const auto resolved = Resolve("f", {}, {}, &registry_);
  EXPECT_TRUE(absl::IsInvalidArgument(resolved.status()));
  EXPECT_EQ(std::string(resolved.status().message()),
            "Wrong number of arguments for F: 0, expected 1 to 2");
}

TEST_F(HostFunctionTest, SaysWhetherItIsDeterministic) {
  ScalarFunction function;
  function.name = "dice";
  function.result_type = [](std::span<const Type>) { return Type::kBigint; };
  function.evaluate = [](std::span<const Value>) { return Value(int64_t{4}); };
  function.deterministic = false;
  ASSERT_TRUE(registry_.Register(function).ok());
  EXPECT_FALSE(Resolve("dice", {}, {}, &registry_)->deterministic);
  EXPECT_FALSE(Resolve("now", {}, {}, &registry_)->deterministic);
  const std::vector<ArgumentType> one = {Type::kBigint};
  EXPECT_TRUE(Resolve("abs", one, {}, &registry_)->deterministic);
}

}  // namespace
}  // namespace rowfall::function::testing
