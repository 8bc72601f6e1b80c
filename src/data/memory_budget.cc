// SPDX-License-Identifier: Apache-2.0
// The budget of each thread.
#include "data/memory_budget.h"

namespace rowfall::data {
namespace {

thread_local constinit MemoryBudget* current = nullptr;

}  // namespace

BudgetScope::BudgetScope(MemoryBudget* budget) noexcept : outer_(current) {
  current = budget;
}

BudgetScope::~BudgetScope() { current = outer_; }

size_t MaxValueBytes() {
  return current != nullptr ? current->max_value_bytes()
                            : MemoryBudget::kDefaultMaxValueBytes;
}

void TakeMemory(size_t bytes) {
  if (current != nullptr) current->Take(bytes);
}

void GiveMemory(size_t bytes) noexcept {
  if (current != nullptr) current->Give(bytes);
}

}  // namespace rowfall::data
