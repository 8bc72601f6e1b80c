// SPDX-License-Identifier: Apache-2.0
// Random sinks: each good row is written once and in order, each bad one found.
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sink/batch_writer.h"
#include "tests/sink/scripted_sink.h"

namespace rowfall::sink {
namespace {

uint64_t Seed() {
  const char* text = std::getenv("ROWFALL_SEED");
  return text == nullptr ? 777 : std::strtoull(text, nullptr, 10);
}

class RandomBatch {
 public:
  explicit RandomBatch(uint64_t seed) : random_(seed) {}

  void Run() {
    const int64_t size = Below(40);
    std::vector<int64_t> ids(static_cast<size_t>(size));
    std::iota(ids.begin(), ids.end(), 1000);
    for (const int64_t id : ids) {
      if (Below(8) == 0) bad_.insert(id);
    }
    keeps_positions_ = Below(2) == 0;
    names_ = keeps_positions_ ? Names() : Below(4);
    ScriptedSink sink;
    if (keeps_positions_) sink.set_keeps_positions();
    sink.answer = [this](const auto& batch, auto& refused) {
      return Answer(batch, refused);
    };
    BatchWriter writer(sink);
    writer.Begin(Ids(ids), {{{"t", 0}, 0, 50}}, "v", "g");
    WriteAll(writer);
    Check(ids, sink, writer);
  }

 private:
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
  }
  // How a sink names rows: 0 never, 1 all, 2 the first, 3 some of them.
  int64_t Names() { return 1 + Below(3); }

  absl::Status Answer(const std::vector<int64_t>& ids,
                      std::vector<RefusedRow>& refused) {
    if (Below(5) == 0) return absl::UnavailableError("down");
    std::vector<uint32_t> found;
    for (uint32_t row = 0; row < ids.size(); ++row) {
      if (bad_.count(ids[row]) != 0) found.push_back(row);
    }
    if (found.empty()) return absl::OkStatus();
    if (names_ == 0) return absl::OutOfRangeError("bad");
    for (const uint32_t row : found) {
      if (names_ == 2 && !refused.empty()) break;
      if (names_ == 3 && !refused.empty() && Below(2) == 0) continue;
      refused.push_back({row, "id", std::to_string(ids[row])});
    }
    std::shuffle(refused.begin(), refused.end(), random_);
    return Below(2) == 0 ? absl::OkStatus() : absl::OutOfRangeError("bad");
  }
  void WriteAll(BatchWriter& writer) {
    for (int i = 0; i < 10000; ++i) {
      const WriteOutcome outcome = writer.Attempt();
      for (const RefusedRow& row : writer.TakeRefused()) {
        EXPECT_TRUE(refused_.insert(1000 + row.row).second);
        if (names_ != 0) {
          EXPECT_EQ(row.reason, std::to_string(1000 + row.row));
        }
      }
      if (outcome.result == WriteResult::kWritten) return;
      EXPECT_NE(outcome.result, WriteResult::kFailed) << outcome.status;
      EXPECT_NE(outcome.result, WriteResult::kConflict) << outcome.status;
    }
    ADD_FAILURE() << "The batch is never written";
  }
  void Check(const std::vector<int64_t>& ids, const ScriptedSink& sink,
             const BatchWriter& writer) {
    std::vector<int64_t> good;
    for (const int64_t id : ids) {
      if (bad_.count(id) == 0) good.push_back(id);
    }
    EXPECT_EQ(sink.written, good);
    EXPECT_EQ(refused_, bad_);
    EXPECT_EQ(writer.rows_written(), good.size());
    EXPECT_EQ(static_cast<size_t>(writer.calls()), sink.calls.size());
  }

  std::mt19937_64 random_;
  std::set<int64_t> bad_;
  std::set<int64_t> refused_;
  bool keeps_positions_ = false;
  int64_t names_ = 0;
};

TEST(BatchWriterPropertyTest, WritesEachGoodRowOnceAndFindsEachBadOne) {
  const uint64_t seed = Seed();
  for (uint64_t i = 0; i < 3000; ++i) {
    SCOPED_TRACE("ROWFALL_SEED=" + std::to_string(seed) + " run " +
                 std::to_string(i));
    RandomBatch(seed + i).Run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace rowfall::sink
