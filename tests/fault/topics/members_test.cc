// SPDX-License-Identifier: Apache-2.0
// Members that come, go, stand still and are taken for dead.
#include <sys/resource.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"

namespace rowfall {
namespace {

using ::testing::HasSubstr;

absl::Duration CpuTime() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

class Members : public GroupTest {
 protected:
  // A member that has two seconds for a batch.
  std::unique_ptr<Member> JoinInAHurry() {
    return std::make_unique<Member>(
        MemberOptions(),
        CreateSource("kafka", topic_,
                     "batch=50 batch_timeout=100 max.poll.interval.ms='2000' "
                     "session.timeout.ms='2000' heartbeat.interval.ms='200'"),
        View());
  }

  // Each id is there; more than once only if there was reason to.
  void ExpectAllIds(int64_t produced) {
    const std::vector<int64_t> ids = Ids();
    const std::set<int64_t> distinct(ids.begin(), ids.end());
    EXPECT_EQ(static_cast<int64_t>(distinct.size()), produced);
    EXPECT_EQ(*distinct.begin(), 1);
    EXPECT_EQ(*distinct.rbegin(), produced);
    if (oracle().num_excuses() == 0) {
      EXPECT_EQ(oracle().num_rows(), produced);
    }
  }
};

// C1, C9, C11.
TEST_F(Members, ComeAndGoWithoutLoss) {
  topic_ = cluster_.CreateTopic("members", 11);
  AddGlossary({.replaces_by_id = true});
  const int64_t produced = ComeAndGo([this] { return MemberOptions(); });
  const auto last = Join();
  EXPECT_TRUE(WaitForRows(static_cast<size_t>(produced)));
  EXPECT_TRUE(AllCommitted());
  ExpectAllIds(produced);
}

// C2: what fills is given back, and comes to whoever owns it then.
TEST_F(Members, RevokedWithAHalfFilledBatch) {
  topic_ = cluster_.CreateTopic("members", 4);
  AddGlossary();
  const std::string never = "batch=1000 batch_timeout=3000";
  const auto first = Join(never);
  ASSERT_TRUE(first->Owns(4));
  ProduceIds(topic_, 4, 1, 200);
  ASSERT_TRUE(Eventually([&] { return first->status().messages == 200; }));
  const auto second = Join(never);
  ASSERT_TRUE(second->Owns(2));
  EXPECT_EQ(table_->num_rows(), 0u);
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 200));
  EXPECT_EQ(oracle().num_excuses(), 0);
}

// C3: the group waits for a write that ends soon, and what it wrote is
// committed before the partitions go.
TEST_F(Members, RevokedWhileTheTableWrites) {
  topic_ = cluster_.CreateTopic("members", 4);
  AddGlossary();
  ProduceIds(topic_, 4, 1, 200);
  faulty_->Block();
  const auto first = Join("batch=50");
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  const auto second = Join("batch=50");
  absl::SleepFor(absl::Milliseconds(600));
  EXPECT_TRUE(second->status().partitions.empty());
  faulty_->Release();
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(second->Owns(2));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 200));
  EXPECT_EQ(oracle().num_excuses(), 0);
}

// C3, C4, C6: the write outlasts what the group waits. Its member gives up what
// it has, and stays; what it wrote meanwhile is not committed by it.
TEST_F(Members, RevokedWhileTheTableWritesForTooLong) {
  topic_ = cluster_.CreateTopic("members", 4);
  AddGlossary();
  oracle().AllowTwoOwners();
  ProduceIds(topic_, 4, 1, 200);
  faulty_->Block();
  const auto first = JoinInAHurry();
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  // Blocked as well: nobody writes until both are let go.
  const auto second = JoinInAHurry();
  EXPECT_TRUE(second->Owns(2));
  faulty_->Release();
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(AllCommitted());
  EXPECT_TRUE(first->Becomes(ViewState::kRunning));
  EXPECT_TRUE(first->Owns(2));
  EXPECT_TRUE(WaitForLog("Partitions were given up while the worker was busy"));
  ProduceIds(topic_, 4, 201, 300);
  EXPECT_TRUE(AllCommitted());
  const std::vector<int64_t> ids = Ids();
  EXPECT_EQ(std::set<int64_t>(ids.begin(), ids.end()).size(), 300u);
  EXPECT_GE(oracle().num_excuses(), 1);
  // The batch that was in flight, nothing else.
  EXPECT_LE(ids.size(), 350u);
}

// C6, issue 11: two members whose table is slower than the interval keep their
// places; only the rebalance costs the batches that were in flight.
TEST_F(Members, ATableSlowerThanTheIntervalGetsOn) {
  topic_ = cluster_.CreateTopic("members", 4);
  AddGlossary();
  oracle().AllowTwoOwners();
  ProduceIds(topic_, 4, 1, 300);
  faulty_->RefuseRows([](const Batch&, size_t row) {
    if (row == 0) absl::SleepFor(absl::Seconds(3));
    return "";
  });
  const auto first = JoinInAHurry();
  ASSERT_TRUE(first->Owns(4));
  const auto second = JoinInAHurry();
  EXPECT_TRUE(AllCommitted());
  EXPECT_TRUE(first->Owns(2));
  EXPECT_TRUE(second->Owns(2));
  const std::vector<int64_t> ids = Ids();
  EXPECT_EQ(std::set<int64_t>(ids.begin(), ids.end()).size(), 300u);
  EXPECT_LE(ids.size(), 400u);
  EXPECT_LE(oracle().num_assignments(), 4);
  EXPECT_TRUE(WaitForLog("longer than max.poll.interval.ms=2000"));
}

