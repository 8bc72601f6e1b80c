// SPDX-License-Identifier: Apache-2.0
// The proxy's loop: what may be read is read, what is due is written.
#include "tests/fault/network/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace rowfall {
namespace {

constexpr size_t kMaxQueued = 1 << 20;  // A sender beyond it has to wait.
constexpr size_t kMaxRead = 64 << 10;
constexpr size_t kMaxSlowRead = 128;  // So that connections share the rate.
constexpr int kTickMs = 2;

void Throw(const char* what) {
  throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

sockaddr_in Local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void Prepare(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(fd, F_SETFL, O_NONBLOCK);
}

void Close(int fd, bool reset) {
  const linger now{1, 0};
  if (reset) setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(fd);
}

// A broker that is gone refuses; nothing on the loopback waits.
int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const sockaddr_in address = Local(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof address) != 0) {
    close(fd);
    return -1;
  }
  Prepare(fd);
  return fd;
}

bool IsOver(ssize_t result) {
  return result < 0 && errno != EAGAIN && errno != EINTR;
}

}  // namespace

struct TcpProxy::Pipe {
  struct Chunk {
    absl::Time due;
    std::string bytes;
    size_t sent = 0;
  };

  int from = -1;
  int to = -1;
  std::deque<Chunk> queue;
  size_t queued = 0;
  int64_t count = 0;      // Bytes read since the fault was set.
  bool lost = false;      // Bytes are missing: the connection cannot be healed.
  bool ended = false;     // FIN was read.
  bool finished = false;  // And passed on.
};

struct TcpProxy::Connection {
  enum class End : uint8_t { kNone, kClose, kReset };

  int client = -1;
  int server = -1;  // -1: ignored.
  Pipe pipes[2];
  End end = End::kNone;

  ~Connection() {
    Close(client, end == End::kReset);
    if (server >= 0) Close(server, end == End::kReset);
  }
};

TcpProxy::TcpProxy(int port, int server_port) : server_port_(server_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) Throw("socket");
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = Local(port);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    close(listener_);
    Throw("listen");
  }
  fcntl(listener_, F_SETFL, O_NONBLOCK);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  thread_.join();
  close(listener_);
}

void TcpProxy::SetFault(Direction direction, const NetworkFault& fault) {
  faults_[direction] = fault;
  allowances_[direction] = 0;
  for (const auto& connection : connections_)
    connection->pipes[direction].count = 0;
}

void TcpProxy::SetToServer(const NetworkFault& fault) {
  const std::lock_guard lock(mutex_);
  SetFault(kToServer, fault);
}

void TcpProxy::SetToClient(const NetworkFault& fault) {
  const std::lock_guard lock(mutex_);
  SetFault(kToClient, fault);
}

void TcpProxy::Set(const NetworkFault& fault) {
  SetToServer(fault);
  SetToClient(fault);
}

void TcpProxy::SetAccepting(Accepting accepting) {
  const std::lock_guard lock(mutex_);
  accepting_ = accepting;
}

void TcpProxy::EndAll(bool reset) {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_)
    connection->end = reset ? Connection::End::kReset : Connection::End::kClose;
}

void TcpProxy::CloseAll() { EndAll(/*reset=*/false); }
void TcpProxy::ResetAll() { EndAll(/*reset=*/true); }

void TcpProxy::Heal() {
  const std::lock_guard lock(mutex_);
  accepting_ = Accepting::kServe;
  SetFault(kToServer, {});
  SetFault(kToClient, {});
  for (const auto& connection : connections_) {
    if (connection->server < 0 || connection->pipes[kToServer].lost ||
        connection->pipes[kToClient].lost)
      connection->end = Connection::End::kReset;
  }
}

int64_t TcpProxy::num_accepted() const {
  const std::lock_guard lock(mutex_);
  return num_accepted_;
}

size_t TcpProxy::num_connections() const {
  const std::lock_guard lock(mutex_);
  return connections_.size();
}

int64_t TcpProxy::bytes_to_client() const {
  const std::lock_guard lock(mutex_);
  return bytes_to_client_;
}

void TcpProxy::Run() {
  std::vector<pollfd> waits;
  while (true) {
    waits.assign(1, {listener_, POLLIN, 0});
    {
      const std::lock_guard lock(mutex_);
      if (stop_) {
        connections_.clear();
        return;
      }
      Accept();
      Serve();
      // With faults, what can be read may have to wait: the tick serves it.
      const bool is_calm =
          faults_[0] == NetworkFault() && faults_[1] == NetworkFault();
      for (const auto& connection : connections_) {
        for (const Pipe& pipe : connection->pipes) {
          if (is_calm && pipe.from >= 0 && !pipe.ended && pipe.queue.empty())
            waits.push_back({pipe.from, POLLIN, 0});
        }
      }
    }
    poll(waits.data(), waits.size(), kTickMs);
  }
}

