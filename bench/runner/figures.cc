// SPDX-License-Identifier: Apache-2.0
// Runs a contender in a process of its own.
#include "bench/runner/figures.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string_view>

namespace rowfall::bench {
namespace {

struct Answer {
  Figures figures;
  bool ok = false;
  char error[500] = "";
};

Answer Ask(const std::function<absl::StatusOr<Figures>()>& run) {
  const double cpu = CpuSeconds();
  auto figures = run();
  Answer answer;
  answer.ok = figures.ok();
  if (figures.ok()) {
    answer.figures = *figures;
    answer.figures.cpu_seconds = CpuSeconds() - cpu;
    answer.figures.max_rss_mb = MaxRssMb();
  } else {
    std::strncpy(answer.error, std::string(figures.status().message()).c_str(),
                 sizeof answer.error - 1);
  }
  return answer;
}

}  // namespace

absl::StatusOr<Figures> RunInChild(
    const std::function<absl::StatusOr<Figures>()>& run) {
  int fds[2];
  if (pipe(fds) != 0) return absl::UnavailableError("Cannot make a pipe");
  const pid_t child = fork();
  if (child < 0) return absl::UnavailableError("Cannot start a process");
  if (child == 0) {
    const Answer answer = Ask(run);
    _exit(write(fds[1], &answer, sizeof answer) == sizeof answer ? 0 : 1);
  }
  close(fds[1]);
  Answer answer;
  const bool answered = read(fds[0], &answer, sizeof answer) == sizeof answer;
  close(fds[0]);
  waitpid(child, nullptr, 0);
  if (!answered) return absl::InternalError("The run has crashed");
  if (!answer.ok) return absl::UnavailableError(answer.error);
  return answer.figures;
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

double RssMb() {
  std::ifstream file("/proc/self/statm");
  double total_pages = 0, resident_pages = 0;
  file >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1048576;
}

double MaxRssMb() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

}  // namespace rowfall::bench
