// SPDX-License-Identifier: Apache-2.0
// What a seed decides before the first step.
#include "tests/sim/scenario.h"

#include "base/text.h"

namespace rowfall::tests {
namespace {

const char* PolicyName(OnError policy) {
  switch (policy) {
    case OnError::kSkip:
      return "skip";
    case OnError::kDeadLetter:
      return "dead_letter";
    case OnError::kStop:
      return "stop";
    case OnError::kNull:
      return "null";
  }
  return "";
}

const char* GapName(OnGap policy) {
  switch (policy) {
    case OnGap::kFail:
      return "fail";
    case OnGap::kEarliest:
      return "earliest";
    case OnGap::kLatest:
      return "latest";
  }
  return "";
}

// Few kinds of faults at a time, so that one does not hide what another does.
void ChooseFaults(Random& random, Scenario& scenario) {
  if (random.OneIn(6)) return;
  const int rarity = random.Between(1, 3);
  scenario.sink_faults = random.OneIn(rarity);
  scenario.refusals = random.OneIn(rarity + 1);
  scenario.handler_faults = random.OneIn(rarity + 1);
  scenario.broker_faults = random.OneIn(rarity);
  scenario.commit_faults = random.OneIn(rarity);
  scenario.crashes = random.OneIn(rarity);
}

// What is read. Consumers with a partition_list do not share: a second process
// would read all of it as well.
void ChooseTopics(Random& random, Scenario& scenario) {
  if (random.OneIn(4)) scenario.num_topics = random.Between(2, 3);
  scenario.by_pattern = random.OneIn(5);
  scenario.from_latest = random.OneIn(5);
  scenario.adds_partitions = random.OneIn(4);
  if (scenario.by_pattern || scenario.num_processes > 1 || random.OneIn(2)) {
    return;
  }
  scenario.num_consumers = 1;
  scenario.listed = static_cast<uint32_t>(
      random.Between(1, (1 << scenario.num_partitions) - 1));
}

// A row of a group, or one of several equal ones, stands for many messages:
// nobody could say which of them a sink refuses.
void ChooseQuery(Random& random, Scenario& scenario) {
  if (!random.OneIn(5)) return;
  scenario.refusals = false;
  scenario.distinct = random.OneIn(3);
  if (scenario.distinct) return;
  scenario.grouped = true;
  scenario.traits.replaces_by_id = false;
}

void ChooseLogs(Random& random, Scenario& scenario) {
  scenario.other_logs = random.OneIn(3);
  scenario.restores = scenario.traits.keeps_positions && random.OneIn(3);
}

std::string ListText(uint32_t listed) {
  std::string text;
  for (int i = 0; i < 32; ++i) {
    if ((listed >> i & 1u) == 0) continue;
    base::AppendCat(text, text.empty() ? "" : ",", i);
  }
  return text;
}

}  // namespace

Scenario Scenario::FromSeed(uint64_t seed) {
  Random random(seed);
  Scenario scenario;
  scenario.seed = seed;
  scenario.num_partitions = random.Between(1, 6);
  scenario.num_consumers = random.Between(1, 3);
  scenario.batch =
      random.OneIn(3) ? random.Between(1, 3) : random.Between(1, 20);
  scenario.batch_timeout_ms = random.OneIn(3) ? 1 : random.Between(1, 500);
  scenario.num_processes = random.OneIn(2) ? 2 : 1;
  scenario.num_views = random.OneIn(3) ? 2 : 1;
  scenario.num_steps = random.Between(100, 400);
  scenario.on_error = static_cast<OnError>(random.Below(4));
  const int sink = random.Below(3);
  scenario.traits.replaces_by_id = sink == 1;
  scenario.traits.keeps_positions = sink == 2;
  scenario.filters = random.OneIn(2);
  scenario.bad_messages = random.OneIn(2);
  scenario.retention = random.OneIn(5);
  scenario.polls_mix = random.OneIn(2);
  scenario.stale_messages = random.OneIn(4);
  ChooseFaults(random, scenario);
  ChooseTopics(random, scenario);
  if (scenario.bad_messages && scenario.on_error != OnError::kStop &&
      random.OneIn(3)) {
    scenario.max_errors = random.Between(1, 8);
    scenario.max_errors_window =
        random.OneIn(2) ? random.Between(1, 40) : 1000000;
  }
  ChooseQuery(random, scenario);
  scenario.on_gap = static_cast<OnGap>(random.Below(3));
  if (random.OneIn(4)) scenario.catalog = CatalogKind::kFile;
  ChooseLogs(random, scenario);
  scenario.endless_fault = scenario.num_views > 1 && random.OneIn(2);
  Random functions(seed + 3);  // Of its own: other choices stay as they are.
  scenario.calls_function = functions.OneIn(3);
  scenario.function_faults = scenario.calls_function && functions.OneIn(2);
  scenario.transactions = Random(seed + 4).OneIn(4);
  return scenario;
}

std::string Scenario::ToString() const {
  std::string text = base::Cat(
      num_topics, " topics, ", num_partitions, " partitions, ", num_processes,
      " processes, ", num_views, " views, ", num_consumers,
      " consumers, batch ", batch, "/", batch_timeout_ms, " ms, on_error ",
      PolicyName(on_error), ", ", num_steps, " steps");
  const auto add = [&text](bool is_set, const char* name) {
    if (is_set) base::AppendCat(text, ", ", name);
  };
  add(traits.replaces_by_id, "replaces by id");
  add(traits.keeps_positions, "keeps positions");
  add(filters, "filters");
  add(bad_messages, "bad messages");
  if (max_errors != 0) {
    base::AppendCat(text, ", max_errors ", max_errors, " of ",
                    max_errors_window);
  }
  if (retention || other_logs) {
    base::AppendCat(text, ", on_gap ", GapName(on_gap));
  }
  add(other_logs, "other logs");
  add(restores, "restores");
  add(transactions, "transactions");
  add(retention, "retention");
  add(catalog == CatalogKind::kFile, "catalog in a file");
  add(endless_fault, "a fault without end");
  add(grouped, "grouped");
  add(distinct, "distinct");
  add(calls_function, "calls a function");
  add(by_pattern, "by pattern");
  add(listed != 0, "partition_list");
  add(from_latest, "from latest");
  add(adds_partitions, "adds partitions");
  add(polls_mix, "polls mix");
  add(stale_messages, "stale messages");
  add(sink_faults, "sink faults");
  add(refusals, "refusals");
  add(handler_faults, "handler faults");
  add(broker_faults, "broker faults");
  add(commit_faults, "commit faults");
  add(crashes, "crashes");
  add(function_faults, "function faults");
  add(calm(), "calm");
  return text;
}

std::string Scenario::TopicName(int topic) { return base::Cat("t", topic); }

std::string Scenario::ViewName(int view) const { return base::Cat("v", view); }

std::string Scenario::TableName(int view) const {
  return base::Cat("table", view);
}

std::string Scenario::Group(int view) const {
  return base::Cat("g.", ViewName(view));
}

std::string SourceOptions::ToClientId() const {
  return base::Cat(limits_errors ? "limits_errors" : "", ".", GapName(on_gap));
}

SourceOptions SourceOptions::FromClientId(const std::string& client_id) {
  SourceOptions options;
  options.limits_errors = client_id.starts_with("limits_errors");
  for (const OnGap gap : {OnGap::kFail, OnGap::kEarliest, OnGap::kLatest}) {
    if (client_id.ends_with(GapName(gap))) options.on_gap = gap;
  }
  return options;
}

SourceOptions Scenario::Options() const {
  return {on_error, num_consumers, max_errors != 0, on_gap};
}

std::string Scenario::CreateSource(const SourceOptions& options) const {
  std::string topics = by_pattern ? "^t[0-9]$" : TopicName(0);
  for (int i = 1; i < num_topics && !by_pattern; ++i) {
    base::AppendCat(topics, ",", TopicName(i));
  }
  std::string text = base::Cat(
      "CREATE SOURCE s (id bigint, p int, o bigint, k int, keep int, n text, m "
      "int) "
      "type='kafka' broker_list='b:1' consumer_group='g' topic_list='",
      topics, "' num_consumers='", listed == 0 ? options.num_consumers : 1,
      "' batch=", batch, " batch_timeout=", batch_timeout_ms, " on_error='",
      PolicyName(options.on_error), "' client.id='", options.ToClientId(), "'");
  base::AppendCat(text, " on_gap='", GapName(options.on_gap), "'");
  if (options.isolation == Isolation::kReadUncommitted) {
    text += " isolation.level='read_uncommitted'";
  }
  if (listed != 0) {
    base::AppendCat(text, " partition_list='", ListText(listed), "'");
  }
  if (options.limits_errors) {
    base::AppendCat(text, " max_errors=", max_errors,
                    " max_errors_window=", max_errors_window);
  }
  if (from_latest) text += " start_from='latest'";
  return text;
}

std::string Scenario::CreateView(int view) const {
  const char* number = calls_function ? "number(n)" : "CAST(n AS bigint)";
  const std::string items =
      grouped ? base::Cat("SUM(id) AS id, p, COUNT(*) AS o, SUM(", number,
                          ") AS n, MAX(m) AS m")
              : base::Cat("id, p, o, k, ", number, " AS n, m");
  return base::Cat("CREATE MV ", ViewName(view), " TO ", TableName(view),
                   " AS SELECT ", distinct ? "DISTINCT " : "", items, " FROM s",
                   filters ? " WHERE keep = 1" : "",
                   grouped ? " GROUP BY p" : "");
}

}  // namespace rowfall::tests