// C6: a table that fails, rather than blocks, for longer than the interval
// costs no membership: the worker polls meanwhile.
TEST_F(Members, KeepTheirPartitionsWhileTheTableIsDown) {
  topic_ = cluster_.CreateTopic("members", 4);
  AddGlossary();
  ProduceIds(topic_, 4, 1, 200);
  faulty_->Return(absl::UnavailableError("down"), 100000);
  const auto member = std::make_unique<Member>(
      MemberOptions(),
      CreateSource("kafka", topic_,
                   "batch=50 max.poll.interval.ms='2000' "
                   "session.timeout.ms='2000' "
                   "heartbeat.interval.ms='200'"),
      View());
  ASSERT_TRUE(member->Becomes(ViewState::kBackoff));
  absl::SleepFor(absl::Seconds(5));
  EXPECT_EQ(member->state(), ViewState::kBackoff);
  faulty_->EndFaults();
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 200));
  EXPECT_EQ(oracle().num_assignments(), 1);
  EXPECT_EQ(oracle().num_excuses(), 0);
}

// C16: what was paused for the table's sake delivers again, whoever has it.
TEST_F(Members, PausedPartitionsGoOnAfterARebalance) {
  topic_ = cluster_.CreateTopic("members", 4);
  AddGlossary();
  ProduceIds(topic_, 4, 1, 200);
  faulty_->Return(absl::UnavailableError("down"), 100000);
  const auto first = Join("batch=50");
  // From the fourth failure on it is paused.
  ASSERT_TRUE(Eventually([&] { return first->status().retries > 5; }));
  auto second = Join("batch=50");
  ASSERT_TRUE(second->Owns(2));
  ASSERT_TRUE(Eventually([&] { return second->status().retries > 5; }));
  EXPECT_EQ(second->Stop(), absl::OkStatus());
  second = nullptr;
  ASSERT_TRUE(first->Owns(4));
  faulty_->EndFaults();
  EXPECT_TRUE(WaitForRows(200));
  ProduceIds(topic_, 4, 201, 400);
  EXPECT_TRUE(WaitForRows(400));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 400));
  EXPECT_EQ(first->state(), ViewState::kRunning);
}

// C8: workers without a partition wait, and do so at no cost.
TEST_F(Members, WithoutPartitionsAreIdle) {
  topic_ = cluster_.CreateTopic("members", 2);
  AddGlossary();
  const auto member = Join("num_consumers=6");
  ASSERT_TRUE(member->Owns(2));
  EXPECT_TRUE(member->Becomes(ViewState::kRunning));
  const absl::Duration before = CpuTime();
  absl::SleepFor(absl::Seconds(2));
  EXPECT_LT(CpuTime() - before, absl::Seconds(1));
  ProduceIds(topic_, 2, 1, 100);
  EXPECT_TRUE(WaitForRows(100));
}

// C9: all leave at once, in the middle of everything.
TEST_F(Members, LeaveAtOnce) {
  topic_ = cluster_.CreateTopic("members", 6);
  AddGlossary();
  const int rounds = IsLong() ? 40 : 4;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::unique_ptr<Member>> members;
    for (int i = 0; i < 3; ++i) members.push_back(Join("num_consumers=2"));
    ProduceIds(topic_, 6, round * 600 + 1, round * 600 + 600);
    ASSERT_TRUE(WaitForRows(static_cast<size_t>(round * 600 + 100)));
    const absl::Time start = absl::Now();
    std::vector<std::thread> threads;
    for (auto& member : members) {
      threads.emplace_back(
          [&] { EXPECT_EQ(member->Stop(), absl::OkStatus()); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_LT(absl::Now() - start, absl::Seconds(10));
  }
  const auto last = Join();
  EXPECT_TRUE(AllCommitted());
  ExpectAllIds(rounds * 600);
}

// C10: a view that ends while it joins the group ends at once.
TEST_F(Members, LeaveWhileTheyJoin) {
  topic_ = cluster_.CreateTopic("members", 2);
  AddGlossary();
  const int rounds = IsLong() ? 300 : 12;
  absl::Duration longest;
  for (int round = 0; round < rounds; ++round) {
    const auto member = Join();
    absl::SleepFor(absl::Milliseconds(round % 12 * 50 / 11));
    const absl::Time start = absl::Now();
    EXPECT_EQ(member->Stop(), absl::OkStatus());
    longest = std::max(longest, absl::Now() - start);
  }
  EXPECT_LT(longest, absl::Seconds(8));
  ProduceIds(topic_, 2, 1, 100);
  const auto last = Join();
  EXPECT_TRUE(WaitForRows(100));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 100));
}

}  // namespace
}  // namespace rowfall
