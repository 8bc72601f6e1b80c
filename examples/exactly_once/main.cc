// SPDX-License-Identifier: Apache-2.0
// rowfall-exactly-once JOURNAL BROKERS TOPIC: each message of the topic is in
// the journal exactly once, whatever happens to this program and to the broker.
#include <iostream>

#include "examples/exactly_once/terms_table.h"
#include "rowfall/engine.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "Usage: rowfall-exactly-once JOURNAL BROKERS TOPIC\n";
    return 1;
  }
  const auto table = std::make_shared<rowfall::examples::TermsTable>(argv[1]);
  rowfall::EngineOptions options;
  options.tables = rowfall::examples::MakeTables(table);
  options.log = [](const rowfall::LogEntry& entry) {
    std::cerr << entry.text << "\n";
  };
  auto engine = rowfall::Engine::Open(options);
  if (!engine.ok()) return 1;
  // No catalog is kept: the journal alone knows where to go on.
  for (const std::string& sql :
       {"CREATE SOURCE kafka (id bigint, term text) type='kafka' "
        "consumer_group='exactly-once' broker_list='" +
            std::string(argv[2]) + "' topic_list='" + argv[3] + "'",
        std::string("CREATE MATERIALIZED VIEW terms TO terms AS "
                    "SELECT id, term AS name FROM kafka")}) {
    const auto result = (*engine)->Execute(sql);
    if (result.ok()) continue;
    std::cerr << result.status().message() << "\n";
    return 1;
  }
  std::cin.get();  // Rows come until Enter is pressed.
  const absl::Status stopped = (*engine)->Stop();
  const auto rows = table->Rows();
  if (!stopped.ok() || !rows.ok()) return 1;
  std::cout << rows->size() << " rows\n";
  return 0;
}
