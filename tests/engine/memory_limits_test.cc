// SPDX-License-Identifier: Apache-2.0
// What is made of messages, and what a statement computes, has limits.
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/memory_budget.h"
#include "engine/pipeline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "plan/source_plan.h"
#include "rowfall/materialized_view.h"
#include "sql/parser.h"

// There in builds with a sanitizer, whose malloc it counts.
extern "C" __attribute__((weak)) size_t
__sanitizer_get_current_allocated_bytes();

namespace rowfall::engine {
namespace {

using testing::HasSubstr;

constexpr size_t kMiB = size_t{1} << 20;

std::shared_ptr<const plan::ViewPlan> PlanOf(const std::string& columns,
                                             const std::string& select) {
  const auto source = plan::PlanSource(
      std::get<sql::CreateSource>(*sql::ParseStatement(
          "CREATE SOURCE kafka (" + columns + ") type='kafka'")),
      plan::BrokerOptions::kOptional);
  EXPECT_TRUE(source.ok()) << source.status();
  plan::ViewBinding binding;
  binding.source = &source->schema;
  binding.source_name = "kafka";
  auto view = plan::PlanView(*sql::ParseSelect(select), binding);
  EXPECT_TRUE(view.ok()) << view.status();
  return *view;
}

std::unique_ptr<Pipeline> MakePipeline(
    const std::shared_ptr<const plan::ViewPlan>& plan, size_t memory,
    size_t value = 64 * kMiB) {
  PipelineLimits limits;
  limits.map.max_value_bytes = value;
  limits.max_batch_memory_bytes = memory;
  return *Pipeline::Make(plan, limits, Clock::Real());
}

MessageBatch Messages(const std::vector<std::string>& payloads) {
  MessageBatch messages;
  for (const std::string& payload : payloads) {
    Message message;
    message.topic = "t";
    message.offset = static_cast<int64_t>(messages.size());
    message.payload = payload;
    messages.Append(message);
  }
  return messages;
}

Processed Process(Pipeline& pipeline, const std::vector<std::string>& payloads,
                  size_t begin = 0) {
  const MessageBatch messages = Messages(payloads);
  auto processed = pipeline.Process(messages, begin, messages.size(),
                                    absl::FromUnixSeconds(0));
  EXPECT_TRUE(processed.ok()) << processed.status();
  return *std::move(processed);
}

std::string Repeated(std::string_view text, size_t times) {
  std::string all;
  all.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

// Returns how much larger the process was at its largest, in a child of its
// own that does `work`; 0 under sanitizers, whose memory is another one.
size_t PeakBytes(const std::function<void()>& work) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  work();
  return 0;
#endif
  const auto peak = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<size_t>(usage.ru_maxrss) * 1024;
  };
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const size_t before = peak();
    work();
    const size_t grown = peak() - before;
    const bool sent = write(ends[1], &grown, sizeof(grown)) == sizeof(grown);
    _exit(sent && !testing::Test::HasFailure() ? 0 : 1);
  }
  size_t grown = 0;
  EXPECT_EQ(read(ends[0], &grown, sizeof(grown)), ssize_t{sizeof(grown)});
  int state = 0;
  waitpid(child, &state, 0);
  EXPECT_EQ(state, 0);
  close(ends[0]);
  close(ends[1]);
  return grown;
}

size_t BytesInUse() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

std::string ManyColumns(size_t count) {
  std::string columns = "id bigint";
  for (size_t i = 1; i < count; ++i) {
    columns += ", c" + std::to_string(i) + " text";
  }
  return columns;
}

TEST(MemoryLimitsTest, AMillionEmptyObjectsAreEvaluatedInParts) {
  const auto plan =
      PlanOf(ManyColumns(100), "SELECT * FROM kafka WHERE id > 0");
  const std::vector<std::string> payloads = {Repeated("{}", 1'000'000)};
  const size_t peak = PeakBytes([&] {
    const auto pipeline = MakePipeline(plan, 64 * kMiB);
    const Processed processed = Process(*pipeline, payloads);
    EXPECT_EQ(processed.rows_in, 1'000'000u);
    EXPECT_EQ(processed.rows.num_rows(), 0u);
    EXPECT_TRUE(processed.rejected.empty());
  });
  EXPECT_LT(peak, 150 * kMiB);
}

