// SPDX-License-Identifier: Apache-2.0
// Tests of CREATE SOURCE's options and columns; goldens show most of it.
#include "plan/source_plan.h"

#include "base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/error.h"
#include "sql/parser.h"
#include "tests/support/golden.h"

namespace rowfall::plan {
namespace {

using ::testing::ElementsAre;

absl::StatusOr<SourcePlan> Plan(
    std::string_view text,
    BrokerOptions broker_options = BrokerOptions::kRequired) {
  const auto statement = sql::ParseStatement(text);
  EXPECT_TRUE(statement.ok()) << statement.status();
  if (!statement.ok()) return statement.status();
  return PlanSource(std::get<sql::CreateSource>(*statement), broker_options);
}

std::string Join(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) base::AppendCat(out, " ", item);
  return out;
}

std::string Dump(const SourcePlan& plan) {
  constexpr std::string_view kOnError[] = {"default", "stop", "skip",
                                           "dead_letter", "null"};
  constexpr std::string_view kOnGap[] = {"fail", "earliest", "latest"};
  constexpr std::string_view kStartFrom[] = {"earliest", "latest"};
  std::string out = base::Cat(
      "name: ", plan.name,
      "\ncolumns: ", plan.has_columns ? plan.schema.ToString() : "(none)",
      "\nbrokers:", Join(plan.brokers), "\ntopics:", Join(plan.topics),
      "\ngroup: ", plan.consumer_group, "\nconsumers: ", plan.num_consumers,
      "\nbatch: ", plan.batch, " or ",
      absl::ToInt64Milliseconds(plan.batch_timeout), " ms\npartitions:");
  for (const int32_t partition : plan.partitions) {
    base::AppendCat(out, " ", partition);
  }
  base::AppendCat(
      out, "\non_error: ", kOnError[static_cast<size_t>(plan.on_error)],
      "\non_gap: ", kOnGap[static_cast<size_t>(plan.on_gap)],
      "\nstart_from: ", kStartFrom[static_cast<size_t>(plan.start_from)], "\n");
  if (plan.max_crashes != SourcePlan().max_crashes) {
    base::AppendCat(out, "max_crashes: ", plan.max_crashes, "\n");
  }
  if (plan.max_errors.is_set()) {
    base::AppendCat(out, "max_errors: ", plan.max_errors.text, " = ",
                    plan.max_errors.count, " or ", plan.max_errors.ratio,
                    " of ", plan.max_errors.window, "\n");
  }
  for (const auto& [key, value] : plan.properties) {
    base::AppendCat(out, key, ": ", value, "\n");
  }
  return out;
}

std::string RunPlan(const std::string& text) {
  const auto plan = Plan(text);
  if (plan.ok()) return Dump(*plan);
  EXPECT_EQ(plan.status().code(), absl::StatusCode::kInvalidArgument);
  return ErrorWithCaret(plan.status(), text);
}

class SourcePlanGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(SourcePlanGoldenTest, Agrees) { golden::RunFile(GetParam(), RunPlan); }

INSTANTIATE_TEST_SUITE_P(Files, SourcePlanGoldenTest,
                         testing::ValuesIn(golden::Files("sql/source_plan")),
                         golden::FileName);

TEST(SourcePlanTest, BrokerOptionsCanBeLeftOut) {
  const auto plan =
      Plan("CREATE SOURCE k (id bigint) batch=7", BrokerOptions::kOptional);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->batch, 7u);
  EXPECT_TRUE(plan->brokers.empty());
}

TEST(SourcePlanTest, BrokerOptionsThatAreThereAreChecked) {
  const auto plan =
      Plan("CREATE SOURCE k type='kafkaa'", BrokerOptions::kOptional);
  EXPECT_EQ(plan.status().message(),
            "Unknown type of source: 'kafkaa', did you mean 'kafka'? "
            "[at 1:22]");
}

TEST(SourcePlanTest, KeepsPlacesOfProperties) {
  const auto plan = Plan(
      "CREATE SOURCE k type=kafka broker_list='b' topic_list='t'\n"
      "  sasl.username='x'");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->property_places.at("sasl.username"), (TextPlace{2, 3}));
}

TEST(SourcePlanTest, NumbersAreLimitedOnBothSides) {
  struct Limit {
    std::string option;
    int64_t min, max;
  };
  for (const Limit& limit :
       {Limit{"num_consumers", 1, 1024}, Limit{"batch", 1, 1'000'000},
        Limit{"batch_timeout", 1, 86'400'000}}) {
    const auto with = [&](int64_t value) {
      return Plan(base::Cat("CREATE SOURCE k ", limit.option, "='", value, "'"),
                  BrokerOptions::kOptional)
          .status();
    };
    EXPECT_TRUE(with(limit.min).ok());
    EXPECT_TRUE(with(limit.min + 1).ok());
    EXPECT_TRUE(with(limit.max).ok());
    for (const int64_t value :
         {limit.min - 1, limit.max + 1, INT64_MAX, INT64_MIN, int64_t{-1}}) {
      EXPECT_EQ(with(value).message(),
                base::ToAbsl(base::Cat(
                    "Option ", limit.option, " must be a whole number from ",
                    limit.min, " to ", limit.max, ": '", value,
                    "' [at 1:", 18 + limit.option.size(), "]")));
    }
  }
}

TEST(SourcePlanTest, ErrorsDoNotShowSecrets) {
  const auto plan = Plan(
      "CREATE SOURCE k type=kafka broker_list='b' topic_list='t' "
      "sasl.password='planted' sasl.password='planted'");
  EXPECT_EQ(plan.status().message(),
            "Option is given twice: 'sasl.password' [at 1:83]");
}

// Issue 11, 18.
TEST(SourcePlanTest, GroupsAreLimited) {
  const auto plan = [](size_t bytes) {
    return Plan(
        "CREATE SOURCE k type='kafka' broker_list='b:1' topic_list='t' "
        "consumer_group='" +
        std::string(bytes, 'g') + "'");
  };
  EXPECT_TRUE(plan(255).ok());
  const std::string error(plan(256).status().message());
  EXPECT_TRUE(error.starts_with("Option consumer_group has 256 bytes, write a "
                                "name of at most 255: 'ggg"))
      << error;
}

}  // namespace
}  // namespace rowfall::plan
