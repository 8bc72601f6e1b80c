// SPDX-License-Identifier: Apache-2.0
// Messages of the shape that the figures of this project are measured with.
#ifndef ROWFALL_BENCH_DESIGN_SHAPE_H_
#define ROWFALL_BENCH_DESIGN_SHAPE_H_

#include <cstdint>
#include <random>
#include <string>

namespace rowfall::bench {

/// Glossary entries of 223 bytes: the four keys of the example view, one of
/// them an object, among keys that no view reads. The same seed gives the same
/// messages.
class DesignShape {
 public:
  static constexpr size_t kMessageBytes = 223;

  explicit DesignShape(uint64_t seed) : random_(seed) {}

  /// Returns message number `id`, counted from 1; valid until the next call.
  const std::string& Next(int64_t id);

 private:
  void AppendWords(size_t count);
  void AppendNumber(uint64_t below) {
    text_.append(std::to_string(random_() % below));
  }

  std::mt19937_64 random_;
  std::string text_;
};

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_DESIGN_SHAPE_H_