// What goes in parts gives what the whole gives: rows, numbers of rows,
// reasons, and nothing of a message that is broken at its end.
TEST(MemoryLimitsTest, PartsGiveWhatTheWholeGives) {
  std::string message = "[";
  for (int i = 0; i < 100'000; ++i) {
    const std::string id = i % 1000 == 7 ? "\"x\"" : std::to_string(i % 100);
    message += (i == 0 ? "" : ",");
    message += R"({"id": )" + id + R"(, "c1": "text )" + std::to_string(i) +
               R"("})";
  }
  const auto plan = PlanOf(
      ManyColumns(3), "SELECT id, c1, BIGINT(c1) AS n FROM kafka WHERE id > 95 "
                      "AND IF(id = 99, BIGINT(c1), 1) = 1");
  for (const char* end : {"]", "", "] {"}) {
    const auto whole = MakePipeline(plan, 512 * kMiB);
    const auto parts = MakePipeline(plan, 4 * kMiB);
    const Processed expected = Process(*whole, {"{}", message + end}, 1);
    const Processed processed = Process(*parts, {"{}", message + end}, 1);
    EXPECT_EQ(processed.rows, expected.rows);
    EXPECT_TRUE(std::ranges::equal(processed.rows.origins(),
                                   expected.rows.origins()));
    EXPECT_EQ(processed.rejected, expected.rejected);
    EXPECT_GT(processed.rejected.size(), 0u);
    EXPECT_EQ(processed.rows_in, expected.rows_in);
    EXPECT_EQ(processed.rows_failed, expected.rows_failed);
  }
}

