// SPDX-License-Identifier: Apache-2.0
// Messages of one kind, made from a seed.
#ifndef ROWFALL_BENCH_WORKLOAD_SHAPE_H_
#define ROWFALL_BENCH_WORKLOAD_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace rowfall::bench {

/// Makes messages. The same seed gives the same messages everywhere.
class Shape {
 public:
  explicit Shape(uint64_t seed) : random_(seed) {}
  virtual ~Shape() = default;

  /// Returns message number `id`, counted from 1; valid until the next call.
  const std::string& Next(int64_t id) {
    text_.clear();
    Append(id);
    return text_;
  }

 protected:
  virtual void Append(int64_t id) = 0;

  uint64_t Below(uint64_t limit) { return random_() % limit; }
  void Text(std::string_view text) { text_.append(text); }
  void Number(int64_t number) { text_.append(std::to_string(number)); }
  /// Appends `count` words with spaces between them.
  void Words(size_t count);
  /// Appends words until `size` bytes were added.
  void Prose(size_t size);
  /// Appends lower-case letters.
  void Letters(size_t count);
  size_t size() const { return text_.size(); }

 private:
  std::mt19937_64 random_;
  std::string text_;
};

/// Returns the shape of that name: "design", "nested", "texts", "numbers",
/// "ndjson", or "flat" with N columns as "flat:N".
/// Errors: InvalidArgument: another name.
absl::StatusOr<std::unique_ptr<Shape>> MakeShape(std::string_view name,
                                                 uint64_t seed);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_WORKLOAD_SHAPE_H_
