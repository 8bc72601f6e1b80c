// SPDX-License-Identifier: Apache-2.0
// Signals to a broker's process, and its restart.
#include "tests/fault/network/broker_process.h"

#include <signal.h>
#include <spawn.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rowfall {
namespace {

constexpr absl::Duration kEndTimeout = absl::Seconds(60);

pid_t PidOf(const std::string& dir) {
  pid_t pid = 0;
  if (!(std::ifstream(dir + "/pid") >> pid) || pid <= 1)
    throw std::runtime_error("No broker in " + dir);
  return pid;
}

bool IsZombieOrGone(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return !(stat >> number >> name >> state) || state == "Z";
}

}  // namespace

BrokerProcess::~BrokerProcess() {
  try {
    if (frozen_) Thaw();
    if (ended_) Run();
  } catch (const std::exception&) {
    // The next test that needs it says so.
  }
}

void BrokerProcess::Signal(int signal) const {
  if (kill(PidOf(dir_), signal) != 0)
    throw std::runtime_error("The broker has ended: " + dir_);
}

void BrokerProcess::Freeze() {
  Signal(SIGSTOP);
  frozen_ = true;
}

void BrokerProcess::Thaw() {
  Signal(SIGCONT);
  frozen_ = false;
}

void BrokerProcess::Kill() {
  Signal(SIGKILL);
  AwaitEnd();
}

void BrokerProcess::ShutDown() {
  Signal(SIGTERM);
  AwaitEnd();
}

void BrokerProcess::AwaitEnd() {
  const pid_t pid = PidOf(dir_);
  const absl::Time deadline = absl::Now() + kEndTimeout;
  while (!IsZombieOrGone(pid)) {
    if (absl::Now() > deadline)
      throw std::runtime_error("The broker does not end: " + dir_);
    absl::SleepFor(absl::Milliseconds(10));
  }
  ended_ = true;
  frozen_ = false;
}

void BrokerProcess::Run() {
  RunKafkaScript({"run", dir_});
  ended_ = false;
}

// A broker that it starts outlives the test and must inherit no sockets.
void RunKafkaScript(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(),
               std::string(ROWFALL_SOURCE_DIR) + "/tests/kafka/kafka.sh");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, pointers[0], &actions, nullptr,
                                pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (error != 0 || waitpid(pid, &status, 0) != pid || status != 0)
    throw std::runtime_error("kafka.sh has failed: " + arguments.front());
}

std::string BrokerDir() {
  const char* file = std::getenv("ROWFALL_TEST_BROKERS_FILE");
  if (file == nullptr)
    throw std::runtime_error("ROWFALL_TEST_BROKERS_FILE is needed");
  return std::filesystem::path(file).parent_path();
}

}  // namespace rowfall
