// SPDX-License-Identifier: Apache-2.0
// Names of states, and the figures in Prometheus' text format.
#include "rowfall/stats.h"

#include <functional>

#include "base/text.h"

namespace rowfall {
namespace {

// A label's value, escaped as the text format wants it.
std::string Label(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void AddFamily(std::string_view name, std::string_view type,
               std::string_view help, const std::vector<ViewStatus>& views,
               const std::function<uint64_t(const ViewStatus&)>& figure,
               std::string& out) {
  base::AppendCat(out, "# HELP rowfall_", name, " ", help, "\n# TYPE rowfall_",
                  name, " ", type, "\n");
  for (const ViewStatus& view : views) {
    base::AppendCat(out, "rowfall_", name, "{view=\"", Label(view.name), "\"} ",
                    figure(view), "\n");
  }
}

void AddCounters(const std::vector<ViewStatus>& views, std::string& out) {
  struct Family {
    std::string_view name;
    std::string_view help;
    uint64_t ViewStatus::*figure;
  };
  constexpr Family kFamilies[] = {
      {"messages_total", "Messages read.", &ViewStatus::messages},
      {"bytes_total", "Payload bytes read.", &ViewStatus::bytes},
      {"rows_in_total", "Rows mapped.", &ViewStatus::rows_in},
      {"rows_filtered_total", "Rows that gave none.",
       &ViewStatus::rows_filtered},
      {"rows_written_total", "Rows that the sink took.",
       &ViewStatus::rows_written},
      {"rejected_total", "Messages and rows rejected.", &ViewStatus::rejected},
      {"nulled_total", "Values that became NULL.", &ViewStatus::nulled},
      {"batches_total", "Batches.", &ViewStatus::batches},
      {"retries_total", "Attempts of the sink that were repeated.",
       &ViewStatus::retries},
      {"commits_total", "Commits.", &ViewStatus::commits},
      {"leaked_consumers_total", "Consumers that did not end in time.",
       &ViewStatus::leaked_consumers},
      {"gaps_total", "Positions left behind by on_gap.", &ViewStatus::gaps},
      {"skipped_offsets_total", "Offsets in gaps.",
       &ViewStatus::skipped_offsets}};
  for (const Family& family : kFamilies) {
    AddFamily(
        family.name, "counter", family.help, views,
        [&family](const ViewStatus& view) { return view.*family.figure; }, out);
  }
}

void AddTimes(const std::vector<ViewStatus>& views, std::string& out) {
  out +=
      "# HELP rowfall_step_seconds_total Time spent in each step.\n"
      "# TYPE rowfall_step_seconds_total counter\n";
  for (const ViewStatus& view : views) {
    const std::pair<std::string_view, absl::Duration> steps[] = {
        {"map", view.map_time},
        {"evaluate", view.evaluate_time},
        {"write", view.write_time},
        {"commit", view.commit_time}};
    for (const auto& [step, time] : steps) {
      base::AppendCat(out, "rowfall_step_seconds_total{view=\"",
                      Label(view.name), "\",step=\"", step, "\"} ",
                      absl::ToDoubleSeconds(time), "\n");
    }
  }
}

void AddPartitions(const std::vector<ViewStatus>& views, std::string& out) {
  struct Family {
    std::string_view name;
    std::string_view help;
    int64_t PartitionStatus::*figure;
  };
  constexpr Family kFamilies[] = {
      {"committed_offset", "The offset that is committed.",
       &PartitionStatus::committed},
      {"lag_messages", "Messages behind the end of the log.",
       &PartitionStatus::lag}};
  for (const Family& family : kFamilies) {
    base::AppendCat(out, "# HELP rowfall_", family.name, " ", family.help,
                    "\n# TYPE rowfall_", family.name, " gauge\n");
    for (const ViewStatus& view : views) {
      for (const PartitionStatus& partition : view.partitions) {
        if (partition.*family.figure < 0) continue;  // Unknown.
        base::AppendCat(out, "rowfall_", family.name, "{view=\"",
                        Label(view.name), "\",topic=\"",
                        Label(partition.partition.topic), "\",partition=\"",
                        partition.partition.partition, "\"} ",
                        partition.*family.figure, "\n");
      }
    }
  }
}

// Begins a family whose samples have more labels than the view.
void AddHead(std::string_view name, std::string_view type,
             std::string_view help, std::string& out) {
  base::AppendCat(out, "# HELP rowfall_", name, " ", help, "\n# TYPE rowfall_",
                  name, " ", type, "\n");
}

void AddErrors(const std::vector<ViewStatus>& views, std::string& out) {
  const auto add = [&](std::string_view name, std::string_view type,
                       std::string_view help, const auto& figure) {
    AddHead(name, type, help, out);
    for (const ViewStatus& view : views) {
      for (const ErrorStatus& error : view.errors) {
        base::AppendCat(out, "rowfall_", name, "{view=\"", Label(view.name),
                        "\",fate=\"", ErrorFateName(error.fate), "\",topic=\"",
                        Label(error.partition.topic), "\",partition=\"",
                        error.partition.partition, "\"} ", figure(error), "\n");
      }
    }
  };
  add("errors_total", "counter", "What was skipped, dead-lettered or nulled.",
      [](const ErrorStatus& error) { return error.count; });
  add("errors_first_offset", "gauge", "The smallest offset of it.",
      [](const ErrorStatus& error) { return error.first_offset; });
  add("errors_last_offset", "gauge", "The greatest offset of it.",
      [](const ErrorStatus& error) { return error.last_offset; });
}

void AddColumnErrors(const std::vector<ViewStatus>& views, std::string& out) {
  AddHead("column_errors_total", "counter",
          "Rows rejected and values nulled for a column.", out);
  for (const ViewStatus& view : views) {
    for (const ColumnErrors& column : view.column_errors) {
      const std::pair<std::string_view, uint64_t> figures[] = {
          {"rejected", column.rejected}, {"nulled", column.nulled}};
      for (const auto& [fate, count] : figures) {
        base::AppendCat(out, "rowfall_column_errors_total{view=\"",
                        Label(view.name), "\",column=\"", Label(column.column),
                        "\",fate=\"", fate, "\"} ", count, "\n");
      }
    }
  }
}

}  // namespace

std::string_view ErrorFateName(ErrorFate fate) {
  switch (fate) {
    case ErrorFate::kSkipped:
      return "skipped";
    case ErrorFate::kDeadLettered:
      return "dead_lettered";
    case ErrorFate::kNulled:
      return "nulled";
  }
  return "";
}

std::string_view ViewStateName(ViewState state) {
  switch (state) {
    case ViewState::kSuspended:
      return "suspended";
    case ViewState::kConnecting:
      return "connecting";
    case ViewState::kRunning:
      return "running";
    case ViewState::kBackoff:
      return "backoff";
    case ViewState::kFailed:
      return "failed";
    case ViewState::kStalled:
      return "stalled";
    case ViewState::kStopped:
      return "stopped";
  }
  return "";
}

std::string PrometheusText(const std::vector<ViewStatus>& views) {
  std::string out;
  AddFamily(
      "state", "gauge",
      "0 suspended, 1 connecting, 2 running, 3 backoff, 4 failed, "
      "5 stalled, 6 stopped.",
      views,
      [](const ViewStatus& view) { return static_cast<uint64_t>(view.state); },
      out);
  AddFamily(
      "leaked_workers", "gauge",
      "Workers that did not stop in time and still run.", views,
      [](const ViewStatus& view) { return view.leaked_workers; }, out);
  AddCounters(views, out);
  AddTimes(views, out);
  AddPartitions(views, out);
  AddErrors(views, out);
  AddColumnErrors(views, out);
  return out;
}

}  // namespace rowfall
