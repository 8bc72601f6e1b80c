// SPDX-License-Identifier: Apache-2.0
// Layouts of SHOW and EXPLAIN.
#include "engine/show.h"

#include <utility>

#include "base/text.h"
#include "plan/explain.h"

namespace rowfall::engine {
namespace {

template <typename Objects>
Result ShowNames(const Objects& objects) {
  Result result;
  result.columns = {"name"};
  for (const auto& [name, object] : objects) result.rows.push_back({name});
  return result;
}

// An offset, or "-" where there is none.
std::string OffsetText(int64_t offset) {
  return offset < 0 ? "-" : base::Cat(offset);
}

void AddPartition(const PartitionStatus& partition, Result& result) {
  result.rows.push_back(
      {base::Cat("partition ", partition.partition.ToString()),
       base::Cat("committed=", OffsetText(partition.committed),
                 " lag=", OffsetText(partition.lag),
                 " position=", OffsetText(partition.position), " end=",
                 OffsetText(partition.end), " worker=", partition.worker)});
}

// What was wrong, by fate and partition, then by column.
void AddErrors(const ViewStatus& status, Result& result) {
  for (const ErrorStatus& error : status.errors) {
    result.rows.push_back(
        {base::Cat(ErrorFateName(error.fate), " ", error.partition.ToString()),
         base::Cat("count=", error.count, " first=", error.first_offset,
                   " last=", error.last_offset, " example=", error.example)});
  }
  for (const ColumnErrors& column : status.column_errors) {
    result.rows.push_back(
        {base::Cat("column ", column.column),
         base::Cat("rejected=", column.rejected, " nulled=", column.nulled,
                   " example=", column.example)});
  }
}

}  // namespace

Result ShowSources(const Sources& sources) { return ShowNames(sources); }

Result ShowViews(const Views& views) { return ShowNames(views); }

Result ShowSource(const SourceObject& source) {
  Result result;
  result.columns = {"Source", "Create Table"};
  result.rows.push_back({source.definition.name, source.statement.show_text});
  return result;
}

Result ShowView(const ViewObject& view) {
  Result result;
  result.columns = {"View", "Create Table", "suspended"};
  result.rows.push_back({view.definition.name, view.statement.show_text,
                         view.definition.suspended ? "1" : "0"});
  return result;
}

Result ShowStatus(const ViewStatus& status) {
  Result result;
  result.columns = {"Variable", "Value"};
  const auto add = [&result](std::string_view name, std::string value) {
    result.rows.push_back({std::string(name), std::move(value)});
  };
  add("state", std::string(ViewStateName(status.state)));
  add("reason", status.reason);
  add("next_attempt_ms",
      base::Cat(absl::ToInt64Milliseconds(status.next_attempt)));
  add("last_error", status.last_error);
  add("source", status.source);
  add("table", status.table);
  add("consumer_group", status.consumer_group);
  add("messages", base::Cat(status.messages));
  add("bytes", base::Cat(status.bytes));
  add("rows_in", base::Cat(status.rows_in));
  add("rows_written", base::Cat(status.rows_written));
  add("rows_filtered", base::Cat(status.rows_filtered));
  add("rejected", base::Cat(status.rejected));
  add("nulled", base::Cat(status.nulled));
  add("batches", base::Cat(status.batches));
  add("retries", base::Cat(status.retries));
  add("commits", base::Cat(status.commits));
  add("leaked_consumers", base::Cat(status.leaked_consumers));
  add("leaked_workers", base::Cat(status.leaked_workers));
  add("gaps", base::Cat(status.gaps));
  add("skipped_offsets", base::Cat(status.skipped_offsets));
  for (const PartitionStatus& partition : status.partitions) {
    AddPartition(partition, result);
  }
  AddErrors(status, result);
  return result;
}

Result ShowPlan(const ViewSpec& view) {
  Result result;
  result.columns = {"Step", "Detail"};
  result.rows.push_back({"consumer group", view.consumer_group});
  for (auto& [step, detail] : plan::Explain(*view.plan)) {
    result.rows.push_back({std::move(step), std::move(detail)});
  }
  return result;
}

}  // namespace rowfall::engine
