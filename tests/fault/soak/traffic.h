// SPDX-License-Identifier: Apache-2.0
// The messages of the soak: produced at a steady rate, read again at the end.
#ifndef ROWFALL_TESTS_FAULT_SOAK_TRAFFIC_H_
#define ROWFALL_TESTS_FAULT_SOAK_TRAFFIC_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "host.h"
#include "tally.h"

namespace rowfall::soak {

// Produces to all partitions on a thread of its own, idempotently: message n of
// a partition gets offset n, however often the broker dies.
class Traffic {
 public:
  Traffic(std::string brokers, std::string topic, int messages_per_second,
          Findings findings);
  ~Traffic();

  // Ends it; returns when the broker has all.
  void Stop();
  bool is_stopped() const { return stop_.load(); }
  // Messages handed to the client.
  int64_t num_produced() const { return num_produced_.load(); }
  // The ends of the partitions, after Stop().
  const std::array<int64_t, kPartitions>& ends() const { return ends_; }

 private:
  void Run();

  const std::string brokers_;
  const std::string topic_;
  const int rate_;
  const Findings findings_;
  std::array<int64_t, kPartitions> ends_{};
  std::atomic<int64_t> num_produced_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// Reads the whole topic with a plain consumer. Returns what is not as it was
// produced, or "".
std::string CheckTopic(const std::string& brokers, const std::string& topic,
                       const std::array<int64_t, kPartitions>& ends);

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_TRAFFIC_H_
