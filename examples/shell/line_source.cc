// SPDX-License-Identifier: Apache-2.0
// Reads lines from files and pipes; a signal ends the wait for more.
#include "examples/shell/line_source.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace rowfall::shell {
namespace {

class FdLines : public LineSource {
 public:
  FdLines(int fd, const StopSignal& stop) : fd_(fd), stop_(stop) {}
  ~FdLines() override {
    if (fd_ != STDIN_FILENO) close(fd_);
  }

  std::optional<std::string> Next(const std::string&) override {
    while (stop_.signal() == 0) {
      const size_t end = buffer_.find('\n', begin_);
      if (end != buffer_.npos) {
        std::string line = buffer_.substr(begin_, end - begin_);
        begin_ = end + 1;
        return line;
      }
      if (!Fill()) return Rest();
    }
    return std::nullopt;
  }

 private:
  // Returns false at the end.
  bool Fill() {
    buffer_.erase(0, std::exchange(begin_, 0));
    pollfd wait[] = {{fd_, POLLIN, 0}, {stop_.fd(), POLLIN, 0}};
    if (poll(wait, 2, -1) < 0) return errno == EINTR;
    if (wait[1].revents != 0) return true;
    char bytes[1 << 16];
    const ssize_t count = read(fd_, bytes, sizeof bytes);
    if (count > 0) buffer_.append(bytes, count);
    return count > 0 || (count < 0 && errno == EINTR);
  }

  std::optional<std::string> Rest() {
    if (buffer_.empty()) return std::nullopt;
    return std::exchange(buffer_, {});
  }

  const int fd_;
  const StopSignal& stop_;
  std::string buffer_;
  size_t begin_ = 0;
};

}  // namespace

std::unique_ptr<LineSource> MakeFdLines(int fd, const StopSignal& stop) {
  return std::make_unique<FdLines>(fd, stop);
}

absl::StatusOr<std::unique_ptr<LineSource>> OpenScript(const std::string& path,
                                                       const StopSignal& stop) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::NotFoundError("Cannot read '" + path +
                               "': " + std::strerror(errno));
  }
  return MakeFdLines(fd, stop);
}

}  // namespace rowfall::shell
