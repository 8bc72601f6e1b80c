// SPDX-License-Identifier: Apache-2.0
// Random operations on the ledger against a slow model that keeps each offset.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "commit/offset_ledger.h"
#include "gtest/gtest.h"

namespace rowfall::commit {
namespace {

uint64_t Seed() {
  const char* text = std::getenv("ROWFALL_SEED");
  return text == nullptr ? 20240611 : std::strtoull(text, nullptr, 10);
}

// What the ledger should do, told offset by offset.
struct ModelPartition {
  bool fixed = false;
  bool at_end = false;
  int64_t start = 0;
  int64_t position = 0;
  std::set<int64_t> settled;  // Offsets, read ones only.
  int64_t committed = kOffsetNone;
  // Whether the start itself has to be committed.
  bool commit_start = false;
  bool is_unsure = false;  // A commit may have happened.
  int64_t in_flight = kOffsetNone;

  int64_t Frontier() const {
    int64_t frontier = start;
    while (settled.count(frontier) != 0) ++frontier;
    return frontier;
  }
  void Fix(int64_t offset) {
    if (fixed) return;
    fixed = true;
    start = position = offset;
    if (at_end) commit_start = true;
  }
  bool NeedsCommit() const {
    if (!fixed) return false;
    const int64_t frontier = Frontier();
    if (in_flight != kOffsetNone && frontier <= in_flight) return false;
    return commit_start ? frontier >= start : frontier > last_commit();
  }
  int64_t last_commit() const { return std::max(committed, start); }
};

class Model {
 public:
  std::map<TopicPartition, ModelPartition> partitions;
  std::optional<uint64_t> commit_id;

  void Assign(const std::vector<PartitionOffset>& positions) {
    partitions.clear();
    commit_id.reset();
    for (const auto& [partition, offset, mark] : positions) {
      ModelPartition& p = partitions[partition];
      p.at_end = offset == kOffsetEnd;
      if (offset < 0) continue;
      p.Fix(offset);
      p.committed = offset;
    }
  }
  void Move(const PartitionOffset& to) {
    const auto it = partitions.find(to.partition);
    if (it == partitions.end()) return;
    ModelPartition& p = it->second;
    const int64_t committed = p.committed;
    const bool is_unsure = p.is_unsure;
    p = ModelPartition();
    p.committed = committed;
    p.is_unsure = is_unsure;
    p.at_end = to.offset == kOffsetEnd;
    if (to.offset >= 0) p.Fix(to.offset);
    p.commit_start =
        is_unsure || (to.offset != committed &&
                      (to.offset != kOffsetBeginning || committed >= 0));
  }
  bool Accept(const TopicPartition& partition, int64_t offset) {
    const auto it = partitions.find(partition);
    if (it == partitions.end() || offset < 0) return false;
    it->second.Fix(offset);
    if (offset < it->second.position) return false;
    it->second.position = offset + 1;
    return true;
  }
  void AdvanceTo(const PartitionOffset& to) {
    const auto it = partitions.find(to.partition);
    if (it == partitions.end()) return;
    it->second.Fix(to.offset);
    it->second.position = std::max(it->second.position, to.offset);
  }
  void Settle(const PartitionRange& range) {
    const auto it = partitions.find(range.partition);
    if (it == partitions.end() || !it->second.fixed) return;
    ModelPartition& p = it->second;
    for (int64_t o = range.from; o < std::min(range.to, p.position); ++o) {
      p.settled.insert(o);
    }
  }
  std::vector<PartitionRange> Pending() const {
    std::vector<PartitionRange> ranges;
    for (const auto& [partition, p] : partitions) {
      if (p.fixed && p.Frontier() < p.position) {
        ranges.push_back({partition, p.Frontier(), p.position});
      }
    }
    return ranges;
  }
  std::vector<PartitionOffset> Uncommitted() const {
    std::vector<PartitionOffset> positions;
    for (const auto& [partition, p] : partitions) {
      if (p.NeedsCommit()) positions.push_back({partition, p.Frontier()});
    }
    return positions;
  }
  void Start(uint64_t id, const std::vector<PartitionOffset>& positions) {
    for (auto& [partition, p] : partitions) p.in_flight = kOffsetNone;
    commit_id = id;
    for (const auto& [partition, offset, mark] : positions) {
      partitions[partition].in_flight = offset;
      partitions[partition].is_unsure = true;
    }
  }
  void Finish(uint64_t id, bool ok, const std::vector<TopicPartition>& failed) {
    if (commit_id != id) return;
    commit_id.reset();
    for (auto& [partition, p] : partitions) {
      if (ok && p.in_flight != kOffsetNone &&
          std::count(failed.begin(), failed.end(), partition) == 0) {
        p.committed = p.in_flight;
        p.commit_start = false;
        p.is_unsure = false;
      }
      p.in_flight = kOffsetNone;
    }
  }
};

class RandomRun {
 public:
  explicit RandomRun(uint64_t seed) : random_(seed) {}

