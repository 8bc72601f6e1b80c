// SPDX-License-Identifier: Apache-2.0
// A whole host: its own table takes the rows of a Kafka topic.
#include <iostream>

#include "rowfall/engine.h"

using rowfall::Type;

// A table of the host. Here it prints; yours stores.
struct Glossary : rowfall::Sink {
  rowfall::Schema columns{{{"id", Type::kBigint}, {"name", Type::kText}}};
  const rowfall::Schema& schema() const override { return columns; }
  absl::Status Write(const rowfall::Batch& rows, const rowfall::WriteContext&,
                     std::vector<rowfall::RefusedRow>&) override {
    std::cout << rows.ToString() << std::endl;
    return absl::OkStatus();
  }
};

struct Tables : rowfall::TableProvider {
  absl::StatusOr<std::shared_ptr<rowfall::Sink>> OpenTable(
      std::string_view name) override {
    if (name == "glossary") return std::make_shared<Glossary>();
    return absl::NotFoundError("No such table");
  }
};

int main() {
  rowfall::EngineOptions options;
  options.tables = std::make_shared<Tables>();
  auto engine = rowfall::Engine::Open(options);
  if (!engine.ok()) return 1;
  for (const char* sql :
       {"CREATE SOURCE kafka (id bigint, term text) type='kafka' "
        "broker_list='localhost:9092' topic_list='my-data'",
        "CREATE MATERIALIZED VIEW terms TO glossary AS "
        "SELECT id, UPPER(term) AS name FROM kafka WHERE id > 0"}) {
    auto result = (*engine)->Execute(sql);
    if (!result.ok()) std::cerr << result.status().message() << "\n";
  }
  std::cin.get();  // Rows come until Enter is pressed.
  return (*engine)->Stop().ok() ? 0 : 1;
}
