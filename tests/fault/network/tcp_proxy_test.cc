// SPDX-License-Identifier: Apache-2.0
// The proxy itself, between a client and a server that sends back what it got.
#include "tests/fault/network/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace rowfall {
namespace {

constexpr absl::Duration kSoon = absl::Milliseconds(150);
constexpr absl::Duration kLong = absl::Seconds(20);

int Listen(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(fd, reinterpret_cast<sockaddr*>(&address), size);
  listen(fd, 16);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

// Serves one connection after the other until its socket is shut down.
class EchoServer {
 public:
  EchoServer() : listener_(Listen(port_)), thread_([this] { Run(); }) {}
  ~EchoServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  int port() const { return port_; }

 private:
  void Run() const {
    for (int fd = 0; (fd = accept(listener_, nullptr, nullptr)) >= 0;) {
      char buffer[4096];
      ssize_t size = 0;
      while ((size = recv(fd, buffer, sizeof buffer, 0)) > 0)
        send(fd, buffer, static_cast<size_t>(size), MSG_NOSIGNAL);
      close(fd);
    }
  }

  int port_ = 0;
  const int listener_;
  std::thread thread_;
};

class Client {
 public:
  explicit Client(const TcpProxy& proxy)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(proxy.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  ~Client() { close(fd_); }

  void Send(const std::string& text) const {
    send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
  }
  // What comes up to `size` bytes, an end or the time; "EOF" or "RST" is added
  // for an end.
  std::string Receive(size_t size, absl::Duration time = kLong) const {
    std::string text;
    const absl::Time end = absl::Now() + time;
    while (text.size() < size) {
      pollfd wait{fd_, POLLIN, 0};
      const auto rest = absl::ToInt64Milliseconds(end - absl::Now());
      if (rest <= 0 || poll(&wait, 1, static_cast<int>(rest)) == 0) break;
      char buffer[4096];
      const ssize_t got =
          recv(fd_, buffer, std::min(sizeof buffer, size - text.size()), 0);
      if (got == 0) return text + "EOF";
      if (got < 0) return text + (errno == ECONNRESET ? "RST" : "ERROR");
      text.append(buffer, static_cast<size_t>(got));
    }
    return text;
  }

 private:
  const int fd_;
};

class TcpProxyTest : public ::testing::Test {
 protected:
  std::string Echo(const Client& client, const std::string& text) {
    client.Send(text);
    return client.Receive(text.size());
  }

  EchoServer server_;
  TcpProxy proxy_{0, server_.port()};
  Client client_{proxy_};
};

TEST_F(TcpProxyTest, PassesAllOn) {
  const std::string text(100000, 'x');
  std::thread sender([&] { client_.Send(text); });
  EXPECT_EQ(client_.Receive(text.size()), text);
  sender.join();
  EXPECT_EQ(proxy_.num_accepted(), 1);
  EXPECT_EQ(proxy_.bytes_to_client(), 100000);
}

TEST_F(TcpProxyTest, HoldsBackWhilePaused) {
  EXPECT_EQ(Echo(client_, "a"), "a");
  proxy_.SetToServer({.pause = true});
  client_.Send("b");
  EXPECT_EQ(client_.Receive(1, kSoon), "");
  proxy_.Heal();
  EXPECT_EQ(client_.Receive(1), "b");
}

TEST_F(TcpProxyTest, LosesOneDirectionForGood) {
  EXPECT_EQ(Echo(client_, "a"), "a");
  proxy_.SetToClient({.swallow = true});
  client_.Send("b");
  EXPECT_EQ(client_.Receive(1, kSoon), "");
  proxy_.Heal();
  EXPECT_EQ(client_.Receive(1), "RST");
}

TEST_F(TcpProxyTest, Delays) {
  EXPECT_EQ(Echo(client_, "a"), "a");
  proxy_.Set({.delay = kSoon, .jitter = absl::Milliseconds(50)});
  const absl::Time start = absl::Now();
  EXPECT_EQ(Echo(client_, "b"), "b");
  EXPECT_GE(absl::Now() - start, 2 * kSoon);
}

TEST_F(TcpProxyTest, LimitsTheRate) {
  EXPECT_EQ(Echo(client_, "a"), "a");
  proxy_.SetToClient({.bytes_per_second = 2000});
  const std::string text(800, 'x');
  const absl::Time start = absl::Now();
  EXPECT_EQ(Echo(client_, text), text);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(300));
}

TEST_F(TcpProxyTest, EndsAfterSoManyBytes) {
  proxy_.SetToClient({.close_after = 3});
  EXPECT_EQ(Echo(client_, "abcdef"), "abcEOF");
  proxy_.SetToClient({.reset_after = 2});
  EXPECT_EQ(Echo(Client(proxy_), "abcdef").substr(0, 2), "ab");
  const Client other(proxy_);
  other.Send("abcdef");
  EXPECT_EQ(other.Receive(2), "ab");
  EXPECT_EQ(other.Receive(1), "RST");
}

TEST_F(TcpProxyTest, LosesWhatFollows) {
  proxy_.SetToClient({.swallow_after = 3});
  client_.Send("abcdef");
  EXPECT_EQ(client_.Receive(6, kSoon), "abc");
}

TEST_F(TcpProxyTest, CorruptsOneByteOfEachConnection) {
  proxy_.SetToClient({.corrupt_at = 2});
  EXPECT_EQ(Echo(client_, "aaaa"), "aaqa");
  EXPECT_EQ(Echo(client_, "aaaa"), "aaaa");
}

TEST_F(TcpProxyTest, EndsAll) {
  EXPECT_EQ(Echo(client_, "a"), "a");
  proxy_.CloseAll();
  EXPECT_EQ(client_.Receive(1), "EOF");
  const Client other(proxy_);
  EXPECT_EQ(Echo(other, "a"), "a");
  proxy_.ResetAll();
  EXPECT_EQ(other.Receive(1), "RST");
}

TEST_F(TcpProxyTest, AcceptsAndNeverReads) {
  proxy_.SetAccepting(TcpProxy::Accepting::kIgnore);
  const Client ignored(proxy_);
  ignored.Send("a");
  EXPECT_EQ(ignored.Receive(1, kSoon), "");
  proxy_.Heal();
  EXPECT_EQ(ignored.Receive(1), "RST");
}

TEST_F(TcpProxyTest, Refuses) {
  proxy_.SetAccepting(TcpProxy::Accepting::kRefuse);
  EXPECT_EQ(Client(proxy_).Receive(1), "RST");
}

TEST_F(TcpProxyTest, RefusesWhereTheServerDoes) {
  int port = 0;
  close(Listen(port));
  const TcpProxy proxy(0, port);
  EXPECT_EQ(Client(proxy).Receive(1), "RST");
  EXPECT_EQ(proxy.num_connections(), 0u);
}

}  // namespace
}  // namespace rowfall
