// SPDX-License-Identifier: Apache-2.0
// The workloads' statements.
#include "bench/workload/workload.h"

#include <algorithm>
#include <regex>

#include "bench/workload/shape.h"

namespace rowfall::bench {
namespace {

constexpr char kGlossary[] =
    "CREATE SOURCE kafka (id bigint, term text, abbrev text, GlossDef json)";

const std::vector<Workload>& Fixed() {
  static const auto& workloads = *new std::vector<Workload>{
      // The example of the README.
      {"design", "design", kGlossary,
       "CREATE MATERIALIZED VIEW result TO destination AS SELECT id, term AS "
       "name, abbrev AS short_name, UTC_TIMESTAMP() AS received_at, "
       "GlossDef.size AS size FROM kafka"},
      // The same messages, and a view that costs much more than they do.
      {"heavy", "design",
       "CREATE SOURCE kafka (id bigint, term text, abbrev text, para text, "
       "GlossDef json)",
       "CREATE MATERIALIZED VIEW result TO destination AS SELECT "
       "HAS_MATCH(term, '^(standard|markup|generic).*(e|n)t( |$)') AS kind, "
       "GlossDef.size[0] % 10 AS size, COUNT(*) AS messages, "
       "MAX(LENGTH(UPPER(CONCAT(term, ' ', abbrev)))) AS longest, "
       "SUM(GlossDef.size[1] * 2 + GlossDef.size[2]) AS total FROM kafka "
       "WHERE NOT HAS_MATCH(abbrev, '[0-9]+(13|31)$') AND NOT "
       "HAS_MATCH(para, '(schema|record|field) (stream|topic)s? .*column$') "
       "GROUP BY kind, GlossDef.size[0] % 10"},
      {"nested", "nested", "CREATE SOURCE kafka (head json, tail json)",
       "CREATE MATERIALIZED VIEW result TO destination AS SELECT "
       "BIGINT(head.id) AS id, BIGINT(tail.totals.amount) AS amount "
       "FROM kafka"},
      {"texts", "texts",
       "CREATE SOURCE kafka (id bigint, title text, body text)",
       "CREATE MATERIALIZED VIEW result TO destination AS SELECT id, title, "
       "body FROM kafka"},
      {"numbers", "numbers",
       "CREATE SOURCE kafka (id bigint, s0 bigint, s1 double, s2 bigint, "
       "s3 double, s4 bigint, s5 double, s6 bigint, s7 double)",
       "CREATE MATERIALIZED VIEW result TO destination AS SELECT id, s0, s1, "
       "s2, s3, s4, s5, s6, s7 FROM kafka"},
      {"ndjson", "ndjson",
       "CREATE SOURCE kafka (id bigint, kind text, value bigint)",
       "CREATE MATERIALIZED VIEW result TO destination AS SELECT id, kind, "
       "value FROM kafka"},
  };
  return workloads;
}

Workload Flat(std::string_view name) {
  std::string declared, selected;
  const int columns = std::stoi(std::string(name.substr(5)));
  for (int i = 0; i < columns; ++i) {
    const std::string column = "c" + std::to_string(i);
    declared += (i == 0 ? "" : ", ") + column;
    declared += i % 2 == 0 ? " bigint" : " text";
    selected += (i == 0 ? "" : ", ") + column;
  }
  return {std::string(name), std::string(name),
          "CREATE SOURCE kafka (" + declared + ")",
          "CREATE MATERIALIZED VIEW result TO destination AS SELECT " +
              selected + " FROM kafka"};
}

}  // namespace

std::vector<std::string> WorkloadNames() {
  std::vector<std::string> names = {"flat:20"};
  for (const Workload& workload : Fixed()) names.push_back(workload.name);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<Workload> FindWorkload(std::string_view name) {
  for (const Workload& workload : Fixed()) {
    if (workload.name == name) return workload;
  }
  // The number of columns is checked there.
  if (name.starts_with("flat:") && MakeShape(name, 1).ok()) return Flat(name);
  std::string known;
  for (const std::string& other : WorkloadNames()) known += " " + other;
  return absl::InvalidArgumentError("Unknown workload: '" + std::string(name) +
                                    "', there are" + known);
}

void SetOption(std::string_view name, std::string_view value,
               std::string& source) {
  std::string pattern = "\\s`?";
  for (const char c : name) pattern += c == '.' ? "[.]" : std::string(1, c);
  pattern += "`?\\s*=\\s*('[^']*'|[0-9]+)";
  source =
      std::regex_replace(source, std::regex(pattern, std::regex::icase), "");
  source.append(" ").append(name).append("='").append(value).append("'");
}

}  // namespace rowfall::bench