  void Steps(int count) {
    for (int i = 0; i < count; ++i) {
      Step();
      Compare();
      if (testing::Test::HasFailure()) {
        ADD_FAILURE() << "in step " << i << ": " << last_;
        return;
      }
    }
  }

 private:
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
  }
  TopicPartition AnyPartition() {
    return {Below(2) == 0 ? "a" : "b", static_cast<int32_t>(Below(3))};
  }
  int64_t AnyStart() {
    const int64_t n = Below(6);
    if (n == 0) return kOffsetBeginning;
    if (n == 1) return kOffsetEnd;
    return Below(40);
  }
  // Somewhere near where the partition is.
  int64_t Near(const TopicPartition& partition) {
    const auto it = model_.partitions.find(partition);
    const int64_t position =
        it == model_.partitions.end() ? 0 : it->second.position;
    return std::max<int64_t>(0, position + Below(8) - 3);
  }

  void Step() {
    const int64_t n = Below(100);
    if (n < 2) return Assign();
    if (n < 3) return Clear();
    if (n < 6) return Move();
    if (n < 50) return Accept();
    if (n < 56) return Advance();
    if (n < 80) return Settle();
    if (n < 90) return StartCommit();
    FinishCommit();
  }
  void Assign() {
    last_ = "Assign";
    std::map<TopicPartition, int64_t> chosen;
    for (int64_t i = Below(5); i >= 0; --i) chosen[AnyPartition()] = AnyStart();
    std::vector<PartitionOffset> positions;
    for (const auto& [p, o] : chosen) positions.push_back({p, o});
    std::shuffle(positions.begin(), positions.end(), random_);
    const uint64_t before = ledger_.epoch();
    ledger_.Assign(positions);
    EXPECT_GT(ledger_.epoch(), before);
    model_.Assign(positions);
  }
  void Clear() {
    last_ = "Clear";
    ledger_.Clear();
    model_.Assign({});
  }
  void Move() {
    last_ = "Move";
    const PartitionOffset to{AnyPartition(), AnyStart()};
    ledger_.Move(to);
    model_.Move(to);
  }
  void Accept() {
    last_ = "Accept";
    const TopicPartition p = AnyPartition();
    const int64_t offset = Near(p);
    EXPECT_EQ(ledger_.Accept(p.topic, p.partition, offset),
              model_.Accept(p, offset));
  }
  void Advance() {
    last_ = "AdvanceTo";
    const TopicPartition p = AnyPartition();
    const PartitionOffset to{p, Near(p)};
    ledger_.AdvanceTo(to);
    model_.AdvanceTo(to);
  }
  void Settle() {
    last_ = "Settle";
    std::vector<PartitionRange> ranges = model_.Pending();
    if (Below(3) == 0) {  // Any part of anything.
      const TopicPartition p = AnyPartition();
      const int64_t from = std::max<int64_t>(0, Near(p) - Below(10));
      ranges = {{p, from, from + Below(10)}};
    }
    ledger_.Settle(ranges);
    for (const PartitionRange& range : ranges) model_.Settle(range);
  }
  void StartCommit() {
    last_ = "CommitStarted";
    const std::vector<PartitionOffset> positions = ledger_.Uncommitted();
    ledger_.CommitStarted(++id_, positions);
    model_.Start(id_, positions);
  }
  void FinishCommit() {
    last_ = "Commit finished";
    const uint64_t id = id_ - static_cast<uint64_t>(Below(3) == 0 && id_ > 0);
    const bool ok = Below(3) != 0;
    std::vector<TopicPartition> failed;
    if (Below(3) == 0) failed.push_back(AnyPartition());
    if (ok) {
      ledger_.CommitSucceededExcept(id, failed);
    } else {
      ledger_.CommitFailed(id);
    }
    model_.Finish(id, ok, failed);
  }

  void Compare() {
    EXPECT_EQ(ledger_.Pending(), model_.Pending());
    EXPECT_EQ(ledger_.Uncommitted(), model_.Uncommitted());
    std::vector<PartitionProgress> progress;
    for (const auto& [partition, p] : model_.partitions) {
      EXPECT_TRUE(ledger_.Owns(partition));
      const PartitionProgress actual = ledger_.Progress()[progress.size()];
      progress.push_back({partition, p.fixed ? p.position : actual.position,
                          p.fixed ? p.Frontier() : kOffsetNone, p.committed});
      EXPECT_EQ(actual.position < 0, !p.fixed);
    }
    EXPECT_EQ(ledger_.Progress(), progress);
  }

  std::mt19937_64 random_;
  OffsetLedger ledger_;
  Model model_;
  uint64_t id_ = 0;
  std::string last_;
};

TEST(OffsetLedgerPropertyTest, DoesWhatTheSlowModelDoes) {
  const uint64_t seed = Seed();
  for (uint64_t i = 0; i < 60; ++i) {
    SCOPED_TRACE("ROWFALL_SEED=" + std::to_string(seed) + " run " +
                 std::to_string(i));
    RandomRun(seed + i).Steps(1000);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace rowfall::commit
