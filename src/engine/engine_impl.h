// SPDX-License-Identifier: Apache-2.0
// The state of an engine and the effect of each statement on it.
#ifndef ROWFALL_ENGINE_ENGINE_IMPL_H_
#define ROWFALL_ENGINE_ENGINE_IMPL_H_

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/catalog_claim.h"
#include "engine/catalog_writer.h"
#include "engine/environment.h"
#include "engine/objects.h"
#include "engine/view_runner.h"
#include "rowfall/engine.h"
#include "sql/ast.h"

namespace rowfall {

// Statements run one at a time under `statement_mutex_`, which is held while
// workers stop. What they change is guarded by `mutex_`, held for moments
// only, so that statuses can be read meanwhile.
class Engine::Impl : public std::enable_shared_from_this<Engine::Impl> {
 public:
  Impl(std::shared_ptr<const engine::Environment> env,
       std::shared_ptr<Catalog> catalog)
      : env_(std::move(env)),
        catalog_(std::move(catalog)),
        claim_(catalog_),
        writer_(std::make_shared<engine::CatalogWriter>(catalog_)) {}

  // FailedPrecondition in a process that was forked from that of the engine:
  // there are no threads, and what they have locked stays so.
  absl::Status CheckProcess() const;

  absl::Status Open();
  absl::StatusOr<Result> Execute(std::string_view sql);
  std::vector<ViewStatus> Status() const;
  absl::StatusOr<bool> RunOnce(std::string_view view, int worker,
                               absl::Duration budget);
  absl::Status Stop(absl::Duration timeout);
  // The last resort of the destructor, where Stop() found no memory.
  void StopInPlace();
  bool stopped() const { return stopped_.load(); }
  // Whether Stop() has been through; workers may have been left behind.
  bool HasEnded() const;

 private:
  // A view that runs, or could not start.
  struct Running {
    std::shared_ptr<engine::ViewRunner> runner;  // Null: not started.
    absl::Status start_error;
    // Where waiting may help: when it is tried again, and the time after that.
    std::optional<absl::Duration> next_attempt = std::nullopt;
    absl::Duration backoff = absl::ZeroDuration();
  };
  // The workers of a view, from its start to its end.
  struct ViewRun {
    std::string view;
    std::shared_ptr<engine::ViewRunner> runner;
  };
  using ViewRuns = std::list<ViewRun>;
  using RunningViews = std::map<std::string, Running, std::less<>>;
  using Statuses = std::map<std::string, ViewStatus, std::less<>>;
  struct Ending {
    ViewRuns runs;
    Statuses figures;  // Room for them.
  };

  absl::StatusOr<Result> Run(sql::CreateSource& statement,
                             std::string_view sql);
  absl::StatusOr<Result> Run(sql::CreateView& statement, std::string_view sql);
  absl::StatusOr<Result> Run(const sql::AlterView& statement,
                             std::string_view sql);
  absl::StatusOr<Result> Run(const sql::Drop& statement, std::string_view sql);
  absl::StatusOr<Result> Run(const sql::ShowList& statement,
                             std::string_view sql);
  absl::StatusOr<Result> Run(const sql::ShowObject& statement,
                             std::string_view sql);
  absl::StatusOr<Result> Run(const sql::ShowStatus& statement,
                             std::string_view sql);
  absl::StatusOr<Result> Run(sql::Explain& statement, std::string_view sql);

  absl::StatusOr<Result> DropSource(const sql::Drop& statement);
  absl::StatusOr<Result> DropView(const sql::Drop& statement);
  // The error of an ALTER to the state that the view has.
  absl::Status SameState(const engine::ViewObject& view) const;
  absl::Status Suspend(engine::ViewObject& view);
  absl::Status Resume(engine::ViewObject& view);

  // Binds a view to its source as it is now.
  absl::StatusOr<std::shared_ptr<const engine::ViewSpec>> Bind(
      const engine::ViewObject& view) const;
  // As Bind() for a view that was made by another statement: errors have no
  // place in the text at hand and say which view it is.
  absl::StatusOr<std::shared_ptr<const engine::ViewSpec>> Rebind(
      const engine::ViewObject& view) const;
  absl::Status NoSuch(std::string_view what, std::string_view name,
                      TextPlace place, std::vector<std::string> known) const;
  absl::StatusOr<engine::ViewObject*> FindView(std::string_view name,
                                               TextPlace place);
  absl::StatusOr<engine::SourceObject*> FindSource(std::string_view name,
                                                   TextPlace place);
  absl::StatusOr<engine::ViewObject> MakeView(sql::CreateView& statement,
                                              std::string_view sql) const;

