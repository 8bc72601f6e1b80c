// SPDX-License-Identifier: Apache-2.0
// Making sources and views from their definitions.
#include "engine/objects.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/host_call.h"
#include "base/mistake.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/host_answers.h"
#include "engine/property_check.h"
#include "plan/view_options.h"
#include "sql/parser.h"

namespace rowfall::engine {
namespace {

plan::OnError ResolveOnError(const SourceObject& source,
                             const EngineOptions& options) {
  if (source.plan.on_error != plan::OnError::kDefault &&
      source.plan.on_error != plan::OnError::kNull) {
    return source.plan.on_error;
  }
  return options.rejects != nullptr ? plan::OnError::kDeadLetter
                                    : plan::OnError::kStop;
}

absl::Status BadOption(const SourceObject& source, std::string_view key,
                       std::string_view what) {
  const auto option = std::find_if(
      source.statement.options.begin(), source.statement.options.end(),
      [key](const sql::Option& other) { return other.key == key; });
  return base::InvalidAt(option->value_place, what);
}

// The places of CREATE's checks that need more than the statement.
absl::Status CheckSource(const SourceObject& source,
                         const EngineOptions& options) {
  ROWFALL_RETURN_IF_ERROR(CheckProperties(source.plan, options));
  if (source.plan.on_error == plan::OnError::kDeadLetter &&
      options.rejects == nullptr) {
    return BadOption(source, "on_error",
                     "Option on_error='dead_letter' needs a RejectHandler of "
                     "the host");
  }
  if (source.plan.max_errors.is_set() &&
      source.plan.on_error == plan::OnError::kDefault &&
      options.rejects == nullptr) {
    return BadOption(source, "max_errors",
                     "Option max_errors has no effect without on_error, as "
                     "the host has no RejectHandler");
  }
  return absl::OkStatus();
}

absl::Status Damaged(absl::StatusCode code, std::string_view what,
                     std::string_view name, const absl::Status& why) {
  return absl::Status(code, base::Cat("The definition of ", what, " '", name,
                                      "' in the catalog cannot be used: ",
                                      base::FromAbsl(why.message())));
}

// A row without the key that rows replace each other by would reach Write()
// with nothing there.
absl::Status CheckKey(const sql::CreateView& view, const TableFacts& facts,
                      const plan::ViewPlan& plan) {
  constexpr std::string_view kKey = "id";
  const auto key = facts.schema.IndexOf(kKey);
  if (!facts.traits.replaces_by_id || !key.has_value() ||
      facts.schema.field(*key).nullable ||
      plan.schema->IndexOf(kKey).has_value()) {
    return absl::OkStatus();
  }
  return base::InvalidAt(
      view.table_place,
      base::Cat("Table ", base::Quote(view.table),
                " replaces rows by their id, which cannot be NULL, and the "
                "view gives none: write SELECT <expression> AS id, ..."));
}

// Returns what is shown while functions of the host are called; empty: none.
std::string FunctionsNote(const plan::ViewPlan& plan,
                          const FunctionRegistry* functions) {
  std::set<std::string> names;
  for (const plan::BoundExpr& expr : plan.exprs) {
    const auto* call = std::get_if<plan::CallExpr>(&expr.node);
    if (call == nullptr || functions == nullptr) continue;
    if (functions->Find(call->name) != nullptr) {
      names.insert(base::ToLower(call->name));
    }
  }
  std::string note;
  for (const std::string& name : names) {
    base::AppendCat(
        note, note.empty() ? "The host has been in function " : ", ", name);
  }
  return note;
}

}  // namespace

absl::StatusOr<SourceObject> MakeSource(sql::CreateSource statement,
                                        std::string_view sql,
                                        const EngineOptions& options) {
  SourceObject source;
  ROWFALL_ASSIGN_OR_RETURN(source.plan, plan::PlanSource(statement));
  source.definition = {statement.name, std::string(sql)};
  source.statement = std::move(statement);
  ROWFALL_RETURN_IF_ERROR(CheckSource(source, options));
  return source;
}

absl::StatusOr<std::shared_ptr<const ViewSpec>> BindView(
    const ViewObject& view, const SourceObject& source,
    std::shared_ptr<const Environment> env) {
  auto spec = std::make_shared<ViewSpec>();
  const auto table = base::CallHost("The table provider", [&] {
    return env->options().tables->OpenTable(view.statement.table);
  });
  if (absl::IsNotFound(table.status())) {
    return base::ErrorAt(absl::StatusCode::kNotFound,
                         view.statement.table_place,
                         base::Cat("Destination table not found: ",
                                   base::Quote(view.statement.table)));
  }
  ROWFALL_RETURN_IF_ERROR(table.status());
  if (*table == nullptr) {
    return absl::InternalError("The table provider returned no table");
  }
  ROWFALL_ASSIGN_OR_RETURN(const TableFacts facts,
                           AskTable(view.statement.table, **table));
  plan::ViewBinding binding;
  binding.source = &source.plan.schema;
  binding.source_has_columns = source.plan.has_columns;
  binding.source_name = source.plan.name;
  binding.destination = &facts.schema;
  binding.functions = env->options().functions.get();
  binding.replaces_failures = source.plan.on_error == plan::OnError::kNull;
  ROWFALL_ASSIGN_OR_RETURN(spec->plan,
                           plan::PlanView(view.statement.select, binding));
  ROWFALL_RETURN_IF_ERROR(CheckKey(view.statement, facts, *spec->plan));
  spec->functions_note = FunctionsNote(*spec->plan, binding.functions);
  spec->name = view.definition.name;
  spec->table = view.statement.table;
  spec->consumer_group = view.definition.consumer_group;
  spec->source = source.plan;
  spec->on_error = ResolveOnError(source, env->options());
  spec->env = std::move(env);
  return std::shared_ptr<const ViewSpec>(std::move(spec));
}

absl::StatusOr<std::string> ChooseGroup(const sql::CreateView& statement,
                                        const SourceObject& source,
                                        const Views& views) {
  ROWFALL_ASSIGN_OR_RETURN(const plan::ViewOptions options,
                           plan::PlanViewOptions(statement));
  const auto owner_of = [&](std::string_view group) {
    return std::find_if(views.begin(), views.end(), [&](const auto& other) {
      return other.first != statement.name &&
             other.second.definition.consumer_group == group;
    });
  };
  if (ROWFALL_MISTAKE(name_groups_by_order) &&
      owner_of(source.plan.consumer_group) == views.end()) {
    return source.plan.consumer_group;
  }
  std::string group = plan::GroupOf(source.plan, statement, options);
  const auto owner = owner_of(group);
  if (owner == views.end()) return group;
  return base::ErrorAt(
      absl::StatusCode::kFailedPrecondition,
      statement.options.empty() ? statement.name_place
                                : statement.options[0].value_place,
      base::Cat("Consumer group is that of view '", owner->first,
                "', write consumer_group='...' with another one behind TO ",
                statement.table, ": ", base::Quote(group)));
}

namespace {

// A definition is of the name that it stands under, and the only one.
template <typename Known>
absl::Status CheckName(std::string_view what, const std::string& name,
                       std::string_view name_in_sql, const Known& known) {
  if (name != name_in_sql) {
    return Damaged(absl::StatusCode::kDataLoss, what, name,
                   absl::DataLossError(base::ToAbsl(base::Cat(
                       "It is the statement of ", base::Quote(name_in_sql)))));
  }
  if (known.contains(name)) {
    return Damaged(absl::StatusCode::kDataLoss, what, name,
                   absl::DataLossError("It is there twice"));
  }
  return absl::OkStatus();
}

SourceObject StoredSource(sql::CreateSource statement,
                          const SourceDefinition& definition,
                          const EngineOptions& options) {
  auto source = MakeSource(statement, definition.sql, options);
  if (source.ok()) return *std::move(source);
  std::string_view text = base::FromAbsl(source.status().message());
  if (ErrorPlace(source.status()).has_value())
    text = text.substr(0, text.rfind(" [at "));
  SourceObject unusable;
  unusable.definition = definition;
  unusable.statement = std::move(statement);
  unusable.plan.name = definition.name;
  unusable.error = absl::FailedPreconditionError(base::Cat(
      "Source '", definition.name, "' cannot be used any more: ", text));
  return unusable;
}

}  // namespace

absl::StatusOr<Objects> ReadCatalog(const CatalogState& state,
                                    const EngineOptions& options) {
  Objects objects;
  for (const SourceDefinition& definition : state.sources) {
    auto statement = sql::ParseStatement(definition.sql);
    if (!statement.ok() ||
        !std::holds_alternative<sql::CreateSource>(*statement)) {
      return Damaged(absl::StatusCode::kDataLoss, "source", definition.name,
                     statement.status());
    }
    auto& create = std::get<sql::CreateSource>(*statement);
    ROWFALL_RETURN_IF_ERROR(
        CheckName("source", definition.name, create.name, objects.sources));
    objects.sources.emplace(
        definition.name, StoredSource(std::move(create), definition, options));
  }
  for (const ViewDefinition& definition : state.views) {
    auto statement = sql::ParseStatement(definition.sql);
    if (!statement.ok() ||
        !std::holds_alternative<sql::CreateView>(*statement)) {
      return Damaged(absl::StatusCode::kDataLoss, "view", definition.name,
                     statement.status());
    }
    auto& view = std::get<sql::CreateView>(*statement);
    ROWFALL_RETURN_IF_ERROR(
        CheckName("view", definition.name, view.name, objects.views));
    if (definition.consumer_group.empty()) {
      return Damaged(absl::StatusCode::kDataLoss, "view", definition.name,
                     absl::DataLossError("It has no consumer group"));
    }
    objects.views.emplace(definition.name,
                          ViewObject{definition, std::move(view)});
  }
  return objects;
}

CatalogState WriteCatalog(const Sources& sources, const Views& views) {
  CatalogState state;
  for (const auto& [name, source] : sources) {
    state.sources.push_back(source.definition);
  }
  for (const auto& [name, view] : views) {
    state.views.push_back(view.definition);
  }
  return state;
}

}  // namespace rowfall::engine
