// SPDX-License-Identifier: Apache-2.0
// Tests of getting a batch written.
#include "sink/batch_writer.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/sink/scripted_sink.h"

namespace rowfall {

void PrintTo(const RefusedRow& row, std::ostream* out) {
  *out << row.row << " [" << row.column << "] " << row.reason;
}
bool operator==(const RefusedRow& a, const RefusedRow& b) {
  return std::tie(a.row, a.column, a.reason) ==
         std::tie(b.row, b.column, b.reason);
}

}  // namespace rowfall

namespace rowfall::sink {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

const std::vector<PartitionRange> kRanges = {{{"orders", 0}, 10, 20},
                                             {{"orders", 1}, 5, 6}};

class BatchWriterTest : public testing::Test {
 protected:
  void Begin(const Batch& rows) { writer_.Begin(rows, kRanges, "v", "g"); }
  WriteResult Attempt() {
    const WriteOutcome outcome = writer_.Attempt();
    status_ = outcome.status;
    return outcome.result;
  }
  // Answers with `statuses` one after the other, then OK.
  void Script(std::vector<absl::Status> statuses) {
    sink_.answer = [statuses, next = size_t{0}](const auto&, auto&) mutable {
      return next < statuses.size() ? statuses[next++] : absl::OkStatus();
    };
  }
  // Refuses all batches that hold one of `bad`, without naming it.
  void RefuseSilently(std::vector<int64_t> bad) {
    sink_.answer = [bad](const std::vector<int64_t>& ids, auto&) {
      for (const int64_t id : ids) {
        if (std::count(bad.begin(), bad.end(), id) != 0) {
          return absl::InvalidArgumentError("Bad row in the batch");
        }
      }
      return absl::OkStatus();
    };
  }
  // Names those of `bad` that a batch holds.
  void RefuseByName(std::vector<int64_t> bad, absl::Status status) {
    sink_.answer = [bad, status](const std::vector<int64_t>& ids,
                                 std::vector<RefusedRow>& refused) {
      for (uint32_t row = 0; row < ids.size(); ++row) {
        if (std::count(bad.begin(), bad.end(), ids[row]) != 0) {
          refused.push_back({row, "id", "Bad"});
        }
      }
      return refused.empty() ? absl::OkStatus() : status;
    };
  }

