// SPDX-License-Identifier: Apache-2.0
// Offsets of the group that others changed, and positions of a table that do
// not agree with them.
#include <algorithm>
#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"

namespace rowfall {
namespace {

class GroupOffsets : public GroupTest {
 protected:
  // Ids 1 to 100 are written and committed, and 101 to 150 are there when the
  // view is suspended.
  void SuspendAtHundred(SinkTraits traits) {
    topic_ = cluster_.CreateTopic("offsets", 1);
    AddGlossary(traits);
    ProduceIds(topic_, 1, 1, 100);
    member_ = Join("batch=10");
    ASSERT_TRUE(WaitForRows(100));
    ASSERT_TRUE(AllCommitted());
    member_->Execute("ALTER MV terms suspended=1");
    ASSERT_EQ(cluster_.NumMembers(group_), 0);
    ProduceIds(topic_, 1, 101, 150);
  }
  void Resume() { member_->Execute("ALTER MV terms suspended=0"); }

  // Ids 1 to 100, and then these.
  void ExpectThen(int64_t first, int64_t last) {
    ASSERT_TRUE(AllCommitted());
    std::vector<int64_t> expected = Sequence(1, 100);
    const std::vector<int64_t> more = Sequence(first, last);
    expected.insert(expected.end(), more.begin(), more.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(Ids(), expected);
    EXPECT_EQ(member_->state(), ViewState::kRunning);
  }

  std::unique_ptr<Member> member_;
};

constexpr SinkTraits kOnce = {.keeps_positions = true};

// D4: the group's offsets are gone. Nothing is lost; all comes again.
TEST_F(GroupOffsets, DeletedOnesBringEverythingAgain) {
  SuspendAtHundred({});
  cluster_.DeleteCommitted(group_, topic_, 1);
  Resume();
  ExpectThen(1, 150);
}

TEST_F(GroupOffsets, DeletedOnesDoNotMatterToATableThatKeepsPositions) {
  SuspendAtHundred(kOnce);
  cluster_.DeleteCommitted(group_, topic_, 1);
  Resume();
  ExpectThen(101, 150);
}

// D5: what an operator says goes, where Kafka's offsets decide.
TEST_F(GroupOffsets, RewoundOnesAreFollowed) {
  SuspendAtHundred({});
  cluster_.SetCommitted(group_, topic_, {{0, 30}});
  Resume();
  ExpectThen(31, 150);
}

TEST_F(GroupOffsets, AdvancedOnesAreFollowed) {
  SuspendAtHundred({});
  cluster_.SetCommitted(group_, topic_, {{0, 120}});
  Resume();
  ExpectThen(121, 150);
}

TEST_F(GroupOffsets, RewoundOnesDoNotMatterToATableThatKeepsPositions) {
  SuspendAtHundred(kOnce);
  cluster_.SetCommitted(group_, topic_, {{0, 30}});
  Resume();
  ExpectThen(101, 150);
}

// D15.
TEST_F(GroupOffsets, AdvancedOnesDoNotMatterToATableThatKeepsPositions) {
  SuspendAtHundred(kOnce);
  cluster_.SetCommitted(group_, topic_, {{0, 150}});
  Resume();
  ASSERT_TRUE(WaitForRows(150));
  ExpectThen(101, 150);
}

// D16: a table that was restored gets what it lacks.
TEST_F(GroupOffsets, RestoredTableGetsWhatItLacks) {
  SuspendAtHundred(kOnce);
  table_->SetPosition(group_, {{topic_, 0}, 40});
  Resume();
  ExpectThen(41, 150);
}

// While it runs, somebody else moves the table's position: a zombie's write is
// refused, and reading goes on from what is stored.
TEST_F(GroupOffsets, PositionThatIsMovedWhileRunningIsFollowed) {
  SuspendAtHundred(kOnce);
  Resume();
  ASSERT_TRUE(AllCommitted());
  table_->SetPosition(group_, {{topic_, 0}, 140});
  ProduceIds(topic_, 1, 151, 160);
  ASSERT_TRUE(WaitForRows(170));
  ASSERT_TRUE(AllCommitted());
  std::vector<int64_t> expected = Sequence(1, 160);
  for (int64_t id = 141; id <= 150; ++id) expected.push_back(id);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Ids(), expected);
}

// D13: views of one source, each with a fate of its own.
class TwoViews : public KafkaEngineTest {
 protected:
  // Only the table `broken` has faults.
  class Tables : public TableProvider {
   public:
    Tables(std::shared_ptr<TableProvider> sound,
           std::shared_ptr<TableProvider> faulty)
        : sound_(std::move(sound)), faulty_(std::move(faulty)) {}
    absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
        std::string_view name) override {
      return (name == "broken" ? faulty_ : sound_)->OpenTable(name);
    }

