// SPDX-License-Identifier: Apache-2.0
// The effect of each statement.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/engine_impl.h"
#include "engine/show.h"
#include "sql/parser.h"

namespace rowfall {

using engine::SourceObject;
using engine::ViewObject;

namespace {

// Each view reads the topics once more.
constexpr int kMaxViewsOfSource = 64;
// Dropped views whose groups are remembered.
constexpr size_t kMaxFormerOwners = 1000;

template <typename Objects>
std::vector<std::string> Names(const Objects& objects) {
  std::vector<std::string> names;
  for (const auto& [name, object] : objects) names.push_back(name);
  return names;
}

bool IsShow(const sql::Statement& statement) {
  return std::holds_alternative<sql::ShowList>(statement) ||
         std::holds_alternative<sql::ShowObject>(statement) ||
         std::holds_alternative<sql::ShowStatus>(statement);
}

Result Affected(int64_t rows) {
  Result result;
  result.rows_affected = rows;
  return result;
}

// Notes the calling thread for a while.
class ThreadNote {
 public:
  explicit ThreadNote(std::atomic<std::thread::id>& note) : note_(note) {
    note_ = std::this_thread::get_id();
  }
  ~ThreadNote() { note_ = std::thread::id(); }
  ThreadNote(const ThreadNote&) = delete;
  ThreadNote& operator=(const ThreadNote&) = delete;

 private:
  std::atomic<std::thread::id>& note_;
};

// Views of a source that asks for more could never run.
absl::Status CheckNumConsumers(const SourceObject& source, int limit) {
  if (source.plan.num_consumers <= limit) return absl::OkStatus();
  const auto option = std::find_if(
      source.statement.options.begin(), source.statement.options.end(),
      [](const sql::Option& other) { return other.key == "num_consumers"; });
  return base::ErrorAt(
      absl::StatusCode::kResourceExhausted, option->value_place,
      base::Cat("Option num_consumers is above what the host allows "
                "(max_consumers), which is ",
                limit, ": ", source.plan.num_consumers));
}

absl::Status Exists(std::string_view what, std::string_view name,
                    TextPlace place) {
  return base::ErrorAt(absl::StatusCode::kAlreadyExists, place,
                       base::Cat(what, " already exists: ", base::Quote(name)));
}

}  // namespace

absl::StatusOr<Result> Engine::Impl::Execute(std::string_view sql) {
  if (sql.size() > env_->options().max_statement_bytes) {
    return absl::InvalidArgumentError(
        base::Cat("Statement is longer than ",
                  env_->options().max_statement_bytes, " bytes: ", sql.size()));
  }
  ROWFALL_ASSIGN_OR_RETURN(sql::Statement statement, sql::ParseStatement(sql));
  const auto run = [&](auto& what) { return Run(what, sql); };
  if (IsShow(statement)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::visit(run, statement);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [name, running] : running_) {
      if (running.runner != nullptr && running.runner->RunsOnThisThread()) {
        return absl::FailedPreconditionError(
            "A sink or handler must not execute statements on the engine that "
            "calls it");
      }
    }
  }
  if (statement_thread_.load() == std::this_thread::get_id()) {
    return absl::FailedPreconditionError(
        "A catalog or table provider must not execute statements on the "
        "engine that calls it");
  }
  const std::lock_guard<std::mutex> lock(statement_mutex_);
  if (stopped()) return absl::CancelledError("The engine was stopped");
  const ThreadNote note(statement_thread_);
  return std::visit(run, statement);
}

// --- Looking up ------------------------------------------------------------

absl::Status Engine::Impl::NoSuch(std::string_view what, std::string_view name,
                                  TextPlace place,
                                  std::vector<std::string> known) const {
  return base::ErrorAt(absl::StatusCode::kNotFound, place,
                       base::Cat(what, " not found: ", base::Quote(name),
                                 base::DidYouMean(name, known)));
}

absl::StatusOr<ViewObject*> Engine::Impl::FindView(std::string_view name,
                                                   TextPlace place) {
  const auto found = views_.find(name);
  if (found != views_.end()) return &found->second;
  return NoSuch("Materialized view", name, place, Names(views_));
}

absl::StatusOr<SourceObject*> Engine::Impl::FindSource(std::string_view name,
                                                       TextPlace place) {
  const auto found = sources_.find(name);
  if (found != sources_.end()) return &found->second;
  return NoSuch("Source", name, place, Names(sources_));
}

// --- CREATE ----------------------------------------------------------------

