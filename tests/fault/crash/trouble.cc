// SPDX-License-Identifier: Apache-2.0
// What the system refuses to a host, or throws at it.
#include "tests/fault/crash/trouble.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

#include "absl/time/clock.h"

namespace rowfall::fault {
namespace {

std::atomic<int> threads_until_failure{0};

void Ignore(int) {}

// Signals every other thread: of those for the process the main one gets all.
void SignalThreads() {
  const long self = syscall(SYS_gettid);
  while (true) {
    std::error_code error;
    for (const auto& task :
         std::filesystem::directory_iterator("/proc/self/task", error)) {
      const long thread = std::atol(task.path().filename().c_str());
      if (thread != self) syscall(SYS_tgkill, getpid(), thread, SIGALRM);
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
}

void Storm() {
  struct sigaction action = {};
  action.sa_handler = Ignore;  // Without SA_RESTART.
  sigaction(SIGALRM, &action, nullptr);
  sigaction(SIGPROF, &action, nullptr);
  const itimerval every = {{0, 1000}, {0, 1000}};
  setitimer(ITIMER_PROF, &every, nullptr);
  std::thread(SignalThreads).detach();
}

// The limit `what` is lowered for a second.
template <typename Resource>
void Lower(Resource what, int number) {
  rlimit before;
  getrlimit(what, &before);
  rlimit limit = before;
  limit.rlim_cur = static_cast<rlim_t>(number);
  setrlimit(what, &limit);
  std::thread([what, before] {
    absl::SleepFor(absl::Seconds(1));
    setrlimit(what, &before);
  }).detach();
}

}  // namespace

void BeginTrouble(const std::string& trouble) {
  const size_t colon = trouble.find(':');
  const std::string kind = trouble.substr(0, colon);
  const int number =
      colon == trouble.npos ? 0 : std::atoi(trouble.c_str() + colon + 1);
  if (kind == "signals") Storm();
  if (kind == "thread") threads_until_failure = number;
  if (kind == "files") Lower(RLIMIT_NOFILE, number);
  if (kind == "disk") {
    signal(SIGXFSZ, SIG_IGN);
    Lower(RLIMIT_FSIZE, number);
  }
}

}  // namespace rowfall::fault

// There in builds with a sanitizer, which has to see each thread.
extern "C" __attribute__((weak)) int __interceptor_pthread_create(
    pthread_t* thread, const pthread_attr_t* attr, void* (*run)(void*),
    void* argument);

// Takes the place of the C library's, for all code of the process.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attr,
                              void* (*run)(void*), void* argument) {
  static const auto create = __interceptor_pthread_create != nullptr
                                 ? __interceptor_pthread_create
                                 : reinterpret_cast<decltype(&pthread_create)>(
                                       dlsym(RTLD_NEXT, "pthread_create"));
  if (rowfall::fault::threads_until_failure > 0 &&
      --rowfall::fault::threads_until_failure == 0) {
    return EAGAIN;
  }
  return create(thread, attr, run, argument);
}
