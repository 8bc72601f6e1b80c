// SPDX-License-Identifier: Apache-2.0
// CRC-32C against known values (RFC 3720, B.4) and against itself in parts.
#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace rowfall::base {
namespace {

TEST(Crc32cTest, GivesTheKnownValues) {
  EXPECT_EQ(ExtendCrc32c(0, ""), 0u);
  EXPECT_EQ(ExtendCrc32c(0, "123456789"), 0xe3069283u);
  EXPECT_EQ(ExtendCrc32c(0, std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(ExtendCrc32c(0, std::string(32, '\xff')), 0x62a8ab43u);
  std::string ascending;
  for (char c = 0; c < 32; ++c) ascending += c;
  EXPECT_EQ(ExtendCrc32c(0, ascending), 0x46dd794eu);
}

TEST(Crc32cTest, GoesOnWhereItStopped) {
  const std::string text = "The checksum of parts is that of the whole.";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(
        ExtendCrc32c(ExtendCrc32c(0, text.substr(0, cut)), text.substr(cut)),
        ExtendCrc32c(0, text))
        << cut;
  }
}

}  // namespace
}  // namespace rowfall::base
