// SPDX-License-Identifier: Apache-2.0
// All forms of operator new and delete, on malloc().
#include "failing_new.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

namespace rowfall::tests {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

thread_local int64_t fail_from = kNever;
thread_local int64_t fail_to = 0;
thread_local int64_t count = 0;
thread_local int with_memory = 0;
thread_local bool failed = false;
std::atomic<int64_t> live{0};

void Arm(int64_t from, int64_t to) {
  fail_from = from;
  fail_to = to;
  count = 0;
  failed = false;
}

void* Allocate(std::size_t size, std::size_t alignment) noexcept {
  if (FailingNew::MustFail()) return nullptr;
  // aligned_alloc() wants a multiple.
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = alignment <= alignof(std::max_align_t)
                     ? std::malloc(size == 0 ? 1 : size)
                     : std::aligned_alloc(alignment, rounded);
  if (memory != nullptr) live.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

void* AllocateOrThrow(std::size_t size, std::size_t alignment) {
  void* memory = Allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Free(void* memory) noexcept {
  if (memory == nullptr) return;
  live.fetch_sub(1, std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

void FailingNew::FailOnce(int64_t n) { Arm(n, n); }
void FailingNew::FailFrom(int64_t n) { Arm(n, kNever); }
void FailingNew::Disarm() {
  fail_from = kNever;
  fail_to = 0;
}
bool FailingNew::has_failed() { return failed; }
int64_t FailingNew::num_allocations() { return count; }
bool FailingNew::MustFail() {
  if (with_memory != 0) return false;
  ++count;
  if (count < fail_from || count > fail_to) return false;
  failed = true;
  return true;
}
int64_t FailingNew::num_live() { return live.load(); }

WithMemory::WithMemory() { ++with_memory; }
WithMemory::~WithMemory() { --with_memory; }

}  // namespace rowfall::tests

using rowfall::tests::Allocate;
using rowfall::tests::AllocateOrThrow;
using rowfall::tests::Free;

constexpr std::size_t kDefault = alignof(std::max_align_t);
using Size = std::size_t;
using Align = std::align_val_t;

void* operator new(Size size) { return AllocateOrThrow(size, kDefault); }
void* operator new[](Size size) { return AllocateOrThrow(size, kDefault); }
void* operator new(Size size, Align align) {
  return AllocateOrThrow(size, static_cast<Size>(align));
}
void* operator new[](Size size, Align align) {
  return AllocateOrThrow(size, static_cast<Size>(align));
}
void* operator new(Size size, const std::nothrow_t&) noexcept {
  return Allocate(size, kDefault);
}
void* operator new[](Size size, const std::nothrow_t&) noexcept {
  return Allocate(size, kDefault);
}
void* operator new(Size size, Align align, const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<Size>(align));
}
void* operator new[](Size size, Align align, const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<Size>(align));
}
void operator delete(void* p) noexcept { Free(p); }
void operator delete[](void* p) noexcept { Free(p); }
void operator delete(void* p, Size) noexcept { Free(p); }
void operator delete[](void* p, Size) noexcept { Free(p); }
void operator delete(void* p, Align) noexcept { Free(p); }
void operator delete[](void* p, Align) noexcept { Free(p); }
void operator delete(void* p, Size, Align) noexcept { Free(p); }
void operator delete[](void* p, Size, Align) noexcept { Free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { Free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { Free(p); }
void operator delete(void* p, Align, const std::nothrow_t&) noexcept {
  Free(p);
}
void operator delete[](void* p, Align, const std::nothrow_t&) noexcept {
  Free(p);
}
