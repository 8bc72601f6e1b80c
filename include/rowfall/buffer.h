// SPDX-License-Identifier: Apache-2.0
// A growing array of bytes whose end can always be read past.
#ifndef ROWFALL_BUFFER_H_
#define ROWFALL_BUFFER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "rowfall/export.h"

namespace rowfall {

/// Bytes in one allocation, aligned to 64 bytes. At least kPadding bytes
/// behind size() belong to the allocation and may be read (their content is
/// unspecified), so that scanners may load whole vectors. Growing keeps the
/// content and moves it; clearing keeps the capacity.
class ROWFALL_EXPORT Buffer {
 public:
  static constexpr size_t kPadding = 64;

  Buffer() = default;
  Buffer(const Buffer& other) { Append(other.data_, other.size_); }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer other) noexcept {
    swap(other);
    return *this;
  }
  ~Buffer();

  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  const char* data() const { return data_; }
  char* data() { return data_; }

  void clear() { size_ = 0; }
  /// Gives the memory back to the allocator.
  void Release() { Buffer().swap(*this); }
  void swap(Buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  /// Makes room for `size` bytes in all.
  void Reserve(size_t size) {
    if (size > capacity_) Grow(size);
  }
  /// Sets the size; new bytes are not initialized.
  void Resize(size_t size) {
    Reserve(size);
    size_ = size;
  }
  void Append(const char* bytes, size_t size) {
    if (size == 0) return;
    Reserve(size_ + size);
    std::memcpy(data_ + size_, bytes, size);
    size_ += size;
  }
  /// Appends one fixed-size value.
  template <typename T>
  void Push(T value) {
    if (size_ + sizeof(T) > capacity_) Grow(size_ + sizeof(T));
    std::memcpy(data_ + size_, &value, sizeof(T));
    size_ += sizeof(T);
  }

  /// Returns the content as values of T.
  template <typename T>
  std::span<const T> As() const {
    return {reinterpret_cast<const T*>(data_), size_ / sizeof(T)};
  }
  template <typename T>
  std::span<T> MutableAs() {
    return {reinterpret_cast<T*>(data_), size_ / sizeof(T)};
  }

 private:
  void Grow(size_t size);

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;  // Without the padding.
};

}  // namespace rowfall

#endif  // ROWFALL_BUFFER_H_
