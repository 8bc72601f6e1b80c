// SPDX-License-Identifier: Apache-2.0
// How much memory what is made of a batch may take.
#ifndef ROWFALL_DATA_MEMORY_BUDGET_H_
#define ROWFALL_DATA_MEMORY_BUDGET_H_

#include <cstddef>
#include <cstdint>
#include <new>

namespace rowfall::data {

// Thrown for memory that a budget does not have, or that a column cannot
// address. To who does not ask it is want of memory.
class OverBudget : public std::bad_alloc {
 public:
  const char* what() const noexcept override {
    return "A batch takes more memory than it may";
  }
};

// Counts the memory of buffers that grow on a thread while a BudgetScope is
// open there, and what TakeMemory() names. Used by one thread at a time.
class MemoryBudget {
 public:
  static constexpr size_t kDefaultMaxValueBytes = 64u << 20;

  explicit MemoryBudget(size_t limit,
                        size_t max_value_bytes = kDefaultMaxValueBytes)
      : limit_(limit), max_value_bytes_(max_value_bytes) {}

  // The largest value that a function may make.
  size_t max_value_bytes() const { return max_value_bytes_; }

  // Begins with what is held already.
  void Start(size_t held) { used_ = peak_ = held; }
  size_t used() const { return used_; }
  size_t peak() const { return peak_; }

  // Throws OverBudget, and then has taken nothing.
  void Take(size_t bytes) {
    if (bytes > limit_ || used_ > limit_ - bytes) throw OverBudget();
    used_ += bytes;
    if (used_ > peak_) peak_ = used_;
  }
  // What was taken before the scope may be given back in it.
  void Give(size_t bytes) noexcept { used_ -= bytes < used_ ? bytes : used_; }

 private:
  size_t limit_;
  size_t max_value_bytes_;
  size_t used_ = 0;
  size_t peak_ = 0;
};

// Lets a budget count on this thread until the scope ends. Kernels have no way
// to say for whom they work, and must not each count by themselves: so the
// thread knows. Null: nothing counts.
class BudgetScope {
 public:
  explicit BudgetScope(MemoryBudget* budget) noexcept;
  BudgetScope(const BudgetScope&) = delete;
  BudgetScope& operator=(const BudgetScope&) = delete;
  ~BudgetScope();

 private:
  MemoryBudget* outer_;
};

// Returns what the budget of the thread says, or the default.
size_t MaxValueBytes();
// Count for the budget of the thread, if there is one.
void TakeMemory(size_t bytes);
void GiveMemory(size_t bytes) noexcept;

}  // namespace rowfall::data

#endif  // ROWFALL_DATA_MEMORY_BUDGET_H_
