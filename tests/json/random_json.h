// SPDX-License-Identifier: Apache-2.0
// Random JSON texts, and damage to them.
#ifndef ROWFALL_TESTS_JSON_RANDOM_JSON_H_
#define ROWFALL_TESTS_JSON_RANDOM_JSON_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace rowfall::json {

// The seed of randomized tests: ROWFALL_SEED, or a fixed one. Prints it.
uint64_t TestSeed();

class RandomJson {
 public:
  explicit RandomJson(uint64_t seed) : engine_(seed) {}

  size_t Below(size_t limit) { return engine_() % limit; }
  bool OneIn(size_t n) { return Below(n) == 0; }

  // A valid value with white space, escapes, odd characters and numbers.
  std::string Value(int max_levels);
  std::string Object(int max_levels);
  // A number that JSON allows, near the borders of types.
  std::string Number();
  // With quotes.
  std::string String();
  // `text` with one to three changes: bytes flipped, inserted, removed,
  // doubled, or its end cut off.
  std::string Damaged(std::string text);

 private:
  std::string Space();
  std::string Digits(size_t max_count);
  std::string Array(int max_levels);

  std::mt19937_64 engine_;
};

}  // namespace rowfall::json

#endif  // ROWFALL_TESTS_JSON_RANDOM_JSON_H_
