// SPDX-License-Identifier: Apache-2.0
// Random SELECTs and rows, for comparing evaluators.
#ifndef ROWFALL_TESTS_EVAL_RANDOM_VIEW_H_
#define ROWFALL_TESTS_EVAL_RANDOM_VIEW_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "rowfall/schema.h"

namespace rowfall::eval {

// Returns ROWFALL_SEED, or a fixed seed; prints it.
uint64_t TestSeed();

// Writes views on the columns of RandomSchema(). Subexpressions that consist of
// constants alone are left out: they are evaluated by CREATE.
class RandomView {
 public:
  enum class Dialect {
    kOurs,
    // What SQLite computes as we do; IF is written IIF there. Values are small,
    // nothing fails, and a grouped view has only keys and aggregates.
    kSqlite,
  };

  RandomView(uint64_t seed, Dialect dialect)
      : random_(seed), dialect_(dialect) {}

  std::string Select();
  // A view that treats each row by itself: no groups, DISTINCT or ORDER BY.
  std::string RowSelect();
  // JSON objects, a fresh `id` in each.
  std::vector<std::string> Rows(size_t count);

  size_t Below(size_t end) { return random_() % end; }

 private:
  bool Chance(size_t percent) { return Below(100) < percent; }
  std::string Pick(const std::vector<std::string>& from) {
    return from[Below(from.size())];
  }
  std::string Integer(int depth);
  std::string Real(int depth);
  std::string Text(int depth);
  std::string Truth(int depth);
  std::string Any(int depth);
  std::string Aggregate();
  std::string GroupedSelect();
  std::string Where();

  std::mt19937_64 random_;
  Dialect dialect_;
};

Schema RandomSchema();

}  // namespace rowfall::eval

#endif  // ROWFALL_TESTS_EVAL_RANDOM_VIEW_H_
