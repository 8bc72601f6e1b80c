// SPDX-License-Identifier: Apache-2.0
// The checksum CRC-32C (Castagnoli).
#ifndef ROWFALL_BASE_CRC32C_H_
#define ROWFALL_BASE_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace rowfall::base {

// Returns the checksum of what `crc` is the checksum of, followed by `bytes`;
// 0 is that of nothing.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

}  // namespace rowfall::base

#endif  // ROWFALL_BASE_CRC32C_H_
