// SPDX-License-Identifier: Apache-2.0
// Tests of growing buffers.
#include "rowfall/buffer.h"

#include <cstdint>
#include <numeric>
#include <string>

#include "gtest/gtest.h"

namespace rowfall {
namespace {

TEST(BufferTest, KeepsContentWhenItGrows) {
  Buffer buffer;
  for (uint32_t i = 0; i < 10000; ++i) buffer.Push(i);
  ASSERT_EQ(buffer.As<uint32_t>().size(), 10000u);
  for (uint32_t i = 0; i < 10000; ++i) ASSERT_EQ(buffer.As<uint32_t>()[i], i);
}

TEST(BufferTest, CanBeReadPastItsEnd) {
  // Under AddressSanitizer a read behind the allocation would be reported.
  Buffer buffer;
  for (int size = 1; size < 600; ++size) {
    buffer.Push('x');
    unsigned sum = 0;
    for (size_t i = 0; i < Buffer::kPadding; ++i) {
      sum += static_cast<unsigned char>(buffer.data()[buffer.size() + i]);
    }
    ASSERT_LE(sum, 255u * Buffer::kPadding);
  }
}

TEST(BufferTest, IsAlignedForVectorsOfArrow) {
  for (size_t size : {1, 100, 1000, 100000}) {
    Buffer buffer;
    buffer.Resize(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(buffer.data()) % 64, 0u);
  }
}

TEST(BufferTest, CopiesAndMovesAndSurvivesSelfAssignment) {
  Buffer a;
  a.Append("abc", 3);
  Buffer copy = a;
  copy.Push('d');
  EXPECT_EQ(a.size(), 3u);
  EXPECT_EQ(std::string(copy.data(), copy.size()), "abcd");
  copy = *&copy;
  EXPECT_EQ(copy.size(), 4u);
  const Buffer moved = std::move(copy);
  EXPECT_EQ(std::string(moved.data(), moved.size()), "abcd");
}

TEST(BufferTest, ClearKeepsTheMemoryAndReleaseDoesNot) {
  Buffer buffer;
  buffer.Resize(5000);
  const size_t capacity = buffer.capacity();
  buffer.clear();
  EXPECT_EQ(buffer.capacity(), capacity);
  buffer.Release();
  EXPECT_EQ(buffer.capacity(), 0u);
}

}  // namespace
}  // namespace rowfall