  // Returns what to warn of where a new view goes on at the positions of one
  // that was dropped, else nothing.
  std::string TellFormerOwner(const ViewDefinition& view) const;

  // Makes the objects durable, or leaves the catalog as it was.
  absl::Status Store(const engine::Sources& sources,
                     const engine::Views& views);
  // Takes a statement that failed after Store() out of the catalog.
  void Restore();
  // Notes that views begin a run, before any of them does.
  void NoteStarts(const CatalogState& state,
                  const std::vector<std::string>& views);
  // Notes that they did not end by a crash.
  void NoteStop(absl::Duration timeout);
  // A statement asks for all that it needs, memory and threads, before it
  // becomes durable; what comes behind cannot fail.
  //
  // Errors: ResourceExhausted: max_consumers, with those of the view.
  absl::Status CheckConsumers(const engine::ViewSpec& spec) const;
  // A view ready to run.
  absl::StatusOr<RunningViews> MakeRunning(
      const std::string& name,
      std::shared_ptr<const engine::ViewSpec> spec) const;
  // Lets them run; false: the engine was stopped. REQUIRES: mutex_ is held,
  // or nobody else knows the engine.
  bool Launch(RunningViews& views);
  // The runs of views that are to be stopped.
  Ending PrepareEnd(const std::vector<std::string>& names) const;
  // Stops them; their figures stay.
  absl::Status End(Ending ending, absl::Duration timeout);
  static absl::Status StopRuns(const ViewRuns& runs,
                               engine::ViewRunner::TimePoint deadline);
  // Takes a run of `runs` whose workers have not all ended.
  void KeepWhatRuns(ViewRuns& runs, ViewRuns::const_iterator run);
  void KeepFigures(const std::string& name, const engine::ViewRunner& runner,
                   Statuses& prepared);
  // With all texts safe to show.
  ViewStatus StatusOf(const engine::ViewObject& view) const;
  ViewStatus RawStatusOf(const engine::ViewObject& view) const;
  void CountLeftBehind(ViewStatus& status) const;
  // Adds the views that were dropped while workers of them hang.
  void AddDroppedViews(std::vector<ViewStatus>& statuses) const;

  // Views whose start may succeed later (late_start.cc).
  Running WaitForStart(const absl::Status& error, absl::Duration backoff) const;
  // Tries the views that are due. Returns when the next one is.
  std::optional<absl::Duration> StartWaitingViews();
  // Returns whether it was due.
  bool StartLate(const std::string& name);
  // Makes the thread for own threads, if a view waits.
  absl::Status StartStarter();
  static void RunStarter(const std::weak_ptr<Impl>& weak);

  const std::shared_ptr<const engine::Environment> env_;
  const std::shared_ptr<Catalog> catalog_;
  engine::CatalogClaim claim_;
  const std::shared_ptr<engine::CatalogWriter> writer_;
  const pid_t process_ = ::getpid();
  std::mutex statement_mutex_;
  // Who executes a statement: to be told from a callback that would wait for
  // its own caller.
  std::atomic<std::thread::id> statement_thread_{std::thread::id()};
  mutable std::mutex mutex_;
  engine::Sources sources_;  // Guarded by mutex_.
  engine::Views views_;      // Guarded by mutex_.
  RunningViews running_;     // Guarded by mutex_.
  // Views that had a group and were dropped, by group. Under statement_mutex_.
  std::map<std::string, std::string, std::less<>> former_owners_;
  // The figures of the runs that have ended, by view. Guarded by mutex_.
  Statuses ended_;
  ViewRuns left_behind_;  // Guarded by mutex_.
  std::atomic<bool> stopped_{false};
};

}  // namespace rowfall

#endif  // ROWFALL_ENGINE_ENGINE_IMPL_H_
