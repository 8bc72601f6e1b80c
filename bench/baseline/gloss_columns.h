// SPDX-License-Identifier: Apache-2.0
// The example view's columns as RapidJSON's SAX gives them.
#ifndef ROWFALL_BENCH_BASELINE_GLOSS_COLUMNS_H_
#define ROWFALL_BENCH_BASELINE_GLOSS_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rowfall::bench {

/// Texts one after the other.
struct TextColumn {
  std::string bytes;
  std::vector<uint32_t> ends;

  void Append(std::string_view text) {
    bytes.append(text);
    ends.push_back(static_cast<uint32_t>(bytes.size()));
  }
  std::string_view operator[](size_t i) const {
    const uint32_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
  void Clear() {
    bytes.clear();
    ends.clear();
  }
};

/// Four columns of a batch, and memory that is used again.
struct GlossColumns {
  std::vector<int64_t> id;
  TextColumn name;
  TextColumn short_name;
  std::vector<int32_t> size;
  std::vector<uint32_t> size_ends;

  size_t num_rows() const { return size_ends.size(); }
  void Clear();
};

/// How RapidJSON is told to parse.
enum class SaxRules {
  kFast,    ///< In situ, its defaults: the fastest that it has.
  kStrict,  ///< Also refuses bad UTF-8 and does not recurse.
};

/// Appends the row of a message of DesignShape; `json` ends with a NUL byte
/// and is overwritten. Returns whether it is a row; an incomplete one is left
/// behind otherwise.
bool ParseBySax(char* json, SaxRules rules, GlossColumns& columns);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_BASELINE_GLOSS_COLUMNS_H_
