// SPDX-License-Identifier: Apache-2.0
// Growing of buffers.
#include "rowfall/buffer.h"

#include <algorithm>
#include <new>

#include "data/memory_budget.h"

namespace rowfall {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

Buffer::~Buffer() {
  if (data_ == nullptr) return;
  ::operator delete(data_, kAlignment);
  data::GiveMemory(capacity_);
}

void Buffer::Grow(size_t size) {
  // Offsets of columns have 32 bits, and must never be narrowed.
  constexpr size_t kMaxBytes = UINT32_MAX;
  if (size > kMaxBytes) throw data::OverBudget();
  const size_t capacity =
      std::min(std::max<size_t>({size, capacity_ * 2, 192}), kMaxBytes);
  data::TakeMemory(capacity);
  auto* grown =
      static_cast<char*>(::operator new(capacity + kPadding, kAlignment));
  if (size_ != 0) std::memcpy(grown, data_, size_);
  // The padding is readable, and reading it must not be undefined.
  std::memset(grown + capacity, 0, kPadding);
  if (data_ != nullptr) {
    ::operator delete(data_, kAlignment);
    data::GiveMemory(capacity_);
  }
  data_ = grown;
  capacity_ = capacity;
}

}  // namespace rowfall