TEST(MemoryLimitsTest, ReplacedValuesOfPartsHaveTheirNumbers) {
  const std::string message = Repeated(R"({"id": 1, "c1": "7"})", 90'000) +
                              R"({"id": 2, "c1": "x"})";
  plan::ViewPlan view = *PlanOf(
      ManyColumns(2), "SELECT id, BIGINT(c1) AS n FROM kafka WHERE id > 0");
  view.replaces_failures = true;
  const auto plan = std::make_shared<const plan::ViewPlan>(std::move(view));
  const auto parts = MakePipeline(plan, 4 * kMiB);
  const Processed processed = Process(*parts, {message});
  EXPECT_EQ(processed.rows.num_rows(), 90'001u);
  EXPECT_TRUE(processed.rejected.empty());
  ASSERT_EQ(processed.replaced.size(), 1u);
  EXPECT_EQ(processed.replaced[0].row_number, 90'000);
}

TEST(MemoryLimitsTest, AMessageBeyondTheLimitIsRejected) {
  const std::vector<std::string> payloads = {"{}", Repeated("{}", 1'000'000)};
  for (const char* select :
       {"SELECT id, COUNT(*) AS n FROM kafka GROUP BY id",
        "SELECT DISTINCT * FROM kafka", "SELECT * FROM kafka ORDER BY id",
        "SELECT * FROM kafka"}) {
    const auto plan = PlanOf(ManyColumns(100), select);
    const size_t peak = PeakBytes([&] {
      const auto pipeline =
          MakePipeline(plan, plan->grouped ? 16 * kMiB : 64 * kMiB);
      const Processed processed = Process(*pipeline, payloads, 1);
      EXPECT_EQ(processed.rows.num_rows(), 0u);
      ASSERT_EQ(processed.rejected.size(), 1u);
      EXPECT_EQ(processed.rejected[0].message, 1u);
      EXPECT_THAT(
          processed.rejected[0].reason,
          HasSubstr("Rows of the message take more than max_batch_memory_bytes"));
      // What was before, and what comes then, makes no difference.
      EXPECT_EQ(Process(*pipeline, {R"({"id": 1})"}).rows.num_rows(), 1u);
    });
    EXPECT_LT(peak, 150 * kMiB) << select;
  }
}

TEST(MemoryLimitsTest, SeveralMessagesAreForTheCallerToPart) {
  const auto plan = PlanOf(ManyColumns(100), "SELECT * FROM kafka");
  const auto pipeline = MakePipeline(plan, 8 * kMiB);
  const MessageBatch messages =
      Messages({Repeated("{}", 10'000), Repeated("{}", 10'000)});
  EXPECT_THROW((void)pipeline->Process(messages, 0, 2, absl::UnixEpoch()),
               data::OverBudget);
}

TEST(MemoryLimitsTest, TooManyErrorsCountAsWell) {
  const auto plan = PlanOf("id bigint", "SELECT SUM(id) AS n FROM kafka");
  const auto pipeline = MakePipeline(plan, 16 * kMiB);
  const Processed processed =
      Process(*pipeline, {Repeated(R"({"id": "x"})", 200'000)});
  ASSERT_EQ(processed.rejected.size(), 1u);
  EXPECT_EQ(processed.rejected[0].stage, RejectStage::kEvaluate);
}

// A function's value, and a message's, at the limit and one beyond.
TEST(MemoryLimitsTest, ValuesBeyondTheLimitRejectTheirRows) {
  const auto concat =
      PlanOf("a text", "SELECT CONCAT(a, a, 'x') AS b FROM kafka");
  const auto pipeline = MakePipeline(concat, 64 * kMiB, 1001);
  const Processed processed = Process(
      *pipeline,
      {R"({"a": ")" + std::string(500, 'a') + R"("}{"a": ")" +
       std::string(501, 'a') + R"("}{"a": "b"})"});
  EXPECT_EQ(processed.rows.num_rows(), 2u);
  ASSERT_EQ(processed.rejected.size(), 1u);
  EXPECT_EQ(processed.rejected[0].row_number, 1);
  EXPECT_EQ(processed.rejected[0].column, "b");
  EXPECT_EQ(processed.rejected[0].reason,
            "Value is larger than max_value_bytes, 1001");
}

TEST(MemoryLimitsTest, ValuesOfMessagesHaveTheLimitToo) {
  const auto plan = PlanOf("m multi64, j json", "SELECT m, j FROM kafka");
  const auto pipeline = MakePipeline(plan, 64 * kMiB, 24);
  const Processed processed = Process(
      *pipeline, {R"({"m": [1,2,3]})" R"({"m": [1,2,3,4]})"
                  R"({"j": [1,2,3,4,5,6,7,8,9,1,2]})"
                  R"({"j": [1,2,3,4,5,6,7,8,9,1,2,3]})"});
  EXPECT_EQ(processed.rows.num_rows(), 2u);
  ASSERT_EQ(processed.rejected.size(), 2u);
  EXPECT_EQ(processed.rejected[0].stage, RejectStage::kType);
  EXPECT_EQ(processed.rejected[0].row_number, 1);
  EXPECT_EQ(processed.rejected[0].column, "m");
  EXPECT_EQ(processed.rejected[0].reason,
            "Value is larger than max_value_bytes, 24");
  EXPECT_EQ(processed.rejected[1].row_number, 3);
  EXPECT_EQ(processed.rejected[1].column, "j");
}

// Each value in its limits, all of them together not: 1 MB becomes 60 GB.
TEST(MemoryLimitsTest, LongTextsOfManyRowsAreBounded) {
  std::string calls = "a";
  for (int i = 0; i < 60; ++i) calls += ", a";
  const auto plan =
      PlanOf("a text", "SELECT CONCAT(" + calls + ") AS b FROM kafka");
  const std::string row = R"({"a": ")" + std::string(1'000'000, 'a') + "\"}";
  const size_t peak = PeakBytes([&] {
    const auto pipeline = MakePipeline(plan, 256 * kMiB);
    const Processed processed = Process(*pipeline, {Repeated(row, 20)});
    EXPECT_EQ(processed.rejected.size(), 1u);
  });
  EXPECT_LT(peak, 400 * kMiB);
}

TEST(MemoryLimitsTest, MemoryIsGivenBack) {
  const auto plan = PlanOf(ManyColumns(100), "SELECT * FROM kafka");
  const auto pipeline = MakePipeline(plan, 512 * kMiB);
  const size_t before = BytesInUse();
  EXPECT_EQ(Process(*pipeline, {Repeated("{}", 400'000)}).rows_in, 400'000u);
  EXPECT_LT(BytesInUse(), before + 8 * kMiB);
}

// --- Statements --------------------------------------------------------------

// Each alias is the one before twice: 2^40 bytes, if it were computed.
TEST(MemoryLimitsTest, WhatIsConstantIsBounded) {
  std::string select = "SELECT 'abcdefgh' AS a0";
  for (int i = 1; i < 40; ++i) {
    const std::string before = "a" + std::to_string(i - 1);
    select += ", CONCAT(" + before + ", " + before + ") AS a" +
              std::to_string(i);
  }
  const size_t peak = PeakBytes([&] {
    const auto view =
        MaterializedView::Compile(select + " FROM kafka", Schema());
    EXPECT_EQ(view.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(view.status().message()),
                HasSubstr("Calls of constants take and give more than 16777216 "
                          "bytes [at 1:"));
  });
  EXPECT_LT(peak, 150 * kMiB);
}

TEST(MemoryLimitsTest, WorkOnConstantsIsBounded) {
  const std::string text = "'" + std::string(60'000, 'a') + "'";
  std::string select = "SELECT " + text + " AS a";
  for (int i = 0; i < 900; ++i) {
    select += ", CHAR_LENGTH(a) + " + std::to_string(i) + " AS c" +
              std::to_string(i);
  }
  const auto compile = [&](const std::string& items) {
    return MaterializedView::Compile(items + " FROM kafka", Schema()).status();
  };
  EXPECT_THAT(std::string(compile(select).message()),
              HasSubstr("Calls of constants take and give"));
  EXPECT_TRUE(compile("SELECT CHAR_LENGTH(" + text + ") AS n").ok());
}

}  // namespace
}  // namespace rowfall::engine
