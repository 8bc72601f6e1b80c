// SPDX-License-Identifier: Apache-2.0
// Sixteen bytes looked at in one step: SSE2, or 64-bit words elsewhere.
#ifndef ROWFALL_JSON_BYTE_BLOCK_H_
#define ROWFALL_JSON_BYTE_BLOCK_H_

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__) && !defined(ROWFALL_NO_SIMD)
#include <emmintrin.h>
#define ROWFALL_SSE2 1
#endif

namespace rowfall::json {

// Bit i of each mask stands for byte i.
#ifdef ROWFALL_SSE2

class ByteBlock {
 public:
  static constexpr int kSize = 16;

  static ByteBlock Load(const char* p) {
    return ByteBlock(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  void Store(char* p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes_);
  }
  // Quotes, backslashes and control characters.
  uint32_t StringSpecials() const {
    const __m128i control = _mm_set1_epi8(0x1f);
    return Mask(
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8('"')),
                                  _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\\'))),
                     _mm_cmpeq_epi8(_mm_max_epu8(bytes_, control), control)));
  }
  uint32_t NonAscii() const { return Mask(bytes_); }
  // Bytes up to ' ': white space, and what stands in no valid JSON.
  uint32_t Spaces() const {
    const __m128i space = _mm_set1_epi8(' ');
    return Mask(_mm_cmpeq_epi8(_mm_max_epu8(bytes_, space), space));
  }
  uint32_t Quotes() const {
    return Mask(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8('"')));
  }
  uint32_t EqualTo(const char* p) const {
    return Mask(_mm_cmpeq_epi8(bytes_, Load(p).bytes_));
  }

 private:
  explicit ByteBlock(__m128i bytes) : bytes_(bytes) {}
  static uint32_t Mask(__m128i bytes) {
    return static_cast<uint32_t>(_mm_movemask_epi8(bytes));
  }
  __m128i bytes_;
};

#else

class ByteBlock {
 public:
  static constexpr int kSize = 16;

  static ByteBlock Load(const char* p) {
    ByteBlock block;
    std::memcpy(block.bytes_, p, kSize);
    return block;
  }
  void Store(char* p) const { std::memcpy(p, bytes_, kSize); }
  uint32_t StringSpecials() const {
    return MaskOf(
        [](unsigned char c) { return c == '"' || c == '\\' || c < 0x20; });
  }
  uint32_t NonAscii() const {
    return MaskOf([](unsigned char c) { return c >= 0x80; });
  }
  uint32_t Spaces() const {
    return MaskOf([](unsigned char c) { return c <= ' '; });
  }
  uint32_t Quotes() const {
    return MaskOf([](unsigned char c) { return c == '"'; });
  }
  uint32_t EqualTo(const char* p) const {
    uint32_t mask = 0;
    for (int i = 0; i < kSize; ++i) {
      mask |=
          static_cast<uint32_t>(bytes_[i] == static_cast<unsigned char>(p[i]))
          << i;
    }
    return mask;
  }

 private:
  template <typename Predicate>
  uint32_t MaskOf(Predicate predicate) const {
    uint32_t mask = 0;
    for (int i = 0; i < kSize; ++i) {
      mask |= static_cast<uint32_t>(predicate(bytes_[i])) << i;
    }
    return mask;
  }
  unsigned char bytes_[kSize];
};

#endif

}  // namespace rowfall::json

#endif  // ROWFALL_JSON_BYTE_BLOCK_H_
