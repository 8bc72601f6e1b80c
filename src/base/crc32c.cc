// SPDX-License-Identifier: Apache-2.0
// The checksum CRC-32C (Castagnoli), eight bytes at a time by tables.
#include "base/crc32c.h"

#include <array>
#include <cstddef>

namespace rowfall::base {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // Lowest bit first.

using Tables = std::array<std::array<uint32_t, 256>, 8>;

// Table k: what a byte does to the checksum when k bytes follow it.
constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 1) != 0 ? (crc >> 1) ^ kPolynomial : crc >> 1;
    }
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

uint32_t ByteAt(std::string_view bytes, size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint32_t next = 0;
    for (size_t k = 0; k < 8; ++k) {
      const uint32_t old = k < 4 ? (crc >> (8 * k)) & 0xff : 0;
      next ^= kTables[7 - k][ByteAt(bytes, i + k) ^ old];
    }
    crc = next;
  }
  for (; i < bytes.size(); ++i) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ ByteAt(bytes, i)) & 0xff];
  }
  return ~crc;
}

}  // namespace rowfall::base
