// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target without libFuzzer: replays files, then mutates them.
//
//   x_fuzz [--seconds N] [--runs N] [--dict FILE] [--max-bytes N] PATH...
//
// Each PATH is a file or a folder of them. ROWFALL_SEED sets the seed of the
// mutations. An input that ends the process is written to crash-<seed>-<run>
// in the working folder.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fuzz/mutate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// Sanitizers end the process without a signal; they call this instead.
extern "C" void __sanitizer_set_death_callback(void (*callback)())
    __attribute__((weak));

namespace rowfall::fuzz {
namespace {

struct Arguments {
  double seconds = 0;
  uint64_t runs = 0;
  Material material;
  std::vector<std::string> paths;
};

// What the crash handler may look at: plain data, written before each run.
struct Current {
  const char* data = nullptr;
  size_t size = 0;
  char file[64] = "crash";
};
Current current;

void SaveCurrent() {
  const int file = open(current.file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0) return;
  size_t done = 0;
  while (done < current.size) {
    const ssize_t n = write(file, current.data + done, current.size - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  close(file);
  constexpr char kText[] = "input of the crash written to ";
  (void)!write(2, kText, sizeof(kText) - 1);
  (void)!write(2, current.file, std::char_traits<char>::length(current.file));
  (void)!write(2, "\n", 1);
}

void OnSignal(int number) {
  SaveCurrent();
  signal(number, SIG_DFL);
  raise(number);
}

// On a stack of its own, so that an overflown one is reported as well.
void InstallCrashHandler() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(SaveCurrent);
    return;
  }
  static char stack[1 << 16];
  stack_t alternative = {};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof(stack);
  sigaltstack(&alternative, nullptr);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, SIGBUS}) {
    sigaction(number, &action, nullptr);
  }
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

bool ParseArguments(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name.rfind("--", 0) != 0) {
      out.paths.push_back(name);
      continue;
    }
    if (++i == argc) return false;
    if (name == "--seconds") {
      out.seconds = std::atof(argv[i]);
    } else if (name == "--runs") {
      out.runs = std::strtoull(argv[i], nullptr, 10);
    } else if (name == "--max-bytes") {
      out.material.max_bytes = std::strtoull(argv[i], nullptr, 10);
    } else if (name == "--dict") {
      out.material.words = ParseDictionary(ReadFile(argv[i]));
    } else {
      return false;
    }
  }
  return !out.paths.empty();
}

// In the order of names, so that a seed means the same run everywhere.
std::vector<std::string> ReadCorpus(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      files.emplace_back(path);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const auto& file : files) {
    if (std::filesystem::exists(file)) corpus.push_back(ReadFile(file));
  }
  return corpus;
}

uint64_t Seed() {
  const char* seed = std::getenv("ROWFALL_SEED");
  return seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10);
}

void RunOne(const std::string& input, uint64_t seed, uint64_t run) {
  // A copy of the exact size: a sanitizer sees a read behind its end.
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  current.data = input.data();
  current.size = input.size();
  std::snprintf(current.file, sizeof(current.file), "crash-%llu-%llu",
                static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(run));
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

uint64_t RunMutations(const Arguments& arguments, uint64_t seed) {
  using Clock = std::chrono::steady_clock;
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(arguments.seconds));
  std::mt19937_64 random(seed);
  uint64_t run = 0;
  while (run < arguments.runs || Clock::now() < end) {
    RunOne(Mutate(arguments.material, random), seed, ++run);
  }
  return run;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (!ParseArguments(argc, argv, arguments)) {
    std::fprintf(stderr,
                 "usage: %s [--seconds N] [--runs N] [--dict FILE] "
                 "[--max-bytes N] PATH...\n",
                 argv[0]);
    return 2;
  }
  InstallCrashHandler();
  arguments.material.corpus = ReadCorpus(arguments.paths);
  if (arguments.material.corpus.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", arguments.paths[0].c_str());
    return 2;
  }
  for (const std::string& input : arguments.material.corpus) {
    RunOne(input, 0, 0);
  }
  const uint64_t seed = Seed();
  std::printf("ROWFALL_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  const uint64_t runs = RunMutations(arguments, seed);
  std::printf("%zu seeds replayed, %llu mutations run\n",
              arguments.material.corpus.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}

}  // namespace
}  // namespace rowfall::fuzz

int main(int argc, char** argv) { return rowfall::fuzz::Main(argc, argv); }
