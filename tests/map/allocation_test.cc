// SPDX-License-Identifier: Apache-2.0
// Mapping allocates by the batch, never by the message: counts operator new.
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/map/map_text.h"

namespace {

std::atomic<size_t> allocations{0};
std::atomic<size_t> allocated_bytes{0};

void* CountedAllocate(size_t size, size_t alignment) {
  ++allocations;
  allocated_bytes += size;
  const size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(size_t size) {
  return CountedAllocate(size, alignof(std::max_align_t));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return CountedAllocate(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace rowfall::map {
namespace {

// Allocations of one Map() when memory of earlier ones is there.
size_t CountForMessages(size_t count) {
  std::vector<std::string> payloads;
  for (size_t i = 0; i < count; ++i) {
    // Keys come and go, strings are escaped, numbers written oddly.
    payloads.push_back(
        "{\"id\": " + std::to_string(i) +
        (i % 3 == 0 ? "" : ", \"term\": \"a long \\u00e4 term\"") +
        ", \"price\": 1" + (i % 2 == 0 ? ".5" : "e2") +
        ", \"GlossDef\": {\"size\": [3, 2, 1]}, \"x\": [{}]}");
  }
  const MessageBatch messages = MakeMessages(payloads);
  const auto mapper = MakeMapper(
      "id bigint, term text, price double, glossdef.size multi, glossdef json, "
      "glossdef.size text");
  std::vector<MapError> errors;
  for (int i = 0; i < 3; ++i) mapper->Map(messages, errors);
  const size_t before = allocations;
  mapper->Map(messages, errors);
  const size_t made = allocations - before;
  EXPECT_TRUE(errors.empty());
  return made;
}

TEST(AllocationTest, AllocatesByTheBatchOnly) {
  const size_t few = CountForMessages(10);
  EXPECT_GT(few, 0u);
  EXPECT_LE(few, 8u);
  EXPECT_EQ(CountForMessages(5000), few);
}

// What is learned of keys, so that the next message is read faster, is bounded.
TEST(AllocationTest, KeysThatNobodyWantsAreNotRemembered) {
  std::string payload = "{\"id\": 1";
  for (int i = 0; i < 100000; ++i) {
    payload += ", \"key" + std::to_string(i) + "\": " + std::to_string(i);
  }
  const MessageBatch messages = MakeMessages({payload + "}"});
  const auto mapper = MakeMapper("id bigint");
  std::vector<MapError> errors;
  const size_t before = allocated_bytes;
  EXPECT_EQ(mapper->Map(messages, errors).num_rows(), 1u);
  EXPECT_LT(allocated_bytes - before, size_t{200} << 10);
}

}  // namespace
}  // namespace rowfall::map
