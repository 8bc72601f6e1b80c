// SPDX-License-Identifier: Apache-2.0
// Signals to the broker, and its restart by the command that it was started by.
#include "broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rowfall::soak {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool IsOpen(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool open = ::connect(fd, reinterpret_cast<sockaddr*>(&address),
                              sizeof(address)) == 0;
  ::close(fd);
  return open;
}

}  // namespace

BrokerProcess::BrokerProcess(std::string folder) : folder_(std::move(folder)) {
  std::ifstream(folder_ + "/brokers") >> brokers_;
  std::ifstream(folder_ + "/pid") >> pid_;
  const std::string bytes =
      ReadFile("/proc/" + std::to_string(pid_) + "/cmdline");
  for (size_t begin = 0; begin < bytes.size();) {
    command_.emplace_back(bytes.c_str() + begin);
    begin += command_.back().size() + 1;
  }
  if (brokers_.empty() || command_.empty()) {
    throw std::runtime_error("No broker runs in '" + folder_ + "'");
  }
}

void BrokerProcess::Freeze() { ::kill(pid_, SIGSTOP); }
void BrokerProcess::Thaw() { ::kill(pid_, SIGCONT); }

void BrokerProcess::Kill() {
  ::kill(pid_, SIGKILL);
  if (is_child_) {
    ::waitpid(pid_, nullptr, 0);
    return;
  }
  while (!ReadFile("/proc/" + std::to_string(pid_) + "/cmdline").empty()) {
    absl::SleepFor(absl::Milliseconds(20));
  }
}

bool BrokerProcess::Restart() {
  std::vector<char*> arguments;
  for (std::string& word : command_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string log = folder_ + "/log";
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDONLY);
    const int out = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
    ::dup2(null, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    for (int fd = 3; fd < 1024; ++fd) ::close(fd);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  pid_ = child;
  is_child_ = true;
  std::ofstream(folder_ + "/pid") << pid_ << "\n";
  const int port = std::stoi(brokers_.substr(brokers_.rfind(':') + 1));
  for (int waited = 0; waited < 1200; ++waited) {
    if (IsOpen(port)) return true;
    if (::waitpid(child, nullptr, WNOHANG) == child) return false;
    absl::SleepFor(absl::Milliseconds(100));
  }
  return false;
}

}  // namespace rowfall::soak
