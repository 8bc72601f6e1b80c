// SPDX-License-Identifier: Apache-2.0
// Keys from the system.
#include "data/keyed_hash.h"

#include <random>

namespace rowfall::data {

KeyedHash::KeyedHash() {
  std::random_device random;
  for (uint64_t& key : key_) key = uint64_t{random()} << 32 | random();
}

}  // namespace rowfall::data