absl::StatusOr<Result> Engine::Impl::Run(sql::CreateSource& statement,
                                         std::string_view sql) {
  if (sources_.contains(statement.name)) {
    if (statement.if_not_exists) return Affected(0);
    return Exists("Source", statement.name, statement.name_place);
  }
  ROWFALL_ASSIGN_OR_RETURN(
      SourceObject source,
      engine::MakeSource(std::move(statement), sql, env_->options()));
  const int num_consumers = source.plan.num_consumers;
  ROWFALL_RETURN_IF_ERROR(
      CheckNumConsumers(source, env_->options().max_consumers));
  engine::Sources sources = sources_;
  sources.emplace(source.definition.name, std::move(source));
  ROWFALL_RETURN_IF_ERROR(Store(sources, views_));
  const std::lock_guard<std::mutex> lock(mutex_);
  sources_ = std::move(sources);
  return Affected(num_consumers);
}

absl::StatusOr<ViewObject> Engine::Impl::MakeView(sql::CreateView& statement,
                                                  std::string_view sql) const {
  const auto source = sources_.find(statement.select.from);
  if (source == sources_.end()) {
    return NoSuch("Source", statement.select.from, statement.select.from_place,
                  Names(sources_));
  }
  const auto siblings =
      std::count_if(views_.begin(), views_.end(), [&](const auto& other) {
        return other.second.statement.select.from == statement.select.from;
      });
  if (siblings >= kMaxViewsOfSource) {
    return base::ErrorAt(
        absl::StatusCode::kResourceExhausted, statement.select.from_place,
        base::Cat("Source has ", kMaxViewsOfSource,
                  " views already: ", base::Quote(statement.select.from)));
  }
  ViewObject view;
  view.definition.name = statement.name;
  view.definition.sql = sql;
  ROWFALL_ASSIGN_OR_RETURN(
      view.definition.consumer_group,
      engine::ChooseGroup(statement, source->second, views_));
  view.statement = std::move(statement);
  return view;
}

absl::StatusOr<Result> Engine::Impl::Run(sql::CreateView& statement,
                                         std::string_view sql) {
  if (views_.contains(statement.name)) {
    if (statement.if_not_exists) return Affected(0);
    return Exists("Materialized view", statement.name, statement.name_place);
  }
  ROWFALL_ASSIGN_OR_RETURN(ViewObject view, MakeView(statement, sql));
  ROWFALL_ASSIGN_OR_RETURN(const auto spec, Bind(view));
  const std::string name = view.definition.name;
  const std::string warning = TellFormerOwner(view.definition);
  engine::Views views = views_;
  views.emplace(name, std::move(view));
  ROWFALL_ASSIGN_OR_RETURN(RunningViews running, MakeRunning(name, spec));
  ROWFALL_RETURN_IF_ERROR(Store(sources_, views));
  bool launched = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    launched = Launch(running);
    if (launched) views_ = std::move(views);
  }
  if (launched) {
    if (!warning.empty()) env_->Log(LogLevel::kWarning, name, -1, warning);
    return Affected(spec->source.num_consumers);
  }
  Restore();
  return absl::CancelledError("The engine was stopped");
}

std::string Engine::Impl::TellFormerOwner(const ViewDefinition& view) const {
  const auto found = former_owners_.find(view.consumer_group);
  if (found == former_owners_.end() || found->second == view.name) return "";
  return base::Cat("Consumer group ", base::Quote(view.consumer_group),
                   " was that of view '", found->second,
                   "', which was dropped: what that one has read does not come "
                   "again");
}

absl::StatusOr<Result> Engine::Impl::Run(sql::Explain& statement,
                                         std::string_view sql) {
  ROWFALL_ASSIGN_OR_RETURN(const ViewObject view,
                           MakeView(statement.view, sql));
  ROWFALL_ASSIGN_OR_RETURN(const auto spec, Bind(view));
  return engine::ShowPlan(*spec);
}

// --- ALTER and DROP --------------------------------------------------------

absl::StatusOr<Result> Engine::Impl::Run(const sql::AlterView& statement,
                                         std::string_view) {
  ROWFALL_ASSIGN_OR_RETURN(ViewObject * view,
                           FindView(statement.name, statement.name_place));
  if (view->definition.suspended == statement.suspended) {
    return SameState(*view);
  }
  ROWFALL_RETURN_IF_ERROR(statement.suspended ? Suspend(*view) : Resume(*view));
  return Result();
}

absl::Status Engine::Impl::SameState(const ViewObject& view) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool failed = StatusOf(view).state == ViewState::kFailed;
  return absl::FailedPreconditionError(
      base::Cat("Materialized view '", view.definition.name,
                view.definition.suspended ? "' is suspended already"
                : failed ? "' failed, suspend it before it can be resumed"
                         : "' is running already"));
}

