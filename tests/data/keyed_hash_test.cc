// SPDX-License-Identifier: Apache-2.0
// The hash of values that come from strangers.
#include "data/keyed_hash.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <unordered_set>

#include "gtest/gtest.h"

namespace rowfall::data {
namespace {

// The standard library's hash of eight bytes is a permutation that everybody
// knows how to undo (MurmurHash64A): these are all in one slot of its tables.
std::string CollidingText(uint64_t i) {
  constexpr uint64_t kMul = 0xc6a4a7935bd1e995u;
  constexpr uint64_t kSeed = 0xc70f6907u;
  const auto inverse = [](uint64_t odd) {
    uint64_t x = odd;
    for (int round = 0; round < 6; ++round) x *= 2 - odd * x;
    return x;
  };
  const auto unshift = [](uint64_t x) { return x ^ (x >> 47); };
  uint64_t hash = i << 32;
  hash = unshift(hash) * inverse(kMul);
  hash = unshift(hash) * inverse(kMul);
  hash ^= kSeed ^ (8 * kMul);
  hash = unshift(hash * inverse(kMul)) * inverse(kMul);
  std::string text(8, '\0');
  std::memcpy(text.data(), &hash, 8);
  return text;
}

template <typename Set>
size_t LargestSlot(const Set& set) {
  size_t largest = 0;
  for (size_t i = 0; i < set.bucket_count(); ++i) {
    largest = std::max(largest, set.bucket_size(i));
  }
  return largest;
}

TEST(KeyedHashTest, WhatCollidesElsewhereDoesNotHere) {
  std::unordered_set<std::string, KeyedHash> texts(1 << 16);
  for (uint64_t i = 0; i < 20'000; ++i) texts.insert(CollidingText(i));
  EXPECT_EQ(texts.size(), 20'000u);
  EXPECT_LT(LargestSlot(texts), 20u);
  const std::hash<std::string> known;
  EXPECT_EQ(known(CollidingText(7)) & 0xffffffff, 0u);
}

TEST(KeyedHashTest, EveryByteOfEachLengthCounts) {
  const KeyedHash hash;
  for (size_t size = 0; size <= 70; ++size) {
    std::set<uint64_t> seen;
    std::string text(size, 'a');
    seen.insert(hash(text));
    for (size_t i = 0; i < size; ++i) {
      text[i] = 'b';
      seen.insert(hash(text));
      text[i] = 'a';
    }
    seen.insert(hash(std::string(size + 1, 'a')));
    EXPECT_EQ(seen.size(), size + 2);
  }
}

TEST(KeyedHashTest, KeysDifferAndCopiesDoNot) {
  const KeyedHash a;
  const KeyedHash b;
  const KeyedHash copy = a;
  EXPECT_NE(a("text"), b("text"));
  EXPECT_EQ(a("text"), copy("text"));
  EXPECT_EQ(a.Mix(1, 2), copy.Mix(1, 2));
  EXPECT_NE(a.Mix(1, 2), a.Mix(2, 1));
}

}  // namespace
}  // namespace rowfall::data
