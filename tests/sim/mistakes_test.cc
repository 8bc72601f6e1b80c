// SPDX-License-Identifier: Apache-2.0
// Shows that the oracle sees: an engine that makes a mistake is caught.
#include <cstdint>
#include <string>

#include "base/mistake.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/simulation.h"

namespace rowfall::base {
namespace {
// The mistake that is made now; one thread runs all.
const char* mistake = "";
}  // namespace

bool MakesMistake(std::string_view name) { return name == mistake; }
}  // namespace rowfall::base

namespace rowfall::tests {
namespace {

constexpr uint64_t kSeeds = 500;

class MistakesTest : public ::testing::TestWithParam<const char*> {
 protected:
  ~MistakesTest() override { base::mistake = ""; }
};

TEST_P(MistakesTest, AreCaught) {
  base::mistake = GetParam();
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SimOutcome outcome = Simulate(seed);
    if (outcome.ok()) continue;
    std::cout << "Seed " << seed << ": " << outcome.problems[0] << "\n";
    return;
  }
  FAIL() << "No seed up to " << kSeeds << " shows the mistake " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All, MistakesTest,
    ::testing::Values(
        "accept_foreign_messages", "age_of_the_newest_message",
        "check_the_first_tail_only", "commit_before_write",
        "commit_last_partition_only", "commit_positions", "commit_no_marks",
        "commit_what_was_given_back", "commit_what_was_lost",
        "commit_where_in_doubt", "compare_no_marks", "count_ends_of_other_logs",
        "drop_on_retry", "forget_as_the_group", "forget_refused_rows",
        "prefer_own_commits", "ignore_results_of_partitions",
        "doubt_by_the_last_mark_only", "doubt_one_partition_only",
        "ignore_stored_positions", "forget_window_of_errors",
        "tell_no_repetition", "number_refused_rows_by_batch", "go_on_over_gaps",
        "report_no_gap", "leave_gaps_to_the_end",
        "read_new_partitions_from_the_end", "count_partitions_anew",
        "keep_marks_over_gaps", "keep_work_over_assignments",
        "let_offsets_expire", "lose_half_of_a_batch",
        "mark_the_message_before", "move_no_positions", "never_resume",
        "settle_before_dead_letter", "name_groups_by_order", "settle_on_retry",
        "settle_only_what_gave_rows", "stop_behind_the_bad_message",
        "take_any_answer", "take_short_logs_as_read",
        "reject_when_a_function_is_unavailable"),
    [](const auto& mistake) { return std::string(mistake.param); });

TEST(NoMistakeTest, IsCaughtWhereNoneIsMade) {
  base::mistake = "";
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_TRUE(Simulate(seed).ok()) << seed;
  }
}

}  // namespace
}  // namespace rowfall::tests
