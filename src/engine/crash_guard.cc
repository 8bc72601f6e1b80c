// SPDX-License-Identifier: Apache-2.0
// The note of a view, and who may process what.
#include "engine/crash_guard.h"

#include <algorithm>
#include <chrono>

#include "base/guard.h"
#include "base/text.h"

namespace rowfall::engine {
namespace {

// How long a worker waits for another one before it looks around again.
constexpr std::chrono::milliseconds kPatience{10};

// Stands for batches of several messages, and takes their deaths: there is no
// topic of that name.
bool IsBatch(const CrashSuspect& suspect) {
  return suspect.partition.topic.empty();
}

bool IsFoundOut(const CrashSuspect& suspect) {
  return suspect.deaths >= kDeathsToReject && !IsBatch(suspect);
}

// 16 at first, and 16 times as many for each death that no message explains.
size_t SinglesOf(const CrashNote& note) {
  constexpr size_t kFactor = 16;
  constexpr size_t kMost = size_t{1} << 40;
  size_t singles = kFactor;
  for (const CrashSuspect& suspect : note.suspects) {
    for (uint32_t i = 0; IsBatch(suspect) && i < suspect.deaths; ++i) {
      singles = std::min(singles * kFactor, kMost);
    }
  }
  return singles;
}

// A start counts itself, too.
uint32_t DeathsOf(const CrashNote& note) {
  return note.starts == 0 ? 0 : note.starts - 1;
}

// Nobody is at work; who has never died is forgotten.
void ForgetWork(CrashNote& note) {
  for (CrashSuspect& suspect : note.suspects) suspect.at_work = false;
  std::erase_if(note.suspects, [](const CrashSuspect& suspect) {
    return suspect.deaths == 0;
  });
}

// Null where there is none; as constant as the note.
template <typename Note>
auto* Find(Note& note, const TopicPartition& partition, int64_t offset) {
  const auto found = std::find_if(note.suspects.begin(), note.suspects.end(),
                                  [&](const CrashSuspect& suspect) {
                                    return suspect.offset == offset &&
                                           suspect.partition == partition;
                                  });
  return found == note.suspects.end() ? nullptr : &*found;
}

}  // namespace

void CountStart(CrashNote& note) {
  if (note.starts < UINT32_MAX) ++note.starts;
  for (CrashSuspect& suspect : note.suspects) {
    if (suspect.at_work && suspect.deaths < UINT32_MAX) ++suspect.deaths;
  }
  ForgetWork(note);
}

bool CountStop(CrashNote& note) {
  const CrashNote before = note;
  ForgetWork(note);
  // What was found out is not to be tried again by each restart.
  if (std::none_of(note.suspects.begin(), note.suspects.end(), IsFoundOut)) {
    note = CrashNote();
  }
  return note != before;
}

CrashGuard::CrashGuard(std::shared_ptr<const ViewSpec> spec,
                       std::shared_ptr<CatalogWriter> catalog)
    : spec_(std::move(spec)),
      catalog_(std::move(catalog)),
      note_(catalog_->NoteOf(spec_->name)),
      progress_(spec_->source.num_consumers) {
  const uint32_t max_crashes = spec_->source.max_crashes;
  unproven_ = max_crashes > 0 && !note_.empty();
  careful_ =
      unproven_ && (DeathsOf(note_) >= max_crashes || !note_.suspects.empty());
  if (!careful_) return;
  num_singles_ = SinglesOf(note_);
  const auto log = [this](std::string_view text) {
    spec_->env->Log(LogLevel::kError, spec_->name, -1, text);
  };
  log(Reason());
  for (const CrashSuspect& suspect : note_.suspects) {
    if (IsBatch(suspect)) continue;
    log(base::Cat(
        "Deaths of the process at ",
        base::EscapeControl(suspect.partition.topic), "/",
        suspect.partition.partition, "@", suspect.offset, ": ", suspect.deaths,
        IsFoundOut(suspect) ? ", it is rejected" : ", it is tried once more"));
  }
}

std::string CrashGuard::Reason() const {
  if (!is_careful()) return "";
  const std::lock_guard<std::mutex> lock(mutex_);
  return base::Cat(
      "Takes messages one by one, as the process died in a row without getting "
      "on, deaths: ",
      DeathsOf(note_), " (max_crashes=", spec_->source.max_crashes, ")");
}

bool CrashGuard::WaitForTurn(std::unique_lock<std::mutex>& lock, int worker) {
  if (!left_.wait_for(lock, kPatience, [this] { return at_work_ < 0; })) {
    return false;
  }
  if (is_careful()) at_work_ = worker;
  return true;
}

bool CrashGuard::EnterBatch(int worker) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!WaitForTurn(lock, worker)) return false;
    if (!is_careful() || batch_is_noted_) return true;
    batch_is_noted_ = true;
    CrashSuspect* suspect = Find(note_, TopicPartition(), 0);
    if (suspect == nullptr) suspect = &note_.suspects.emplace_back();
    suspect->at_work = true;
  }
  // Once for all that follow: the note names none of them.
  Store();
  return true;
}