   private:
    const std::shared_ptr<TableProvider> sound_, faulty_;
  };

  int64_t CommittedOf(std::string_view view, const std::string& topic) {
    int64_t sum = 0;
    for (const auto& [partition, offset] :
         cluster_.Committed(StatusOf(view).consumer_group, topic, 2)) {
      sum += offset;
    }
    return sum;
  }
};

TEST_F(TwoViews, OneThatFailsLosesNothingAndStopsNobody) {
  const std::string topic = cluster_.CreateTopic("two-views", 2);
  const auto sound = AddTable("sound");
  const auto broken = AddTable("broken");
  const auto faulty = std::make_shared<testing::FaultyTables>(tables_);
  options_.tables = std::make_shared<Tables>(tables_, faulty);
  options_.retry_initial = absl::Milliseconds(10);
  options_.retry_max = absl::Milliseconds(100);
  Open();
  Execute(CreateSource("kafka", topic, "batch=20"));
  Execute("CREATE MV a TO sound AS SELECT id FROM kafka");
  Execute("CREATE MV b TO broken AS SELECT id FROM kafka");
  ProduceIds(topic, 2, 1, 100);
  ASSERT_TRUE(broken->WaitForRows(100, kPatience));
  ASSERT_TRUE(Eventually([&] { return CommittedOf("b", topic) == 100; }));
  // First it waits, then it fails for good.
  faulty->Return(absl::UnavailableError("down"), 100000);
  ProduceIds(topic, 2, 101, 200);
  ASSERT_TRUE(sound->WaitForRows(200, kPatience));
  EXPECT_TRUE(
      Eventually([&] { return StatusOf("b").state == ViewState::kBackoff; }));
  EXPECT_EQ(StatusOf("a").state, ViewState::kRunning);
  faulty->EndFaults();
  ASSERT_TRUE(broken->WaitForRows(200, kPatience));
  ASSERT_TRUE(Eventually([&] { return CommittedOf("b", topic) == 200; }));
  faulty->Return(absl::InternalError("torn"), 100000);
  ProduceIds(topic, 2, 201, 300);
  ASSERT_TRUE(sound->WaitForRows(300, kPatience));
  ASSERT_TRUE(
      Eventually([&] { return StatusOf("b").state == ViewState::kFailed; }));
  ASSERT_TRUE(Eventually([&] { return CommittedOf("a", topic) == 300; }));
  EXPECT_EQ(CommittedOf("b", topic), 200);
  faulty->EndFaults();
  Execute("ALTER MV b suspended=1");
  Execute("ALTER MV b suspended=0");
  EXPECT_TRUE(broken->WaitForRows(300, kPatience));
  Close();
  EXPECT_EQ(Ids(*sound), Sequence(1, 300));
  EXPECT_EQ(Ids(*broken), Sequence(1, 300));
}

// M11: with one group's name, and topics that differ, each has its own group.
TEST_F(TwoViews, OfSourcesWithOtherTopicsHaveTheirOwnGroups) {
  const std::string topic = cluster_.CreateTopic("two-views", 2);
  const std::string other = cluster_.CreateTopic("two-views", 2);
  const auto first = AddTable("first_table");
  const auto second = AddTable("second_table");
  Open();
  Execute(CreateSource("one", topic));
  Execute(CreateSource("two", other));
  Execute("CREATE MV a TO first_table AS SELECT id FROM one");
  Execute("CREATE MV b TO second_table AS SELECT id FROM two");
  EXPECT_EQ(StatusOf("b").consumer_group, source_group_ + ".b");
  ProduceIds(topic, 2, 1, 100);
  ProduceIds(other, 2, 101, 200);
  EXPECT_TRUE(first->WaitForRows(100, kPatience));
  EXPECT_TRUE(second->WaitForRows(100, kPatience));
  Close();
  EXPECT_EQ(Ids(*first), Sequence(1, 100));
  EXPECT_EQ(Ids(*second), Sequence(101, 200));
}

}  // namespace
}  // namespace rowfall
