// SPDX-License-Identifier: Apache-2.0
// Random choices of a simulation, the same for a seed on every platform.
#ifndef ROWFALL_TESTS_SIM_RANDOM_H_
#define ROWFALL_TESTS_SIM_RANDOM_H_

#include <cstdint>
#include <random>

namespace rowfall::tests {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed * 2654435761u + 12345) {}

  // Returns 0 up to, not including, `n`. REQUIRES: n > 0.
  int Below(int n) {
    return static_cast<int>((engine_() >> 11) % static_cast<uint64_t>(n));
  }
  // Returns `low` up to and including `high`.
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool OneIn(int n) { return Below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_RANDOM_H_
