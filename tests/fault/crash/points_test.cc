// SPDX-License-Identifier: Apache-2.0
// A host that is killed at each labelled point of its code.
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/fault/crash/scene.h"

namespace rowfall::fault {
namespace {

// Points that every life passes again and again.
const std::vector<std::string> kPoints = {
    "polled",          "mapped",      "evaluated",     "handing_over",
    "reject_appended", "handed_over", "writing",       "written",
    "settled",         "committing",  "commit_issued", "commit_answered"};
const std::vector<std::string> kFilePoints = {"file_half", "file_appended"};
const std::vector<std::string> kSqlitePoints = {
    "sqlite_committing", "sqlite_wal_write", "sqlite_wal_sync",
    "sqlite_wal_synced"};
// Points that are passed once in a life.
const std::vector<std::string> kJoinPoints = {"assigning", "assigned"};
const std::vector<std::string> kLeavePoints = {"revoking", "revoked"};
const std::vector<std::string> kStopPoints = {"stopping", "batch_finished",
                                              "committing_last",
                                              "committed_last", "stopped"};
constexpr int kMaxCrashes = 3;  // By default.

class CrashPoints : public ::testing::TestWithParam<Table> {
 protected:
  void TearDown() override { std::cout << figures_.ToString() << std::endl; }

  // Dies at each of the points in turn, over one topic.
  void DieAtEach(SceneOptions options, const std::vector<std::string>& points,
                 uint64_t seed) {
    options.table = GetParam();
    Scene scene(options, seed, &figures_);
    for (const std::string& point : points) {
      scene.Produce(200);
      // Not each batch has rejects.
      const bool rare = point.starts_with("hand") || point.starts_with("rej");
      scene.DieAt(point, rare ? 1 : static_cast<int>(1 + scene.random()() % 3));
    }
    scene.Finish();
  }

  Figures figures_;
};

TEST_P(CrashPoints, OfWork) {
  const uint64_t seed = SeedOfTest();
  std::vector<std::string> points = kPoints;
  const auto& more = GetParam() == Table::kFile ? kFilePoints : kSqlitePoints;
  points.insert(points.end(), more.begin(), more.end());
  const Member members[] = {Member::kStatic, Member::kListed};
  RunInParallel(4, [&](int i) {
    std::vector<std::string> part;
    for (size_t n = i; n < points.size(); n += 4) part.push_back(points[n]);
    DieAtEach({.member = members[i % 2]}, part, seed + i);
  });
}

class CrashPointsOnce : public CrashPoints {};

TEST_P(CrashPointsOnce, OfJoiningAndStopping) {
  const uint64_t seed = SeedOfTest();
  RunInParallel(4, [&](int i) {
    SceneOptions options{.table = GetParam()};
    options.member = i < 2 ? Member::kDynamic : Member::kStatic;
    Scene scene(options, seed + i, &figures_);
    const auto& points = i == 0   ? kJoinPoints
                         : i == 1 ? kLeavePoints
                                  : kStopPoints;
    for (size_t n = i == 3; n < points.size(); n += i < 2 ? 1 : 2) {
      scene.Produce(i < 2 ? 200 : 1000);
      switch (i) {
        case 0:
          scene.DieAt(points[n], 1);
          break;
        case 1:
          scene.DieLeaving(points[n]);
          break;
        default:
          scene.DieStopping(points[n]);
      }
    }
    scene.Finish();
  });
}

// The notes of max_crashes: each start is noted, its end when the view got on,
// and each message where messages are taken one by one.
TEST_P(CrashPointsOnce, OfNotes) {
  Scene scene({.table = GetParam(), .member = Member::kStatic}, SeedOfTest(),
              &figures_);
  const auto die_at = [&](const char* point, int passing) {
    scene.Produce(200);
    scene.DieAt(point, passing);
  };
  die_at("settled", 1);  // A view that is new has no note.
  for (const char* point : {"noting", "noted"}) {
    die_at(point, 1);
    die_at(point, 2);
  }
  for (int i = 0; i < 1 + kMaxCrashes; ++i) die_at("noted", 1);
  die_at("noting", 2);
  EXPECT_TRUE(Scene::HasLogged(scene.dir(), "Takes messages one by one"));
  die_at("noted", 2);
  scene.Finish();
  EXPECT_TRUE(Scene::HasLogged(scene.dir(), "in batches again"));
}

std::string NameOf(const ::testing::TestParamInfo<Table>& info) {
  switch (info.param) {
    case Table::kFile:
      return "File";
    case Table::kSqlite:
      return "Sqlite";
    case Table::kSums:
      return "Sums";
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Tables, CrashPoints,
                         ::testing::Values(Table::kFile, Table::kSqlite,
                                           Table::kSums),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Tables, CrashPointsOnce,
                         ::testing::Values(Table::kFile, Table::kSqlite),
                         NameOf);

// One batch of one partition: how often it is there after a death and a
// restart depends on where its host died, and on nothing else.
TEST(CrashInABatch, RepeatsItOnlyBetweenWriteAndCommit) {
  struct Case {
    std::string point;
    int least, most;
  };
  const std::vector<Case> cases = {
      {"mapped", 1, 1},        {"evaluated", 1, 1},       {"writing", 1, 1},
      {"written", 2, 2},       {"settled", 2, 2},         {"committing", 2, 2},
      {"commit_issued", 1, 2}, {"commit_answered", 1, 1},
  };
  Figures figures;
  RunInParallel(static_cast<int>(cases.size()), [&](int i) {
    const auto& [point, least, most] = cases[i];
    Scene scene({.member = Member::kListed,
                 .partitions = 1,
                 .batch = 50,
                 .batch_timeout_ms = 60000,
                 .only_rows = true},
                1, &figures);
    scene.Produce(50);
    scene.DieAt(point, 1);
    scene.Finish();
    const auto copies = scene.Copies();
    ASSERT_EQ(copies.size(), 50);
    for (const auto& [place, count] : copies) {
      ASSERT_GE(count, least) << point << ", offset " << place.second;
      ASSERT_LE(count, most) << point << ", offset " << place.second;
      ASSERT_EQ(count, copies.begin()->second) << point << ": half a batch";
    }
  });
}

}  // namespace
}  // namespace rowfall::fault
