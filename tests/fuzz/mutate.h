// SPDX-License-Identifier: Apache-2.0
// Random changes of byte strings, for the fuzz driver.
#ifndef ROWFALL_TESTS_FUZZ_MUTATE_H_
#define ROWFALL_TESTS_FUZZ_MUTATE_H_

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace rowfall::fuzz {

// What mutations are made of.
struct Material {
  std::vector<std::string> corpus;
  std::vector<std::string> words;  // Of the dictionary; may be empty.
  size_t max_bytes = 1 << 16;
};

// Returns an input of the corpus with one to eight random changes: bytes
// flipped, set, removed, inserted or repeated, words of the dictionary
// inserted, parts of other inputs spliced in, the end cut off.
// REQUIRES: the corpus is not empty.
std::string Mutate(const Material& material, std::mt19937_64& random);

// Parses a dictionary: a line each, "word" in double quotes with \xNN, \\ and
// \" as escapes; lines that start with # are comments.
std::vector<std::string> ParseDictionary(const std::string& text);

}  // namespace rowfall::fuzz

#endif  // ROWFALL_TESTS_FUZZ_MUTATE_H_