bool CrashGuard::Enter(int worker, const TopicPartition& partition,
                       int64_t offset) {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!WaitForTurn(lock, worker)) return false;
    if (!is_careful()) return true;
    ForgetWork(note_);  // Of a batch before.
    batch_is_noted_ = false;
    CrashSuspect* suspect = Find(note_, partition, offset);
    if (suspect == nullptr) {
      suspect = &note_.suspects.emplace_back();
      suspect->partition = partition;
      suspect->offset = offset;
    }
    suspect->at_work = true;
  }
  Store();
  return true;
}

void CrashGuard::Leave(int worker, bool settled) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (at_work_ != worker) return;
    if (settled) {
      // It was not that one. The next Enter() makes it durable.
      std::erase_if(note_.suspects, [](const CrashSuspect& suspect) {
        return suspect.at_work && !IsFoundOut(suspect) && !IsBatch(suspect);
      });
    }
    // The note of batches stays for the next one.
    if (!settled || !batch_is_noted_) ForgetWork(note_);
    batch_is_noted_ = batch_is_noted_ && settled;
  }
  // Who waits for the table does not die at the message.
  if (!settled) Store();
  const std::lock_guard<std::mutex> lock(mutex_);
  at_work_ = -1;
  left_.notify_one();
}

uint32_t CrashGuard::DeathsAt(const TopicPartition& partition,
                              int64_t offset) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const CrashSuspect* suspect = Find(note_, partition, offset);
  return suspect == nullptr ? 0 : suspect->deaths;
}

void CrashGuard::Assigned(int worker, bool any) {
  const std::lock_guard<std::mutex> lock(mutex_);
  progress_[worker] = any ? Progress::kUnknown : Progress::kNothingToDo;
}

void CrashGuard::Proven(int worker) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    progress_[worker] = Progress::kProven;
    if (!AllProven() || note_.empty()) return;
    note_ = CrashNote();
  }
  if (careful_.exchange(false)) {
    spec_->env->Log(LogLevel::kInfo, spec_->name, -1,
                    "Takes messages in batches again");
  }
  Store();
}

bool CrashGuard::AllProven() const {
  return std::none_of(
      progress_.begin(), progress_.end(),
      [](Progress progress) { return progress == Progress::kUnknown; });
}

void CrashGuard::Store() {
  // Whatever fails, memory included, the view goes on.
  (void)base::Guarded([this] {
    const absl::Status stored = catalog_->Note([this](ViewDefinition& view) {
      if (view.name != spec_->name) return false;
      const std::lock_guard<std::mutex> lock(mutex_);
      view.crash = note_;
      return true;
    });
    if (stored.ok() || absl::IsCancelled(stored)) return stored;
    spec_->env->Log(LogLevel::kWarning, spec_->name, -1,
                    base::Cat("A note against crash loops was not stored: ",
                              base::FromAbsl(stored.message())));
    return stored;
  });
}

}  // namespace rowfall::engine
