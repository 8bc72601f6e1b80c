// SPDX-License-Identifier: Apache-2.0
// C11 threads on POSIX ones, for ThreadSanitizer builds: it knows only those,
// and a librdkafka built on the others crashes in its first thread.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <threads.h>

#include <memory>

// glibc's C11 types are its POSIX types; so are the results, but for these.
namespace {

int ToC11(int error) {
  if (error == 0) return thrd_success;
  if (error == ETIMEDOUT) return thrd_timedout;
  return error == EBUSY ? thrd_busy : thrd_error;
}

pthread_mutex_t* Posix(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}
pthread_cond_t* Posix(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* argument) {
  std::unique_ptr<Start> start(static_cast<Start*>(argument));
  return reinterpret_cast<void*>(
      static_cast<intptr_t>(start->function(start->argument)));
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  int error = pthread_create(thread, nullptr, Run, start.get());
  if (error == 0) (void)start.release();
  return ToC11(error);
}
int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  int error = pthread_join(thread, &value);
  if (result != nullptr)
    *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return ToC11(error);
}
int thrd_detach(thrd_t thread) { return ToC11(pthread_detach(thread)); }

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0)
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  int error = pthread_mutex_init(Posix(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return ToC11(error);
}
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Posix(mutex)); }
int mtx_lock(mtx_t* mutex) { return ToC11(pthread_mutex_lock(Posix(mutex))); }
int mtx_trylock(mtx_t* mutex) {
  return ToC11(pthread_mutex_trylock(Posix(mutex)));
}
int mtx_unlock(mtx_t* mutex) {
  return ToC11(pthread_mutex_unlock(Posix(mutex)));
}

int cnd_init(cnd_t* condition) {
  return ToC11(pthread_cond_init(Posix(condition), nullptr));
}
void cnd_destroy(cnd_t* condition) { pthread_cond_destroy(Posix(condition)); }
int cnd_signal(cnd_t* condition) {
  return ToC11(pthread_cond_signal(Posix(condition)));
}
int cnd_broadcast(cnd_t* condition) {
  return ToC11(pthread_cond_broadcast(Posix(condition)));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return ToC11(pthread_cond_wait(Posix(condition), Posix(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* end) {
  return ToC11(pthread_cond_timedwait(Posix(condition), Posix(mutex), end));
}

}  // extern "C"
