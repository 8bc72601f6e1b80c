// SPDX-License-Identifier: Apache-2.0
// Threads by pthread, which lets one choose the size of the stack.
#include "base/thread.h"

#include <exception>
#include <memory>
#include <system_error>
#include <utility>

namespace rowfall::base {
namespace {

using Work = std::function<void()>;

class Attributes {
 public:
  Attributes() { Check(pthread_attr_init(&attributes_)); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { pthread_attr_destroy(&attributes_); }

  // Who asked for larger stacks by default has reasons.
  void AtLeast(size_t stack_bytes) {
    size_t bytes = 0;
    Check(pthread_attr_getstacksize(&attributes_, &bytes));
    if (bytes >= stack_bytes) return;
    Check(pthread_attr_setstacksize(&attributes_, stack_bytes));
  }
  const pthread_attr_t* get() const { return &attributes_; }

  static void Check(int error) {
    if (error == 0) return;
    throw std::system_error(std::error_code(error, std::generic_category()));
  }

 private:
  pthread_attr_t attributes_;
};

}  // namespace

extern "C" {
static void* RunWork(void* argument) {
  const std::unique_ptr<Work> work(static_cast<Work*>(argument));
  (*work)();
  return nullptr;
}
}

Thread::Thread(std::function<void()> work) {
  auto owned = std::make_unique<Work>(std::move(work));
  Attributes attributes;
  attributes.AtLeast(kMinStackBytes);
  Attributes::Check(
      pthread_create(&id_, attributes.get(), &RunWork, owned.get()));
  owned.release();
  joinable_ = true;
}

Thread& Thread::operator=(Thread&& other) noexcept {
  if (joinable_) std::terminate();
  id_ = other.id_;
  joinable_ = std::exchange(other.joinable_, false);
  return *this;
}

Thread::~Thread() {
  if (joinable_) std::terminate();
}

void Thread::join() {
  joinable_ = false;
  pthread_join(id_, nullptr);
}

void Thread::detach() {
  joinable_ = false;
  pthread_detach(id_);
}

}  // namespace rowfall::base
