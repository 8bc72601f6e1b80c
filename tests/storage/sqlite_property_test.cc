// SPDX-License-Identifier: Apache-2.0
// Random batches of several writers against a map of rows and positions.
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "tests/storage/sqlite_fixture.h"

namespace rowfall::sqlite {
namespace {

uint64_t Seed() {
  const char* text = std::getenv("ROWFALL_SEED");
  return text == nullptr ? 31 : std::strtoull(text, nullptr, 10);
}

class SqlitePropertyTest : public SqliteTest {
 protected:
  int64_t Below(int64_t n) {
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(n));
  }
  std::mt19937_64 random_{Seed()};
};

TEST_F(SqlitePropertyTest, DoesWhatTheModelDoes) {
  SCOPED_TRACE("ROWFALL_SEED=" + std::to_string(Seed()));
  Sql("CREATE TABLE words (id bigint primary key, term text "
      "CHECK (term <> 'bad'))");
  std::vector<std::shared_ptr<Sink>> sinks = {Open("words"), Open("words"),
                                              Open("words")};
  std::map<int64_t, std::string> rows;
  std::map<TopicPartition, int64_t> positions;
  for (int step = 0; step < 600; ++step) {
    if (step % 50 == 49) sinks[static_cast<size_t>(Below(3))] = Open("words");
    Sink& sink = *sinks[static_cast<size_t>(Below(3))];
    std::vector<std::vector<Value>> values;
    std::map<int64_t, std::string> changes;
    std::set<uint32_t> bad;
    // Rows of small batches go one by one, those of large ones several at once.
    const bool large = Below(3) == 0;
    for (int64_t i = 0, n = Below(large ? 90 : 8); i < n; ++i) {
      const int64_t id = Below(50);
      const bool is_bad = Below(large ? 200 : 20) == 0;
      const std::string term = is_bad ? "bad" : std::to_string(random_());
      if (is_bad) bad.insert(static_cast<uint32_t>(i));
      if (!is_bad) changes[id] = term;
      values.push_back({Value(id), Value(term)});
    }
    std::vector<PartitionRange> ranges;
    bool conflict = false;
    for (int32_t p = 0; p < 3; ++p) {
      if (Below(2) == 0) continue;
      const TopicPartition partition{"t", p};
      const bool known = positions.count(partition) != 0;
      int64_t from = known ? positions[partition] : Below(100);
      if (known && Below(10) == 0) {
        from += Below(2) == 0 ? 1 : -1;
        conflict = true;
      }
      ranges.push_back({partition, from, from + 1 + Below(10)});
    }
    const absl::Status status = Write(
        sink, BatchOf({{"id", Type::kBigint}, {"term", Type::kText}}, values),
        ranges);
    if (conflict) {
      EXPECT_TRUE(absl::IsAborted(status)) << status;
      EXPECT_TRUE(refused_.empty());
    } else {
      EXPECT_TRUE(status.ok()) << status;
      std::set<uint32_t> refused;
      for (const RefusedRow& row : refused_) refused.insert(row.row);
      EXPECT_EQ(refused, bad);
      if (bad.empty()) {
        for (const auto& [id, term] : changes) rows[id] = term;
        for (const auto& range : ranges) positions[range.partition] = range.to;
      }
    }
    std::vector<PartitionOffset> expected;
    for (const auto& [p, offset] : positions) expected.push_back({p, offset});
    EXPECT_EQ(*sink.LoadPositions("g"), expected);
    if (HasFailure()) return;
  }
  std::vector<std::string> expected;
  for (const auto& [id, term] : rows) {
    expected.push_back(std::to_string(id) + "|" + term);
  }
  EXPECT_EQ(Sql("SELECT * FROM words ORDER BY id"), expected);
}

}  // namespace
}  // namespace rowfall::sqlite
