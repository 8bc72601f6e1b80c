// SPDX-License-Identifier: Apache-2.0
// Functions of the host in trouble: no message is given up for it.
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kView[] = "CREATE MV v TO t AS SELECT id, f(id) AS x FROM s";

class HostFunctionsTest : public ::testing::Test {
 protected:
  using Body = std::function<absl::StatusOr<Value>(const Value&)>;

  HostFunctionsTest() {
    table_ = tables_->Add("t", Schema({{.name = "id", .type = Type::kBigint},
                                       {.name = "x", .type = Type::kBigint}}));
    broker_.CreateTopic("t", 1);
    broker_.SetPollWaits(false);
    auto functions = std::make_shared<FunctionRegistry>();
    (void)functions->Register(
        {.name = "f",
         .min_arguments = 1,
         .max_arguments = 1,
         .result_type = [](std::span<const Type>) { return Type::kBigint; },
         .evaluate =
             [this](std::span<const Value> values) {
               return body_(values[0]);
             }});
    options_.functions = functions;
    options_.tables = faulty_;
    options_.catalog = std::make_shared<MemoryCatalog>();
    options_.rejects = rejects_;
    options_.source_factory = broker_.Factory();
    options_.clock = &clock_;
    options_.random_seed = 5;
    options_.threading = Threading::kHostThreads;
  }

  void Open() {
    engine_ = nullptr;
    auto engine = Engine::Open(options_);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }
  absl::Status Execute(std::string_view sql) {
    return engine_->Execute(sql).status();
  }
  void OpenWithView(std::string_view on_error) {
    Open();
    ASSERT_TRUE(Execute("CREATE SOURCE s (id bigint) type='kafka' "
                        "broker_list='b:1' topic_list='t' batch=8 "
                        "batch_timeout=20 on_error='" +
                        std::string(on_error) + "'")
                    .ok());
    ASSERT_TRUE(Execute(kView).ok());
  }
  void Produce(int count) {
    for (int i = 0; i < count; ++i) {
      broker_.Produce("t", 0, "{\"id\": " + std::to_string(i) + "}");
    }
  }
  ViewStatus Status() { return engine_->Status().at(0); }
  bool Reach(const std::function<bool()>& condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) {
      (void)engine_->RunOnce("v", 0, absl::ZeroDuration());
      clock_.Advance(absl::Milliseconds(10));
    }
    return condition();
  }
  bool Reach(ViewState state) {
    return Reach([this, state] { return Status().state == state; });
  }

  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_ =
      std::make_shared<testing::RecordingTables>();
  std::shared_ptr<testing::FaultyTables> faulty_ =
      std::make_shared<testing::FaultyTables>(tables_);
  std::shared_ptr<testing::RecordingRejectHandler> rejects_ =
      std::make_shared<testing::RecordingRejectHandler>();
  std::shared_ptr<testing::RecordingTable> table_;
  Body body_ = [](const Value& value) { return value; };
  EngineOptions options_;
  std::unique_ptr<Engine> engine_;
};

// Issue 11: it was skipped, or handed over as a bad message.
TEST_F(HostFunctionsTest, AnUnavailableOneHoldsItsBatch) {
  for (const char* on_error : {"skip", "dead_letter", "stop", "null"}) {
    SCOPED_TRACE(on_error);
    body_ = [](const Value& value) -> absl::StatusOr<Value> {
      if (std::get<int64_t>(value) < 3) return value;
      return absl::UnavailableError("No answer");
    };
    OpenWithView(on_error);
    const size_t before = table_->rows().size();
    Produce(8);
    ASSERT_TRUE(Reach(ViewState::kBackoff));
    EXPECT_EQ(Status().reason, "Function f: No answer");
    EXPECT_EQ(Status().rejected, 0u);
    EXPECT_EQ(table_->rows().size(), before);
    body_ = [](const Value& value) { return value; };
    EXPECT_TRUE(Reach([&] { return table_->rows().size() == before + 8; }));
    EXPECT_TRUE(Reach(ViewState::kRunning));
    EXPECT_EQ(Status().rejected, 0u);
    EXPECT_EQ(Status().nulled, 0u);
    EXPECT_THAT(rejects_->rejects(), IsEmpty());
    EXPECT_TRUE(Reach([this] { return broker_.IsCaughtUp("manticore.v"); }));
    ASSERT_TRUE(Execute("DROP SOURCE s").ok());
    ASSERT_TRUE(Execute("DROP MV v").ok());
  }
}

