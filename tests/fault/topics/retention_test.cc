// SPDX-License-Identifier: Apache-2.0
// Positions that the log no longer has, or never had.
#include <algorithm>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"

namespace rowfall {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A topic of one partition, where id n is at offset n - 1.
class Retention : public GroupTest {
 protected:
  Retention() {
    oracle_ = std::make_unique<Oracle>(Oracle::Log::kSparse);
    topic_ = cluster_.CreateTopic("retention", 1);
  }

  // Ids 1 to 100 are written and committed; then nobody is there.
  void WriteHundred() {
    ProduceIds(topic_, 1, 1, 100);
    const auto member = Join();
    ASSERT_TRUE(WaitForRows(100));
    ASSERT_TRUE(AllCommitted());
  }

  int64_t Committed() { return CommittedSum(topic_, 1); }

  static std::vector<int64_t> Concat(std::vector<int64_t> a,
                                     const std::vector<int64_t>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
};

// D1.
TEST_F(Retention, NewGroupBeginsWhereItIsTold) {
  AddGlossary();
  ProduceIds(topic_, 1, 1, 100);
  cluster_.DeleteRecords(topic_, 0, 40);
  {
    const auto latest = Join("start_from='latest'");
    EXPECT_TRUE(WaitForLog("Reads " + topic_ + "/0 from the end"));
    // Where it began is committed, so that a restart skips nothing.
    EXPECT_TRUE(AllCommitted());
    ProduceIds(topic_, 1, 101, 110);
    EXPECT_TRUE(WaitForRows(10));
    EXPECT_TRUE(AllCommitted());
  }
  EXPECT_EQ(Ids(), Sequence(101, 110));
  // D14: another start does not matter to a group that has begun.
  {
    const auto earliest = Join("start_from='earliest'");
    ProduceIds(topic_, 1, 111, 120);
    EXPECT_TRUE(WaitForRows(20));
    EXPECT_TRUE(AllCommitted());
  }
  EXPECT_EQ(Ids(), Sequence(101, 120));
  // A log that lost its first messages before is no gap to a new group.
  std::string source = CreateSource("kafka", topic_, kQuick);
  source.insert(source.find(source_group_), "other-");
  Member other(MemberOptions(), source, View());
  EXPECT_TRUE(WaitForRows(20 + 80));
  EXPECT_EQ(other.state(), ViewState::kRunning);
  EXPECT_THAT(Logged("does not exist"), IsEmpty());
}

// D14: and one that stopped at an offset does not jump to the end.
TEST_F(Retention, StoredOffsetGoesBeforeStartFromLatest) {
  AddGlossary();
  WriteHundred();
  ProduceIds(topic_, 1, 101, 200);
  const auto member = Join("start_from='latest'");
  EXPECT_TRUE(WaitForRows(200));
  EXPECT_EQ(Ids(), Sequence(1, 200));
}

// D2: what is deleted behind us is none of our business.
TEST_F(Retention, DeletionBelowThePositionIsNoGap) {
  AddGlossary();
  WriteHundred();
  cluster_.DeleteRecords(topic_, 0, 100);  // Up to the committed offset.
  auto member = Join();
  ProduceIds(topic_, 1, 101, 200);
  ASSERT_TRUE(WaitForRows(200));
  cluster_.DeleteRecords(topic_, 0, 150);
  ProduceIds(topic_, 1, 201, 300);
  EXPECT_TRUE(WaitForRows(300));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(member->state(), ViewState::kRunning);
  member = nullptr;
  EXPECT_EQ(Ids(), Sequence(1, 300));
  EXPECT_THAT(Logged("does not exist"), IsEmpty());
}

struct GapCase {
  std::string on_gap;
  bool keeps_positions;
};

class Gap : public Retention, public ::testing::WithParamInterface<GapCase> {
 protected:
  Gap() { AddGlossary({.keeps_positions = GetParam().keeps_positions}); }
  std::string Option() const { return "on_gap='" + GetParam().on_gap + "' "; }