void TcpProxy::Accept() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    Prepare(client);
    ++num_accepted_;
    const bool refuses = accepting_ == Accepting::kRefuse;
    const int server =
        accepting_ == Accepting::kServe ? Connect(server_port_) : -1;
    if (refuses || (accepting_ == Accepting::kServe && server < 0)) {
      Close(client, /*reset=*/true);
      continue;
    }
    auto connection = std::make_unique<Connection>();
    connection->client = client;
    connection->server = server;
    if (server >= 0) {
      connection->pipes[kToServer].from = client;
      connection->pipes[kToServer].to = server;
      connection->pipes[kToClient].from = server;
      connection->pipes[kToClient].to = client;
    }
    connections_.push_back(std::move(connection));
  }
}

void TcpProxy::Serve() {
  RefillAllowances(absl::Now());
  connections_.remove_if([this](const std::unique_ptr<Connection>& owned) {
    Connection& connection = *owned;
    if (connection.end != Connection::End::kNone) return true;
    if (connection.server < 0) return false;
    for (Direction direction : {kToServer, kToClient}) {
      Pipe& pipe = connection.pipes[direction];
      const NetworkFault& fault = faults_[direction];
      if (!Read(pipe, direction) || !Write(pipe, direction)) {
        connection.end = Connection::End::kReset;
        return true;
      }
      const bool through = pipe.queue.empty();
      if (through && fault.close_after >= 0 && pipe.count >= fault.close_after)
        return true;
      if (through && fault.reset_after >= 0 &&
          pipe.count >= fault.reset_after) {
        connection.end = Connection::End::kReset;
        return true;
      }
    }
    return connection.pipes[kToServer].finished &&
           connection.pipes[kToClient].finished;
  });
  // Who was served first has no advantage for long.
  if (connections_.size() > 1)
    connections_.splice(connections_.end(), connections_, connections_.begin());
}

int64_t TcpProxy::Allowance(Direction direction) const {
  return faults_[direction].bytes_per_second == 0
             ? static_cast<int64_t>(kMaxRead)
             : std::min<int64_t>(kMaxSlowRead,
                                 static_cast<int64_t>(allowances_[direction]));
}

void TcpProxy::RefillAllowances(absl::Time now) {
  const double seconds =
      std::clamp(absl::ToDoubleSeconds(now - refilled_), 0.0, 0.1);
  refilled_ = now;
  for (Direction direction : {kToServer, kToClient}) {
    const double rate =
        static_cast<double>(faults_[direction].bytes_per_second);
    allowances_[direction] =
        std::min(allowances_[direction] + rate * seconds, rate * 0.2);
  }
}

// False: the connection is over.
bool TcpProxy::Read(Pipe& pipe, Direction direction) {
  const NetworkFault& fault = faults_[direction];
  int64_t allowed = Allowance(direction);
  for (int64_t end : {fault.close_after, fault.reset_after}) {
    if (end >= 0) allowed = std::min(allowed, end - pipe.count);
  }
  if (pipe.ended || fault.pause || allowed <= 0 || pipe.queued >= kMaxQueued)
    return true;
  char buffer[kMaxRead];
  const ssize_t size = recv(pipe.from, buffer, static_cast<size_t>(allowed), 0);
  if (size < 0) return !IsOver(size);
  pipe.ended = size == 0;
  if (size == 0) return true;
  const int64_t begin = std::exchange(pipe.count, pipe.count + size);
  if (fault.bytes_per_second > 0)
    allowances_[direction] -= static_cast<double>(size);
  if (fault.corrupt_at >= begin && fault.corrupt_at < pipe.count)
    buffer[fault.corrupt_at - begin] ^= 0x10;
  size_t kept = static_cast<size_t>(size);
  if (fault.swallow || pipe.lost) {
    kept = 0;
  } else if (fault.swallow_after >= 0) {
    kept = static_cast<size_t>(
        std::clamp<int64_t>(fault.swallow_after - begin, 0, size));
  }
  pipe.lost = pipe.lost || kept < static_cast<size_t>(size);
  if (kept == 0) return true;
  const absl::Duration jitter =
      fault.jitter * std::uniform_real_distribution<>()(random_);
  absl::Time due = absl::Now() + fault.delay + jitter;
  if (!pipe.queue.empty()) due = std::max(due, pipe.queue.back().due);
  pipe.queue.push_back({due, std::string(buffer, kept)});
  pipe.queued += kept;
  return true;
}

// False: the connection is over.
bool TcpProxy::Write(Pipe& pipe, Direction direction) {
  const absl::Time now = absl::Now();
  while (!pipe.queue.empty() && pipe.queue.front().due <= now) {
    Pipe::Chunk& chunk = pipe.queue.front();
    const ssize_t size = send(pipe.to, chunk.bytes.data() + chunk.sent,
                              chunk.bytes.size() - chunk.sent, MSG_NOSIGNAL);
    if (size < 0) return !IsOver(size);
    chunk.sent += static_cast<size_t>(size);
    pipe.queued -= static_cast<size_t>(size);
    if (direction == kToClient) bytes_to_client_ += size;
    if (chunk.sent < chunk.bytes.size()) return true;
    pipe.queue.pop_front();
  }
  // A cut line does not tell of the end either.
  if (pipe.ended && pipe.queue.empty() && !pipe.finished && !pipe.lost &&
      !faults_[direction].swallow) {
    shutdown(pipe.to, SHUT_WR);
    pipe.finished = true;
  }
  return true;
}

}  // namespace rowfall