absl::Status Engine::Impl::Suspend(ViewObject& view) {
  engine::Views views = views_;
  views.at(view.definition.name).definition.suspended = true;
  Ending ending = PrepareEnd({view.definition.name});
  ROWFALL_RETURN_IF_ERROR(Store(sources_, views));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    view.definition.suspended = true;
  }
  return End(std::move(ending), env_->options().suspend_timeout);
}

absl::Status Engine::Impl::Resume(ViewObject& view) {
  ROWFALL_ASSIGN_OR_RETURN(auto spec, Rebind(view));
  engine::Views views = views_;
  views.at(view.definition.name).definition.suspended = false;
  ROWFALL_ASSIGN_OR_RETURN(RunningViews running,
                           MakeRunning(view.definition.name, std::move(spec)));
  ROWFALL_RETURN_IF_ERROR(Store(sources_, views));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (Launch(running)) {
      view.definition.suspended = false;
      return absl::OkStatus();
    }
  }
  Restore();
  return absl::CancelledError("The engine was stopped");
}

absl::StatusOr<Result> Engine::Impl::Run(const sql::Drop& statement,
                                         std::string_view) {
  if (statement.kind == sql::ObjectKind::kSource) return DropSource(statement);
  return DropView(statement);
}

absl::StatusOr<Result> Engine::Impl::DropSource(const sql::Drop& statement) {
  const auto found = FindSource(statement.name, statement.name_place);
  if (!found.ok()) {
    if (statement.if_exists) return Affected(0);
    return found.status();
  }
  const int num_consumers = (*found)->plan.num_consumers;
  engine::Sources sources = sources_;
  sources.erase(statement.name);
  engine::Views views = views_;
  std::vector<std::string> suspended;
  for (auto& [name, view] : views) {
    if (view.statement.select.from != statement.name) continue;
    view.definition.suspended = true;
    suspended.push_back(name);
  }
  Ending ending = PrepareEnd(suspended);
  ROWFALL_RETURN_IF_ERROR(Store(sources, views));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    sources_ = std::move(sources);
    views_ = std::move(views);
  }
  ROWFALL_RETURN_IF_ERROR(
      End(std::move(ending), env_->options().suspend_timeout));
  return Affected(num_consumers);
}

absl::StatusOr<Result> Engine::Impl::DropView(const sql::Drop& statement) {
  const auto found = FindView(statement.name, statement.name_place);
  if (!found.ok()) {
    if (statement.if_exists) return Affected(0);
    return found.status();
  }
  const auto source = sources_.find((*found)->statement.select.from);
  const int num_consumers =
      source == sources_.end() ? 1 : source->second.plan.num_consumers;
  const std::string group = (*found)->definition.consumer_group;
  auto former_owners = former_owners_;
  if (former_owners.size() >= kMaxFormerOwners) {
    former_owners.erase(former_owners.begin());
  }
  former_owners[group] = statement.name;
  engine::Views views = views_;
  views.erase(statement.name);
  Ending ending = PrepareEnd({statement.name});
  ROWFALL_RETURN_IF_ERROR(Store(sources_, views));
  former_owners_ = std::move(former_owners);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    views_ = std::move(views);
  }
  const absl::Status stopped =
      End(std::move(ending), env_->options().suspend_timeout);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_.erase(statement.name);
    for (const ViewRun& left : left_behind_) {
      if (left.view == statement.name) left.runner->Dropped();
    }
  }
  ROWFALL_RETURN_IF_ERROR(stopped);
  return Affected(num_consumers);
}

// --- SHOW ------------------------------------------------------------------

absl::StatusOr<Result> Engine::Impl::Run(const sql::ShowList& statement,
                                         std::string_view) {
  if (statement.kind == sql::ObjectKind::kSource) {
    return engine::ShowSources(sources_);
  }
  return engine::ShowViews(views_);
}

absl::StatusOr<Result> Engine::Impl::Run(const sql::ShowObject& statement,
                                         std::string_view) {
  if (statement.kind == sql::ObjectKind::kSource) {
    ROWFALL_ASSIGN_OR_RETURN(const SourceObject* source,
                             FindSource(statement.name, statement.name_place));
    return engine::ShowSource(*source);
  }
  ROWFALL_ASSIGN_OR_RETURN(const ViewObject* view,
                           FindView(statement.name, statement.name_place));
  return engine::ShowView(*view);
}

absl::StatusOr<Result> Engine::Impl::Run(const sql::ShowStatus& statement,
                                         std::string_view) {
  ROWFALL_ASSIGN_OR_RETURN(const ViewObject* view,
                           FindView(statement.name, statement.name_place));
  return engine::ShowStatus(StatusOf(*view));
}

}  // namespace rowfall
