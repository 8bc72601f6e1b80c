// SPDX-License-Identifier: Apache-2.0
// Growing of buffers.
#include "rowfall/buffer.h"

#include <algorithm>
#include <new>

namespace rowfall {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

Buffer::~Buffer() {
  if (data_ != nullptr) ::operator delete(data_, kAlignment);
}

void Buffer::Grow(size_t size) {
  const size_t capacity = std::max<size_t>({size, capacity_ * 2, 192});
  auto* grown =
      static_cast<char*>(::operator new(capacity + kPadding, kAlignment));
  if (size_ != 0) std::memcpy(grown, data_, size_);
  // The padding is readable, and reading it must not be undefined.
  std::memset(grown + capacity, 0, kPadding);
  if (data_ != nullptr) ::operator delete(data_, kAlignment);
  data_ = grown;
  capacity_ = capacity;
}

}  // namespace rowfall
