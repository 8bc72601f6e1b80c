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

absl::Status CannotRead(const std::string& name) {
  return absl::NotFoundError("Cannot read '" + name +
                             "': " + std::strerror(errno));
}

class FdLines : public LineSource {
 public:
  FdLines(int fd, std::string name, const StopSignal& stop)
      : fd_(fd), name_(std::move(name)), stop_(stop) {}
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
  absl::Status status() const override { return status_; }

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
    if (count >= 0 || errno == EINTR) return count != 0;
    status_ = CannotRead(name_);
    return false;
  }

  std::optional<std::string> Rest() {
    if (buffer_.empty() || !status_.ok()) return std::nullopt;
    return std::exchange(buffer_, {});
  }

  const int fd_;
  const std::string name_;
  const StopSignal& stop_;
  std::string buffer_;
  size_t begin_ = 0;
  absl::Status status_;
};

}  // namespace

std::unique_ptr<LineSource> MakeStdinLines(const StopSignal& stop) {
  return std::make_unique<FdLines>(STDIN_FILENO, "standard input", stop);
}

absl::StatusOr<std::unique_ptr<LineSource>> OpenScript(const std::string& path,
                                                       const StopSignal& stop) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return CannotRead(path);
  return std::make_unique<FdLines>(fd, path, stop);
}

}  // namespace rowfall::shell
