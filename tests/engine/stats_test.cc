// SPDX-License-Identifier: Apache-2.0
// Tests of the figures in Prometheus' text format.
#include "rowfall/stats.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PrometheusTextTest, WritesEachFamilyOnceWithALineAView) {
  ViewStatus a;
  a.name = "a";
  a.state = ViewState::kRunning;
  a.rows_written = 7;
  a.write_time = absl::Milliseconds(1500);
  a.partitions.push_back({.partition = {"my-data", 3}, .committed = 42});
  ViewStatus b;
  b.name = "say \"b\"\\\n";
  const std::string text = PrometheusText({a, b});
  EXPECT_THAT(text,
              HasSubstr("# TYPE rowfall_state gauge\n"
                        "rowfall_state{view=\"a\"} 2\n"
                        "rowfall_state{view=\"say \\\"b\\\"\\\\\\n\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE rowfall_rows_written_total counter\n"
                              "rowfall_rows_written_total{view=\"a\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("rowfall_step_seconds_total{view=\"a\","
                              "step=\"write\"} 1.5\n"));
  EXPECT_THAT(text,
              HasSubstr("rowfall_committed_offset{view=\"a\",topic=\"my-data\","
                        "partition=\"3\"} 42\n"));
  // The lag of the partition is unknown: no line claims that it is 0.
  EXPECT_THAT(text, Not(HasSubstr("rowfall_lag_messages{")));
}

TEST(PrometheusTextTest, TellsErrorsByFatePartitionAndColumn) {
  ViewStatus view;
  view.name = "v";
  view.nulled = 2;
  view.errors.push_back({.fate = ErrorFate::kDeadLettered,
                         .partition = {"my-data", 3},
                         .count = 4,
                         .first_offset = 17,
                         .last_offset = 99,
                         .example = "Not told"});
  view.column_errors.push_back({.column = "a\"b", .rejected = 4, .nulled = 2});
  const std::string text = PrometheusText({view});
  const std::string labels =
      "{view=\"v\",fate=\"dead_lettered\",topic=\"my-data\",partition=\"3\"} ";
  EXPECT_THAT(text, HasSubstr("rowfall_nulled_total{view=\"v\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE rowfall_errors_total counter\n"
                              "rowfall_errors_total" +
                              labels + "4\n"));
  EXPECT_THAT(text, HasSubstr("rowfall_errors_first_offset" + labels + "17\n"));
  EXPECT_THAT(text, HasSubstr("rowfall_errors_last_offset" + labels + "99\n"));
  EXPECT_THAT(text, HasSubstr("rowfall_column_errors_total{view=\"v\","
                              "column=\"a\\\"b\",fate=\"rejected\"} 4\n"
                              "rowfall_column_errors_total{view=\"v\","
                              "column=\"a\\\"b\",fate=\"nulled\"} 2\n"));
}

TEST(PrometheusTextTest, LargeCountsAreExact) {
  ViewStatus view;
  view.name = "v";
  view.messages = 123456789012;
  EXPECT_THAT(PrometheusText({view}),
              HasSubstr("rowfall_messages_total{view=\"v\"} 123456789012\n"));
}

}  // namespace
}  // namespace rowfall
