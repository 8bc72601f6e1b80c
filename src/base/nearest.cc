// SPDX-License-Identifier: Apache-2.0
// Nearest name by the Damerau-Levenshtein distance (adjacent swaps count one).
#include "base/nearest.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace rowfall::base {
namespace {

size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1),
      row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = ToLower(a[i - 1]) == ToLower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + !same});
      if (i > 1 && j > 1 && ToLower(a[i - 1]) == ToLower(b[j - 2]) &&
          ToLower(a[i - 2]) == ToLower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view NearestName(std::string_view name,
                             std::span<const std::string> known) {
  // Longer names are typos of nothing; this bounds the work as well.
  if (name.size() > 64) return {};
  std::string_view nearest;
  size_t best = std::max<size_t>(1, (name.size() + 2) / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > 64) continue;
    const size_t distance = Distance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view name,
                       std::span<const std::string> known) {
  const std::string_view nearest = NearestName(name, known);
  if (nearest.empty()) return "";
  return Cat(", did you mean '", nearest, "'?");
}

}  // namespace rowfall::base