  ScriptedSink sink_;
  BatchWriter writer_{sink_};
  absl::Status status_;
};

TEST_F(BatchWriterTest, WritesABatchByOneCall) {
  Begin(Ids({1, 2, 3}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  ASSERT_EQ(sink_.calls.size(), 1u);
  EXPECT_THAT(sink_.calls[0].ids, ElementsAre(1, 2, 3));
  EXPECT_EQ(sink_.calls[0].attempt, 1);
  EXPECT_EQ(sink_.calls[0].ranges, kRanges);
  EXPECT_EQ(sink_.calls[0].view, "v");
  EXPECT_EQ(sink_.calls[0].consumer_group, "g");
  EXPECT_EQ(writer_.rows_written(), 3u);
  EXPECT_EQ(writer_.calls(), 1);
  EXPECT_THAT(writer_.TakeRefused(), IsEmpty());
}

TEST_F(BatchWriterTest, EmptyBatchComesOnlyToSinksThatKeepPositions) {
  Begin(Ids({}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.calls, IsEmpty());

  sink_.set_keeps_positions();
  Begin(Ids({}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  ASSERT_EQ(sink_.calls.size(), 1u);
  EXPECT_EQ(sink_.calls[0].ranges, kRanges);

  writer_.Begin(Ids({}), {}, "v", "g");
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_EQ(sink_.calls.size(), 1u);
}

TEST_F(BatchWriterTest, TroubleThatPassesIsTriedAgainWithTheSameRows) {
  Script({absl::UnavailableError("down"), absl::DeadlineExceededError("slow"),
          absl::ResourceExhaustedError("full"), absl::CancelledError("not now"),
          absl::AbortedError("dead")});
  Begin(Ids({1, 2}));
  for (int attempt = 1; attempt <= 5; ++attempt) {
    EXPECT_EQ(Attempt(), WriteResult::kRetry);
    EXPECT_EQ(sink_.calls.back().attempt, attempt);
  }
  EXPECT_EQ(status_, absl::AbortedError("dead"));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  ASSERT_EQ(sink_.calls.size(), 6u);
  for (const Call& call : sink_.calls) EXPECT_THAT(call.ids, ElementsAre(1, 2));
  EXPECT_THAT(sink_.written, ElementsAre(1, 2));
}

// Issue 11: a view was dropped while its sink hung, and written to later.
TEST_F(BatchWriterTest, WritesNothingBehindAFence) {
  base::Fence fence;
  BatchWriter writer(sink_, OnRefusal::kWriteOthers, &fence);
  sink_.answer = [&fence](const auto&, auto&) {
    fence.Close();
    return absl::InvalidArgumentError("One of them");
  };
  writer.Begin(Ids({1, 2}), {}, "v", "g");
  const WriteOutcome outcome = writer.Attempt();
  EXPECT_EQ(outcome.result, WriteResult::kRetry);
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(sink_.calls.size(), 1u);
}

TEST_F(BatchWriterTest, OtherErrorsFail) {
  for (const absl::Status& status :
       {absl::NotFoundError("no table"), absl::InternalError("bug"),
        absl::PermissionDeniedError("no"), absl::FailedPreconditionError("x"),
        absl::UnknownError("?"), absl::DataLossError("d"),
        absl::UnimplementedError("u"), absl::UnauthenticatedError("a")}) {
    Script({status});
    Begin(Ids({1}));
    EXPECT_EQ(Attempt(), WriteResult::kFailed);
    EXPECT_EQ(status_, status);
  }
}

TEST_F(BatchWriterTest, AbortedIsAConflictWhereTheSinkKeepsPositions) {
  sink_.set_keeps_positions();
  Script({absl::AbortedError("stored is 7, expected 5")});
  Begin(Ids({1}));
  EXPECT_EQ(Attempt(), WriteResult::kConflict);
  EXPECT_EQ(status_, absl::AbortedError("stored is 7, expected 5"));
}

TEST_F(BatchWriterTest, ExceptionsFailAsInternal) {
  sink_.answer = [](const auto&, auto&) -> absl::Status {
    throw std::runtime_error("boom");
  };
  Begin(Ids({1}));
  EXPECT_EQ(Attempt(), WriteResult::kFailed);
  EXPECT_EQ(status_,
            absl::InternalError("The sink threw an exception: 'boom'"));

  sink_.answer = [](const auto&, auto&) -> absl::Status { throw 7; };
  Begin(Ids({1}));
  EXPECT_EQ(Attempt(), WriteResult::kFailed);
  EXPECT_EQ(status_,
            absl::InternalError("The sink threw an unknown exception"));
}

// --- Rows that the sink names ------------------------------------------------

TEST_F(BatchWriterTest, NamedRowsAreLeftOut) {
  for (const absl::Status& status :
       {absl::OkStatus(), absl::InvalidArgumentError("x"),
        absl::OutOfRangeError("x"), absl::AlreadyExistsError("x")}) {
    sink_.written.clear();
    RefuseByName({20, 40}, status);
    Begin(Ids({10, 20, 30, 40, 50}));
    EXPECT_EQ(Attempt(), WriteResult::kWritten);
    EXPECT_THAT(sink_.written, ElementsAre(10, 30, 50));
    EXPECT_THAT(writer_.TakeRefused(), ElementsAre(RefusedRow{1, "id", "Bad"},
                                                   RefusedRow{3, "id", "Bad"}));
    EXPECT_THAT(writer_.TakeRefused(), IsEmpty());
    EXPECT_EQ(writer_.rows_written(), 3u);
    EXPECT_EQ(writer_.calls(), 2);
  }
}

TEST_F(BatchWriterTest, IndexesOfALaterReportAreThoseOfTheFirstBatch) {
  sink_.answer = [](const std::vector<int64_t>& ids,
                    std::vector<RefusedRow>& refused) {
    // Names just the last bad one of each batch.
    for (uint32_t row = static_cast<uint32_t>(ids.size()); row-- > 0;) {
      if (ids[row] < 0) {
        refused.push_back({row, "", "Negative"});
        break;
      }
    }
    return absl::OkStatus();
  };
  Begin(Ids({-1, 2, -3, 4, -5}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(2, 4));
  EXPECT_THAT(
      writer_.TakeRefused(),
      ElementsAre(RefusedRow{0, "", "Negative"}, RefusedRow{2, "", "Negative"},
                  RefusedRow{4, "", "Negative"}));
}

TEST_F(BatchWriterTest, RowsNamedTwiceCountOnce) {
  sink_.answer = [](const std::vector<int64_t>& ids,
                    std::vector<RefusedRow>& refused) {
    if (ids.size() == 2) refused = {{0, "a", "First"}, {0, "b", "Second"}};
    return absl::OkStatus();
  };
  Begin(Ids({1, 2}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(writer_.TakeRefused(), ElementsAre(RefusedRow{0, "a", "First"}));
}

TEST_F(BatchWriterTest, AllRowsMayBeRefused) {
  RefuseByName({1, 2}, absl::OkStatus());
  Begin(Ids({1, 2}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_EQ(writer_.calls(), 1);
  EXPECT_EQ(writer_.TakeRefused().size(), 2u);
  EXPECT_EQ(writer_.rows_written(), 0u);
}

TEST_F(BatchWriterTest, RowThatWasNotGivenFails) {
  sink_.answer = [](const auto&, std::vector<RefusedRow>& refused) {
    refused.push_back({2, "", "Bad"});
    return absl::OkStatus();
  };
  Begin(Ids({1, 2}));
  EXPECT_EQ(Attempt(), WriteResult::kFailed);
  EXPECT_EQ(status_,
            absl::InternalError("The sink refused a row that it was not "
                                "given: row 2 of 2"));
}

TEST_F(BatchWriterTest, ReportWithATroubleThatPassesIsNotUsed) {
  sink_.answer = [first = true](const auto&,
                                std::vector<RefusedRow>& refused) mutable {
    if (!std::exchange(first, false)) return absl::OkStatus();
    refused.push_back({0, "", "Bad"});
    return absl::UnavailableError("down");
  };
  Begin(Ids({1, 2}));
  EXPECT_EQ(Attempt(), WriteResult::kRetry);
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(1, 2));
  EXPECT_THAT(writer_.TakeRefused(), IsEmpty());
}

// --- Rows that are found by halving ------------------------------------------

TEST_F(BatchWriterTest, HalvingFindsTheRowAndKeepsTheOrder) {
  RefuseSilently({5});
  Begin(Ids({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(1, 2, 3, 4, 6, 7, 8));
  EXPECT_THAT(writer_.TakeRefused(),
              ElementsAre(RefusedRow{4, "", "Bad row in the batch"}));
  EXPECT_LE(writer_.calls(), 7);  // 1 + 2 log2(8)
}

TEST_F(BatchWriterTest, HalvingFindsEveryRow) {
  RefuseSilently({1, 4, 5, 8});
  Begin(Ids({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(2, 3, 6, 7));
  const auto refused = writer_.TakeRefused();
  ASSERT_EQ(refused.size(), 4u);
  EXPECT_EQ(refused[0].row, 0u);
  EXPECT_EQ(refused[1].row, 3u);
  EXPECT_EQ(refused[2].row, 4u);
  EXPECT_EQ(refused[3].row, 7u);
}

TEST_F(BatchWriterTest, StopsAtTheFirstRowThatIsRefused) {
  BatchWriter writer(sink_, OnRefusal::kStop);
  RefuseSilently({4, 5});
  writer.Begin(Ids({1, 2, 3, 4, 5, 6}), kRanges, "v", "g");
  EXPECT_EQ(writer.Attempt().result, WriteResult::kRefused);
  EXPECT_THAT(sink_.written, ElementsAre(1, 2, 3));
  EXPECT_EQ(writer.rows_written(), 3u);
  EXPECT_THAT(writer.TakeRefused(),
              ElementsAre(RefusedRow{3, "", "Bad row in the batch"}));
  // The rows before it come again by themselves, and are there already.
  writer.Begin(Ids({1, 2, 3}), kRanges, "v", "g", 3);
  EXPECT_EQ(writer.Attempt().result, WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(1, 2, 3));
  EXPECT_EQ(writer.rows_written(), 3u);
}

// The first half is written when the sink goes down: it must not come again.
TEST_F(BatchWriterTest, ProgressOfHalvingIsKeptOverARetry) {
  Script({absl::InvalidArgumentError("bad"), absl::OkStatus(),
          absl::UnavailableError("down"), absl::UnavailableError("down")});
  Begin(Ids({1, 2, 3, 4}));
  EXPECT_EQ(Attempt(), WriteResult::kRetry);
  EXPECT_THAT(sink_.written, ElementsAre(1, 2));
  EXPECT_EQ(Attempt(), WriteResult::kRetry);
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(1, 2, 3, 4));
  ASSERT_EQ(sink_.calls.size(), 5u);
  EXPECT_THAT(sink_.calls[4].ids, ElementsAre(3, 4));
  EXPECT_EQ(sink_.calls[4].attempt, 3);
  EXPECT_EQ(sink_.calls[1].attempt, 1);
}

TEST_F(BatchWriterTest, SingleRowNeedsNoHalving) {
  RefuseSilently({9});
  Begin(Ids({9}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_EQ(writer_.calls(), 1);
  EXPECT_THAT(writer_.TakeRefused(),
              ElementsAre(RefusedRow{0, "", "Bad row in the batch"}));
}

// --- Sinks that keep positions -----------------------------------------------

// The refused rows must be durable elsewhere before the positions pass them.
TEST_F(BatchWriterTest, RefusedRowsComeBeforePositionsMove) {
  sink_.set_keeps_positions();
  RefuseByName({2}, absl::InvalidArgumentError("x"));
  Begin(Ids({1, 2, 3}));
  EXPECT_EQ(Attempt(), WriteResult::kRefused);
  EXPECT_THAT(sink_.written, IsEmpty());
  EXPECT_THAT(writer_.TakeRefused(), ElementsAre(RefusedRow{1, "id", "Bad"}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(sink_.written, ElementsAre(1, 3));
  EXPECT_EQ(sink_.calls.back().ranges, kRanges);
  EXPECT_EQ(sink_.calls.back().attempt, 1);
  EXPECT_EQ(writer_.calls(), 2);
}

TEST_F(BatchWriterTest, PositionsMoveWhereAllRowsAreRefused) {
  sink_.set_keeps_positions();
  RefuseByName({2}, absl::OkStatus());
  Begin(Ids({2}));
  EXPECT_EQ(Attempt(), WriteResult::kRefused);
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  ASSERT_EQ(sink_.calls.size(), 2u);
  EXPECT_THAT(sink_.calls[1].ids, IsEmpty());
  EXPECT_EQ(sink_.calls[1].ranges, kRanges);
}

TEST_F(BatchWriterTest, BatchWithPositionsIsNeverHalved) {
  sink_.set_keeps_positions();
  RefuseSilently({2});
  Begin(Ids({1, 2}));
  EXPECT_EQ(Attempt(), WriteResult::kFailed);
  EXPECT_EQ(status_, absl::InternalError(
                         "The sink keeps positions, so it has to name the "
                         "rows that it refuses: Bad row in the batch"));
  EXPECT_EQ(writer_.calls(), 1);
}

TEST_F(BatchWriterTest, SingleRowWithPositionsNeedsNoName) {
  sink_.set_keeps_positions();
  RefuseSilently({2});
  Begin(Ids({2}));
  EXPECT_EQ(Attempt(), WriteResult::kRefused);
  EXPECT_THAT(writer_.TakeRefused(),
              ElementsAre(RefusedRow{0, "", "Bad row in the batch"}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
}

TEST_F(BatchWriterTest, RefusingABatchWithoutRowsFails) {
  sink_.set_keeps_positions();
  Script({absl::InvalidArgumentError("bad")});
  Begin(Ids({}));
  EXPECT_EQ(Attempt(), WriteResult::kFailed);
  EXPECT_EQ(status_,
            absl::InternalError("The sink refused a batch without rows: bad"));
}

TEST_F(BatchWriterTest, BeginForgetsTheBatchBefore) {
  RefuseSilently({1});
  Begin(Ids({1, 2}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  Begin(Ids({7}));
  EXPECT_EQ(Attempt(), WriteResult::kWritten);
  EXPECT_THAT(writer_.TakeRefused(), IsEmpty());
  EXPECT_EQ(writer_.rows_written(), 1u);
  EXPECT_EQ(writer_.calls(), 1);
}

}  // namespace
}  // namespace rowfall::sink
