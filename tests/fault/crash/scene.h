// SPDX-License-Identifier: Apache-2.0
// A topic, a host that is killed again and again, and what must hold of its
// table and its offsets after each death.
#ifndef ROWFALL_TESTS_FAULT_CRASH_SCENE_H_
#define ROWFALL_TESTS_FAULT_CRASH_SCENE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fault/crash/child.h"
#include "tests/kafka/cluster.h"

namespace rowfall::fault {

enum class Table : uint8_t {
  kFile,    // At least once.
  kSqlite,  // Exactly once: rows without a key beside their positions.
  kSums,    // The same with rows that are made of batches.
};

// How the host reads: what happens after its death depends on it.
enum class Member : uint8_t {
  kDynamic,  // The group waits until the session of the dead one is over.
  kStatic,   // The new one takes the place of the dead one at once.
  kListed,   // partition_list: there is no group.
};

struct SceneOptions {
  Table table = Table::kFile;
  Member member = Member::kDynamic;
  int partitions = 3;
  int batch = 20;
  int batch_timeout_ms = 50;
  int num_consumers = 1;
  int session_ms = 1000;
  bool only_rows = false;  // No message is filtered or rejected.
  std::string on_error = "dead_letter";
  int64_t poison_id = 0;  // Is not to be written, though it is as any other.
};

// What scenes have seen; thread-safe.
struct Figures {
  std::mutex mutex;
  int64_t rounds = 0;
  int64_t messages = 0;
  int64_t duplicates = 0;
  int64_t most_duplicates = 0;  // In one start.
  std::map<std::string, int64_t> kills;

  std::string ToString();
};

// Failures are those of the test at hand. Used by one thread.
class Scene {
 public:
  Scene(const SceneOptions& options, uint64_t seed, Figures* figures);
  ~Scene();
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  // Appends messages to random partitions: rows, stretches of messages that
  // the view's WHERE drops, and messages that are no JSON.
  void Produce(int64_t count);
  // Starts a host that is to end at `crash_at` ("name:n"), with further
  // settings, of which the last one of a name counts.
  std::unique_ptr<Child> Start(const std::string& crash_at = "",
                               const std::vector<std::string>& more = {});

  // A life that ends at the n-th passing of a point, within some seconds.
  void DieAt(const std::string& point, int passing);
  // The same for a point that is passed only after SIGTERM, which comes when
  // the first new rows are there.
  void DieStopping(const std::string& point);
  // The same for a point that is passed when another host joins.
  void DieLeaving(const std::string& point);
  // A life that is ended at some passing of some point, or after a random time,
  // by SIGKILL or SIGABRT.
  void DieAtRandom();

  // The checks that hold at any time at which no host writes.
  void Check();
  // Lets a host go on undisturbed to the end of everything, stops it, checks.
  void Finish();

  // Whether each message has reached its end: row, filter or rejects.
  bool IsComplete();
  // How often the row of each message (partition, offset) is there.
  std::map<std::pair<int32_t, int64_t>, int> Copies();
  int64_t NumRows();
  std::map<int32_t, int64_t> Committed();

  std::mt19937_64& random() { return random_; }
  const std::string& dir() const { return dir_; }
  std::string rows() const { return dir_ + "/rows"; }
  std::string SourceSql() const;
  std::string ViewSql() const;
  // Whether the log of the host in `dir` has the text.
  static bool HasLogged(const std::string& dir, std::string_view text);
  std::string name() const;

 private:
  enum class Kind : uint8_t { kRow, kFiltered, kBad };
  struct Message {
    Kind kind;
    int64_t id;
  };

  void MakeTables() const;
  // Waits for the death of a host that was started to die at `point`.
  void Die(Child& host, const std::string& point);
  void DieAtRandomPoint();
  void Count(const std::string& kill);
  int64_t Query(const std::string& sql) const;

  void SkipToRow(int32_t partition, int64_t& offset) const;
  void CheckFile(const std::map<int32_t, int64_t>& committed);
  void CheckSqlite(const std::map<int32_t, int64_t>& committed);
  void CheckSums(const std::map<int32_t, int64_t>& committed);
  // That rejected messages before `end` are at the dead-letter side.
  void CheckRejects(int32_t partition, int64_t end);
  std::map<int32_t, int64_t> StoredPositions() const;

  const SceneOptions options_;
  const uint64_t seed_;
  Figures* const figures_;
  std::mt19937_64 random_;
  KafkaCluster cluster_;
  const std::string topic_;
  const std::string source_group_ = KafkaCluster::UniqueName("crash");
  const std::string group_ = source_group_ + ".rows_view";
  const std::string dir_;
  // What was produced: by partition, the index is the offset.
  std::vector<std::vector<Message>> messages_;
  int64_t next_id_ = 1;
  int64_t num_rows_ = 0;                         // Of kind kRow.
  std::map<int32_t, int64_t> committed_before_;  // At the last check.
  size_t lines_checked_ = 0;                     // Of the file of rows.
  std::vector<int64_t> file_end_;   // By partition: what is durable.
  std::vector<int64_t> file_next_;  // Where the current reader is.
};

// Runs run(0) ... run(count - 1), some of them at once.
void RunInParallel(int count, const std::function<void(int)>& run);

// ROWFALL_SEED, or one from the clock; printed.
uint64_t SeedOfTest();
// ROWFALL_CRASH_ROUNDS; by default 10, or 200 where ROWFALL_LONG=1.
int RoundsOfTest();

}  // namespace rowfall::fault

#endif  // ROWFALL_TESTS_FAULT_CRASH_SCENE_H_
