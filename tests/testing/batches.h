// SPDX-License-Identifier: Apache-2.0
// Small batches for the tests of the fakes.
#ifndef ROWFALL_TESTS_TESTING_BATCHES_H_
#define ROWFALL_TESTS_TESTING_BATCHES_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rowfall/batch.h"
#include "rowfall/schema.h"

namespace rowfall::testing {

inline Schema WordsSchema() {
  return Schema({{.name = "id", .type = Type::kBigint},
                 {.name = "term", .type = Type::kText}});
}

// Rows of WordsSchema(), or of its first column.
inline Batch Words(
    const std::vector<std::pair<int64_t, std::optional<std::string>>>& rows,
    size_t columns = 2) {
  auto ids = std::make_shared<Column>(Type::kBigint);
  auto terms = std::make_shared<Column>(Type::kText);
  for (const auto& [id, term] : rows) {
    ids->AppendBigint(id);
    if (term.has_value()) {
      terms->AppendText(*term);
    } else {
      terms->AppendNull();
    }
  }
  std::vector<Field> fields = WordsSchema().fields();
  fields.resize(columns);
  std::vector<std::shared_ptr<const Column>> all = {ids, terms};
  all.resize(columns);
  return Batch(std::make_shared<const Schema>(fields), all, rows.size());
}

}  // namespace rowfall::testing

#endif  // ROWFALL_TESTS_TESTING_BATCHES_H_
