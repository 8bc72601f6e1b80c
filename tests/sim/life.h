// SPDX-License-Identifier: Apache-2.0
// One life of a simulated process: it may end inside any call to the outside.
#ifndef ROWFALL_TESTS_SIM_LIFE_H_
#define ROWFALL_TESTS_SIM_LIFE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "rowfall/message.h"

namespace rowfall::tests {

// What becomes of a call to the outside.
enum class Fate : uint8_t {
  kDead,  // The process is dead: nothing happens any more.
  kLives,
  kDiesAfter,  // The call has its effect, the process never hears of it.
};

// The code of a dead process still runs when its engine is destroyed, but
// nothing that it does reaches the outside. So a crash at any point needs no
// help from the engine.
class Life {
 public:
  Fate Enter() {
    if (dead_) return Fate::kDead;
    if (calls_left_ == 0 || --calls_left_ != 0) return Fate::kLives;
    dead_ = true;
    return dies_after_ ? Fate::kDiesAfter : Fate::kDead;
  }

  bool dead() const { return dead_; }
  void Die() { dead_ = true; }
  // Dies in the call number `calls` from now: after its effect, or before it.
  void DieIn(int calls, bool after) {
    calls_left_ = calls;
    dies_after_ = after;
  }
  void Spare() { calls_left_ = 0; }

  // Faults of commits, which last until they are ended.
  bool loses_commits = false;   // They do not reach the broker.
  bool loses_answers = false;   // They do, but nobody hears of it.
  bool delays_answers = false;  // Until it is ended.
  int partial_commits = 0;      // So many leave a partition out.

  // What the engine has reported as errors: view and text.
  std::set<std::pair<std::string, std::string>> reported;
  // Views that have met gaps that they must not cross, with what is to be said
  // of them.
  std::map<std::string, std::vector<std::string>, std::less<>> must_fail;
  // What each worker heard last of what its group has, by its name.
  std::map<std::string, std::map<TopicPartition, PartitionOffset>> heard;
  // Tables that are open, by view. All workers of a view end together.
  std::map<std::string, int> open_tables;
  void TableClosed(const std::string& view) {
    if (--open_tables[view] != 0) return;
    std::erase_if(heard, [&view](const auto& of_worker) {
      return of_worker.first.starts_with(view + "/");
    });
  }

  bool loses_anything() const { return loses_commits || loses_answers; }

 private:
  bool dead_ = false;
  int calls_left_ = 0;  // 0: no end is set.
  bool dies_after_ = false;
};

inline absl::Status DeadStatus() {
  return absl::UnavailableError("The process is dead");
}

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_LIFE_H_