TEST_F(HostFunctionsTest, WantOfMemoryMakesSmallerParts) {
  int calls = 0;
  body_ = [&calls](const Value& value) -> absl::StatusOr<Value> {
    if (++calls > 3 && calls < 6) throw std::bad_alloc();
    return value;
  };
  OpenWithView("skip");
  Produce(8);
  EXPECT_TRUE(Reach([&] { return table_->rows().size() == 8; }));
  EXPECT_EQ(Status().rejected, 0u);
  EXPECT_GT(Status().batches, 1u);
}

TEST_F(HostFunctionsTest, WhatItSaysOfARowRejectsIt) {
  body_ = [](const Value& value) -> absl::StatusOr<Value> {
    if (value == Value(int64_t{3})) return absl::OutOfRangeError("Too much");
    if (value == Value(int64_t{4})) throw std::runtime_error("boom");
    return value;
  };
  OpenWithView("dead_letter");
  Produce(8);
  EXPECT_TRUE(Reach([&] { return table_->rows().size() == 6; }));
  const auto rejects = rejects_->rejects();
  ASSERT_EQ(rejects.size(), 2u);
  EXPECT_EQ(rejects[0].reason, "Too much");
  EXPECT_EQ(rejects[1].reason, "Function f threw an exception: 'boom'");
}

TEST_F(HostFunctionsTest, TroubleWhilePlanningIsTheStatements) {
  OpenWithView("skip");
  constexpr char kConstant[] =
      "CREATE MV w TO t AS SELECT id, f(7) AS x FROM s";
  body_ = [](const Value&) -> absl::StatusOr<Value> {
    return absl::UnavailableError("No answer");
  };
  const absl::Status failed = Execute(kConstant);
  EXPECT_EQ(failed.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(failed.message()),
              StartsWith("Function f: No answer [at 1:"));
  body_ = [](const Value&) -> absl::StatusOr<Value> { throw std::bad_alloc(); };
  EXPECT_EQ(Execute(kConstant).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(engine_->Status().size(), 1u);
  body_ = [](const Value& value) { return value; };
  EXPECT_EQ(Execute(kConstant), absl::OkStatus());
}

TEST_F(HostFunctionsTest, AViewWaitsForAFunctionThatIsUnavailableAtOpen) {
  OpenWithView("skip");
  ASSERT_TRUE(Execute("DROP MV v").ok());
  ASSERT_TRUE(Execute("CREATE MV v TO t AS SELECT id, f(7) AS x FROM s").ok());
  body_ = [](const Value&) -> absl::StatusOr<Value> {
    return absl::UnavailableError("No answer");
  };
  Open();
  EXPECT_EQ(Status().state, ViewState::kBackoff);
  EXPECT_THAT(Status().reason, HasSubstr("Function f: No answer"));
  body_ = [](const Value& value) { return value; };
  EXPECT_TRUE(Reach(ViewState::kRunning));
}

// Issue 11, 13: it backed off in a worker and failed for good here.
TEST_F(HostFunctionsTest, WhatMayPassInAWorkerMayPassAtOpen) {
  OpenWithView("skip");
  const absl::Status all[] = {
      absl::UnavailableError("a"), absl::DeadlineExceededError("b"),
      absl::ResourceExhaustedError("c"), absl::AbortedError("d"),
      absl::CancelledError("e")};
  for (const absl::Status& status : all) {
    faulty_->FailOpen(status);
    Open();
    EXPECT_EQ(Status().state, ViewState::kBackoff) << status;
    EXPECT_TRUE(Reach(ViewState::kRunning)) << status;
  }
}

}  // namespace
}  // namespace rowfall
