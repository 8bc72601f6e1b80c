// SPDX-License-Identifier: Apache-2.0
// A TCP proxy that is a bad network on demand.
#ifndef ROWFALL_TESTS_FAULT_NETWORK_TCP_PROXY_H_
#define ROWFALL_TESTS_FAULT_NETWORK_TCP_PROXY_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "absl/time/time.h"

namespace rowfall {

/// What happens to bytes of one direction. Each "after" counts the bytes of
/// one connection since the fault was set; -1: never.
struct NetworkFault {
  bool pause = false;    ///< Nothing is read: the sender's window fills.
  bool swallow = false;  ///< All is read, nothing arrives: a one-way cut.
  absl::Duration delay = absl::ZeroDuration();
  absl::Duration jitter = absl::ZeroDuration();  ///< Added at random.
  int64_t bytes_per_second = 0;  ///< Of all connections; 0: no limit.
  int64_t swallow_after = -1;    ///< What follows is lost.
  int64_t close_after = -1;      ///< The connection ends by FIN.
  int64_t reset_after = -1;      ///< The connection ends by RST.
  int64_t corrupt_at = -1;       ///< A bit of that byte is turned over.
  friend bool operator==(const NetworkFault&, const NetworkFault&) = default;
};

/// Stands between clients and a server on 127.0.0.1, with one thread of its
/// own. Faults concern connections that are there and those to come. What
/// fails throws std::runtime_error. Thread-safe.
class TcpProxy {
 public:
  enum class Accepting : uint8_t {
    kServe,
    kIgnore,  ///< Connections are taken and never read nor answered.
    kRefuse   ///< Connections end at once by RST.
  };

  /// Listens on `port`, or on a free one where it is 0, for `server_port`.
  TcpProxy(int port, int server_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }

  void SetToServer(const NetworkFault& fault);
  void SetToClient(const NetworkFault& fault);
  /// Both directions.
  void Set(const NetworkFault& fault);
  void SetAccepting(Accepting accepting);
  /// Ends all connections, by FIN or by RST.
  void CloseAll();
  void ResetAll();
  /// No more faults. Connections that were ignored, or lost bytes, end.
  void Heal();

  /// How many connections there were, and how many there are.
  int64_t num_accepted() const;
  size_t num_connections() const;
  /// Bytes that went through to clients.
  int64_t bytes_to_client() const;

 private:
  struct Pipe;
  struct Connection;
  enum Direction { kToServer, kToClient };

  void Run();
  void Accept();
  void Serve();
  bool Read(Pipe& pipe, Direction direction);
  bool Write(Pipe& pipe, Direction direction);
  void SetFault(Direction direction, const NetworkFault& fault);
  void EndAll(bool reset);
  int64_t Allowance(Direction direction) const;
  void RefillAllowances(absl::Time now);

  int listener_ = -1;
  int port_ = 0;
  const int server_port_;

  mutable std::mutex mutex_;
  bool stop_ = false;
  Accepting accepting_ = Accepting::kServe;
  NetworkFault faults_[2];
  double allowances_[2] = {0, 0};
  absl::Time refilled_ = absl::InfinitePast();
  std::mt19937_64 random_{1};
  std::list<std::unique_ptr<Connection>> connections_;
  int64_t num_accepted_ = 0;
  int64_t bytes_to_client_ = 0;
  std::thread thread_;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_FAULT_NETWORK_TCP_PROXY_H_
