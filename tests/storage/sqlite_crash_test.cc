// SPDX-License-Identifier: Apache-2.0
// A process that is killed while it writes: rows and positions stay together.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/storage/sqlite_fixture.h"

namespace rowfall::sqlite {
namespace {

class SqliteCrashTest : public SqliteTest {
 protected:
  // Writes batches of 10 rows from where the positions are, for ever, and a
  // byte to `pipe` after each.
  [[noreturn]] void WriteForEver(int pipe) {
    const auto sink = Open("words");
    const auto positions = sink->LoadPositions("g");
    int64_t next = positions->empty() ? 0 : (*positions)[0].offset;
    while (true) {
      std::vector<std::vector<Value>> rows;
      for (int64_t i = 0; i < 10; ++i) rows.push_back({Value(next + i)});
      if (!Write(*sink, BatchOf({{"id", Type::kBigint}}, rows),
                 {{{"t", 0}, next, next + 10}})
               .ok()) {
        _exit(1);
      }
      next += 10;
      if (write(pipe, "x", 1) != 1) _exit(1);
    }
  }
};

TEST_F(SqliteCrashTest, KilledWriterLosesAndDoublesNothing) {
  Sql("CREATE TABLE words (id bigint)");
  shell_.reset();  // A child must not have it.
  std::mt19937_64 random(99);
  int64_t confirmed = 0;
  for (int round = 0; round < 8; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_fds[0]);
      WriteForEver(pipe_fds[1]);
    }
    close(pipe_fds[1]);
    char byte;
    for (uint64_t n = random() % 40; n > 0; --n) {
      ASSERT_EQ(read(pipe_fds[0], &byte, 1), 1);
      confirmed += 10;
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(pipe_fds[0], &byte, 1) == 1) confirmed += 10;
    close(pipe_fds[0]);

    const auto positions = Open("words")->LoadPositions("g");
    ASSERT_TRUE(positions.ok());
    const int64_t stored = positions->empty() ? 0 : (*positions)[0].offset;
    const auto counts =
        Sql("SELECT count(*), count(DISTINCT id), coalesce(max(id) + 1, 0) "
            "FROM words");
    const std::string text = std::to_string(stored);
    EXPECT_EQ(counts[0], text + "|" + text + "|" + text);
    // At most the batch that was being confirmed is there besides.
    EXPECT_GE(stored, confirmed);
    EXPECT_LE(stored, confirmed + 10);
    confirmed = stored;
    shell_.reset();
  }
  EXPECT_GT(confirmed, 0);
}

}  // namespace
}  // namespace rowfall::sqlite
