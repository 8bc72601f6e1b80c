// SPDX-License-Identifier: Apache-2.0
// Shows that the oracle sees: an engine that makes a mistake is caught.
#include <cstdint>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/mistake.h"
#include "base/reached.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sim/simulation.h"

namespace rowfall::base {
namespace {
// The mistake that is made now; one thread runs all.
const char* mistake = "";
// How often each state was reached.
std::map<std::string, int, std::less<>> reached;
}  // namespace

bool MakesMistake(std::string_view name) { return name == mistake; }
void Reached(std::string_view name) {
  const auto found = reached.find(name);
  if (found != reached.end()) {
    ++found->second;
  } else {
    reached.emplace(name, 1);
  }
}
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
        "reject_when_a_function_is_unavailable", "compare_across_isolations",
        "forget_isolation", "take_what_is_hidden_for_nothing"),
    [](const auto& mistake) { return std::string(mistake.param); });

// What the seeds of every run get into, as src marks it with ROWFALL_REACHED.
// A state that no seed reaches is printed: the schedule has to change.
constexpr const char* kStates[] = {
    "a_commit_fails_for_good",
    "a_commit_is_never_answered",
    "a_conflict_behind_which_messages_came",
    "a_conflict_of_a_change_of_positions",
    "a_gap_before_the_last_change_was_stored",
    "a_gap_with_a_commit_in_flight",
    "a_group_before_its_table",
    "a_log_that_goes_on_behind_its_end",
    "a_settled_message_that_is_hidden",
    "a_table_before_its_group",
    "an_end_that_was_found_before_a_conflict",
    "answered_after_a_newer_commit",
    "assigned_with_a_batch_to_be_tried_again",
    "assigned_with_half_a_batch",
    "committed_all_but_some",
    "cut_where_some_rows_were_written",
    "lost_with_work_that_is_not_committed",
    "messages_of_an_assignment_that_is_gone",
    "messages_that_were_hidden",
    "out_of_range_of_an_unknown_log",
    "out_of_range_with_a_log_in_doubt",
    "recovered_with_a_consumer_that_is_paused",
    "revoked_before_the_assignment_was_answered",
    "revoked_while_paused",
    "revoked_with_a_batch_to_be_tried_again",
    "revoked_with_a_change_of_positions",
    "revoked_with_a_commit_in_flight",
    "revoked_with_a_failed_commit",
    "revoked_with_a_gap_to_cross",
    "revoked_with_a_log_in_doubt",
    "revoked_with_half_a_batch",
    "revoked_with_half_a_batch_and_a_commit_in_flight",
    "stopped_before_the_assignment_was_answered",
    "stopped_in_the_middle_of_a_batch",
    "stopped_with_a_batch_to_be_tried_again",
    "stopped_with_a_commit_in_flight",
    "stopped_with_a_gap_to_cross",
    "stopped_with_a_log_in_doubt",
    "stopped_with_half_a_batch",
    "too_many_errors_by_refused_rows"};

TEST(ReachedTest, EveryStateIsReachedBySomeSeed) {
  base::mistake = "";
  base::reached.clear();
  std::map<std::string, int> seeds;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    base::reached.clear();
    ASSERT_TRUE(Simulate(seed).ok()) << seed;
    for (const auto& [state, count] : base::reached) ++seeds[state];
  }
  for (const auto& [state, count] : seeds) {
    std::cout << state << ": " << count << " seeds of " << kSeeds << "\n";
  }
  for (const char* state : kStates) {
    EXPECT_EQ(seeds.count(state), 1u) << "No seed reaches " << state;
  }
  EXPECT_EQ(seeds.size(), std::size(kStates)) << "A state is not in the list";
}

TEST(NoMistakeTest, IsCaughtWhereNoneIsMade) {
  base::mistake = "";
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_TRUE(Simulate(seed).ok()) << seed;
  }
}

}  // namespace
}  // namespace rowfall::tests
