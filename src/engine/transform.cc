// SPDX-License-Identifier: Apache-2.0
// A source's mapping and a view's SELECT without an engine.
#include "rowfall/transform.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "base/guard.h"
#include "base/status.h"
#include "base/text.h"
#include "engine/pipeline.h"
#include "engine/property_check.h"
#include "plan/source_plan.h"
#include "plan/view_options.h"
#include "plan/view_plan.h"
#include "sql/parser.h"

namespace rowfall {

namespace {

absl::StatusOr<std::unique_ptr<engine::Pipeline>> MakePipeline(
    const std::shared_ptr<const plan::ViewPlan>& view) {
  return engine::Pipeline::Make(view, engine::PipelineLimits(),
                                Clock::Real());
}

// Appends all that failed, or nothing where it throws.
void AppendInOrder(engine::Processed& processed,
                   std::vector<RejectedMessage>& rejected) {
  const auto before = [](const RejectedMessage& a, const RejectedMessage& b) {
    return a.message < b.message;
  };
  std::vector<RejectedMessage> all;
  all.reserve(processed.rejected.size() + processed.replaced.size());
  std::merge(std::make_move_iterator(processed.rejected.begin()),
             std::make_move_iterator(processed.rejected.end()),
             std::make_move_iterator(processed.replaced.begin()),
             std::make_move_iterator(processed.replaced.end()),
             std::back_inserter(all), before);
  rejected.insert(rejected.end(), std::make_move_iterator(all.begin()),
                  std::make_move_iterator(all.end()));
}

}  // namespace

struct Transform::Impl {
  plan::SourcePlan source;
  std::shared_ptr<const plan::ViewPlan> view;
  std::unique_ptr<engine::Pipeline> pipeline;
};

Transform::Transform(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transform::Transform(Transform&&) noexcept = default;
Transform& Transform::operator=(Transform&&) noexcept = default;
Transform::~Transform() = default;

const Schema& Transform::schema() const { return *impl_->view->schema; }
size_t Transform::batch_size() const { return impl_->source.batch; }

absl::StatusOr<Transform> Transform::Compile(
    std::string_view create_source, std::string_view create_view,
    const MaterializedView::Options& options) {
  return base::Guarded([&]() -> absl::StatusOr<Transform> {
    auto impl = std::make_unique<Impl>();
    ROWFALL_ASSIGN_OR_RETURN(const sql::Statement source,
                             sql::ParseStatement(create_source));
    if (!std::holds_alternative<sql::CreateSource>(source)) {
      return base::InvalidAt({1, 1}, "Expected CREATE SOURCE");
    }
    ROWFALL_ASSIGN_OR_RETURN(
        impl->source, plan::PlanSource(std::get<sql::CreateSource>(source),
                                       plan::BrokerOptions::kOptional));
    ROWFALL_RETURN_IF_ERROR(engine::CheckProperties(impl->source, {}));
    ROWFALL_ASSIGN_OR_RETURN(const sql::Statement view,
                             sql::ParseStatement(create_view));
    if (!std::holds_alternative<sql::CreateView>(view)) {
      return base::InvalidAt({1, 1}, "Expected CREATE MATERIALIZED VIEW");
    }
    ROWFALL_RETURN_IF_ERROR(
        plan::PlanViewOptions(std::get<sql::CreateView>(view)).status());
    const sql::Select& select = std::get<sql::CreateView>(view).select;
    if (select.from != impl->source.name) {
      return base::ErrorAt(absl::StatusCode::kNotFound, select.from_place,
                           base::Cat("Source not found: '", select.from, "'"));
    }
    plan::ViewBinding binding;
    binding.source = &impl->source.schema;
    binding.source_has_columns = impl->source.has_columns;
    binding.source_name = impl->source.name;
    binding.destination = options.destination;
    binding.functions = options.functions;
    binding.replaces_failures = impl->source.on_error == plan::OnError::kNull;
    ROWFALL_ASSIGN_OR_RETURN(impl->view, plan::PlanView(select, binding));
    ROWFALL_ASSIGN_OR_RETURN(impl->pipeline, MakePipeline(impl->view));
    return Transform(std::move(impl));
  });
}

absl::StatusOr<Batch> Transform::Apply(const MessageBatch& messages,
                                       std::vector<RejectedMessage>& rejected,
                                       absl::Time now) {
  return base::Guarded([&]() -> absl::StatusOr<Batch> {
    // Where memory ends it is not put back.
    auto pipeline = std::move(impl_->pipeline);
    if (pipeline == nullptr) {
      ROWFALL_ASSIGN_OR_RETURN(pipeline, MakePipeline(impl_->view));
    }
    absl::StatusOr<engine::Processed> processed;
    try {
      processed = pipeline->Process(messages, 0, messages.size(), now);
    } catch (const data::OverBudget&) {
      return absl::ResourceExhaustedError(
          "Rows of the messages take more than 512 MiB, give fewer at once");
    }
    ROWFALL_RETURN_IF_ERROR(processed.status());
    AppendInOrder(*processed, rejected);
    impl_->pipeline = std::move(pipeline);
    return std::move(processed->rows);
  });
}

}  // namespace rowfall