  // The messages before `low` are gone, reading went up to `read`; ids up to
  // `last` are there. What was read is written first: it may be gone as well.
  void ExpectGap(const Member& member, int64_t read, int64_t low,
                 int64_t last) {
    const std::string text = "Offset " + std::to_string(read) + " of " +
                             topic_ + "/0 does not exist: the log has " +
                             std::to_string(low) + " up to " +
                             std::to_string(last);
    if (GetParam().on_gap == "fail") {
      ASSERT_TRUE(member.Becomes(ViewState::kFailed));
      EXPECT_THAT(member.status().reason, HasSubstr(text));
      EXPECT_EQ(Ids(), Sequence(1, read));
      EXPECT_TRUE(Eventually([&] { return Committed() == read; }));
      return;
    }
    EXPECT_TRUE(WaitForLog(text));
    const bool earliest = GetParam().on_gap == "earliest";
    ASSERT_TRUE(AllCommitted());
    ProduceIds(topic_, 1, last + 1, last + 10);
    EXPECT_TRUE(AllCommitted());
    EXPECT_EQ(Ids(),
              Concat(Sequence(1, read),
                     Sequence(earliest ? low + 1 : last + 1, last + 10)));
    EXPECT_THAT(member.status().last_error, HasSubstr(text));
    EXPECT_EQ(member.state(), ViewState::kRunning);
    // What was missing, and where it goes on for that reason.
    EXPECT_THAT(Logged("does not exist"), SizeIs(2));
    EXPECT_THAT(Logged("Goes on with"), SizeIs(1));
  }
};

// D2: retention overtook a view that did not run.
TEST_P(Gap, WhileStopped) {
  WriteHundred();
  ProduceIds(topic_, 1, 101, 200);
  cluster_.DeleteRecords(topic_, 0, 150);
  const auto member = Join(Option());
  ExpectGap(*member, 100, 150, 200);
}

// D2: retention overtook a view whose table was slow.
TEST_P(Gap, WhileRunning) {
  options_.max_prefetch_bytes = 64 << 10;
  const std::string filler(1000, 'x');
  cluster_.Produce(topic_, 2000, [&](int64_t i) {
    return TestMessage{.value = "{\"id\": " + std::to_string(i + 1) +
                                ", \"term\": \"" + filler + "\"}",
                       .partition = 0};
  });
  faulty_->Block();
  const auto member = Join(Option() + "fetch.message.max.bytes='10000'");
  ASSERT_TRUE(faulty_->WaitUntilBlocked(kPatience));
  cluster_.DeleteRecords(topic_, 0, 1950);
  faulty_->Release();
  // How far it got depends on what was fetched already.
  ASSERT_TRUE(WaitForLog("does not exist"));
  const std::string text = Logged("does not exist")[0];
  const int64_t read = std::stoll(text.substr(text.find(' ')));
  ASSERT_LT(read, 1950);
  ASSERT_GE(read, 100);
  ExpectGap(*member, read, 1950, 2000);
}

INSTANTIATE_TEST_SUITE_P(
    OnGap, Gap,
    ::testing::Values(GapCase{"fail", false}, GapCase{"earliest", false},
                      GapCase{"latest", false}, GapCase{"earliest", true}),
    [](const auto& info) {
      return info.param.on_gap + (info.param.keeps_positions ? "Once" : "");
    });

class BeyondTheEnd : public Retention,
                     public ::testing::WithParamInterface<std::string> {};

// D3: an offset that the log never had: it was cut, or made anew.
TEST_P(BeyondTheEnd, CommittedOffset) {
  AddGlossary();
  ProduceIds(topic_, 1, 1, 100);
  cluster_.SetCommitted(group_, topic_, {{0, 5000}});
  const auto member = Join("on_gap='" + GetParam() + "'");
  const std::string text = "Offset 5000 of " + topic_ + "/0 does not exist";
  if (GetParam() == "fail") {
    ASSERT_TRUE(member->Becomes(ViewState::kFailed));
    EXPECT_THAT(member->status().reason, HasSubstr(text));
    EXPECT_EQ(Committed(), 5000);
    return;
  }
  EXPECT_TRUE(WaitForLog(text));
  EXPECT_TRUE(AllCommitted());
  ProduceIds(topic_, 1, 101, 110);
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(GetParam() == "earliest" ? 1 : 101, 110));
}

// The table's position is moved by a write of its own.
TEST_P(BeyondTheEnd, StoredPosition) {
  AddGlossary({.keeps_positions = true});
  ProduceIds(topic_, 1, 1, 100);
  table_->SetPosition(group_, {{topic_, 0}, 5000});
  const auto member = Join("on_gap='" + GetParam() + "'");
  if (GetParam() == "fail") {
    ASSERT_TRUE(member->Becomes(ViewState::kFailed));
    EXPECT_THAT(member->status().reason, HasSubstr("Offset 5000"));
    EXPECT_THAT(Ids(), IsEmpty());
    return;
  }
  EXPECT_TRUE(WaitForLog("instead of 5000"));
  EXPECT_TRUE(AllCommitted());
  ProduceIds(topic_, 1, 101, 110);
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(GetParam() == "earliest" ? 1 : 101, 110));
}

INSTANTIATE_TEST_SUITE_P(OnGap, BeyondTheEnd,
                         ::testing::Values("fail", "earliest", "latest"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace rowfall
