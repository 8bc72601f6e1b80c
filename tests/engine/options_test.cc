// SPDX-License-Identifier: Apache-2.0
// Tests of what EngineOptions may be.
#include "rowfall/options.h"

#include <functional>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/engine.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;

absl::Status OpenWith(const std::function<void(EngineOptions&)>& change) {
  EngineOptions options;
  options.tables = std::make_shared<testing::RecordingTables>();
  change(options);
  return Engine::Open(std::move(options)).status();
}

TEST(EngineOptionsTest, DefaultsNeedOnlyTables) {
  EXPECT_TRUE(OpenWith([](EngineOptions&) {}).ok());
  const absl::Status status =
      OpenWith([](EngineOptions& options) { options.tables = nullptr; });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "EngineOptions::tables is required");
}

TEST(EngineOptionsTest, LimitsMustBePositiveAndBounded) {
  const std::function<void(EngineOptions&)> changes[] = {
      [](EngineOptions& o) { o.max_batch_bytes = 0; },
      [](EngineOptions& o) { o.max_message_bytes = 0; },
      [](EngineOptions& o) { o.max_prefetch_bytes = 0; },
      [](EngineOptions& o) { o.max_statement_bytes = 0; },
      [](EngineOptions& o) { o.max_value_bytes = 0; },
      [](EngineOptions& o) { o.max_value_bytes = (1u << 30) + 1; },
      [](EngineOptions& o) { o.max_batch_memory_bytes = 0; },
      [](EngineOptions& o) { o.max_batch_bytes = (1u << 30) + 1; },
      [](EngineOptions& o) { o.max_consumers = 0; },
      [](EngineOptions& o) { o.commit_interval = -absl::Seconds(1); },
      [](EngineOptions& o) { o.commit_timeout = absl::ZeroDuration(); },
      [](EngineOptions& o) { o.retry_initial = absl::ZeroDuration(); },
      [](EngineOptions& o) { o.retry_max = absl::Milliseconds(1); },
      [](EngineOptions& o) { o.suspend_timeout = absl::ZeroDuration(); }};
  for (const auto& change : changes) {
    EXPECT_EQ(OpenWith(change).code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(EngineOptionsTest, PropertiesThatBreakThePromiseAreRefused) {
  for (const char* key : {"enable.auto.commit", "enable.auto.offset.store",
                          "auto.offset.reset"}) {
    const absl::Status status = OpenWith([key](EngineOptions& options) {
      options.kafka_properties[key] = "true";
    });
    EXPECT_FALSE(status.ok()) << key;
    EXPECT_THAT(std::string(status.message()), HasSubstr(key));
  }
  EXPECT_TRUE(OpenWith([](EngineOptions& options) {
                options.kafka_properties["client.id"] = "host";
              }).ok());
}

TEST(EngineOptionsTest, LongStatementsAreRefused) {
  EngineOptions options;
  options.tables = std::make_shared<testing::RecordingTables>();
  options.max_statement_bytes = 12;
  auto engine = Engine::Open(std::move(options));
  ASSERT_TRUE(engine.ok());
  EXPECT_TRUE((*engine)->Execute("SHOW SOURCES").ok());
  const absl::Status status = (*engine)->Execute("SHOW SOURCES ").status();
  EXPECT_EQ(status.message(), "Statement is longer than 12 bytes: 13");
}

}  // namespace
}  // namespace rowfall
