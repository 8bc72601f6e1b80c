// SPDX-License-Identifier: Apache-2.0
// The soak notices what is not given back.
#include "usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::soak {
namespace {

using ::testing::StartsWith;

class UsageWatchTest : public ::testing::Test {
 protected:
  // Takes memory in small pieces on a thread, as rows and messages do.
  void Leak(size_t megabytes) {
    std::thread([&] {
      for (size_t i = 0; i < megabytes << 10; ++i) {
        leaked_.push_back(std::make_unique<char[]>(1 << 10));
      }
    }).join();
  }
  std::string LookAfter(int minutes) {
    return watch_.Look(UsageNow(), absl::Minutes(minutes));
  }

  UsageWatch watch_;
  std::vector<std::unique_ptr<char[]>> leaked_;
};

TEST_F(UsageWatchTest, NoticesMemoryThatIsNotGivenBack) {
  EXPECT_EQ(LookAfter(4), "");
  Leak(40);  // It may fill what it keeps for ever.
  EXPECT_EQ(LookAfter(12), "");
  Leak(20);
  EXPECT_EQ(LookAfter(20), "");
  Leak(20);
  EXPECT_THAT(LookAfter(28), StartsWith("memory grows: "));
  leaked_.clear();
  EXPECT_EQ(LookAfter(36), "");
}

TEST_F(UsageWatchTest, NoticesDescriptorsThatStayOpen) {
  EXPECT_EQ(LookAfter(4), "");
  std::vector<int> files;
  while (files.size() < 45) files.push_back(::open("/dev/null", O_RDONLY));
  EXPECT_THAT(LookAfter(12), StartsWith("threads or descriptors grow: "));
  for (const int file : files) ::close(file);
  EXPECT_EQ(LookAfter(20), "");
}

TEST_F(UsageWatchTest, NoticesThreadsThatDoNotEnd) {
  EXPECT_EQ(LookAfter(4), "");
  std::latch end(1);
  std::vector<std::jthread> threads;
  while (threads.size() < 25) threads.emplace_back([&] { end.wait(); });
  EXPECT_THAT(LookAfter(12), StartsWith("threads or descriptors grow: "));
  end.count_down();
}

}  // namespace
}  // namespace rowfall::soak
