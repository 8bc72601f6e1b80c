// SPDX-License-Identifier: Apache-2.0
// Tests of what happens where threads are short.
#include "source/thread_check.h"

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "gtest/gtest.h"
#include "source/kafka_source.h"

namespace rowfall::source {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kOwnsTheAddressSpace = true;
#else
constexpr bool kOwnsTheAddressSpace = false;
#endif

// Lets the process have so many bytes more of addresses than it has now. The
// stack of a thread takes 8 MiB.
void LimitAddressSpace(size_t more) {
  unsigned long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%lu", &pages) != 1) std::abort();
  std::fclose(file);
  const rlim_t limit = pages * 4096 + more;
  const rlimit limits{limit, limit};
  if (setrlimit(RLIMIT_AS, &limits) != 0) std::abort();
}

[[noreturn]] void CheckWithin(size_t more) {
  LimitAddressSpace(more);
  const absl::Status status = CheckThreads(8);
  std::_Exit(absl::IsResourceExhausted(status) ? 0 : 1);
}

// Makes a client, or gets to know that it cannot be made.
[[noreturn]] void MakeClientWithin(size_t more) {
  LimitAddressSpace(more);
  SourceConfig config;
  config.brokers = {"127.0.0.1:1", "127.0.0.1:2"};
  config.topics = {"t"};
  config.consumer_group = "g";
  auto source = MakeKafkaSource(config, {});
  std::_Exit(source.ok() || absl::IsResourceExhausted(source.status()) ? 0 : 1);
}

class ThreadCheckTest : public ::testing::Test {
 protected:
  void SetUp() override {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    if (kOwnsTheAddressSpace) GTEST_SKIP() << "The sanitizer needs it all";
  }
};

TEST_F(ThreadCheckTest, TellsWhereThreadsAreShort) {
  EXPECT_TRUE(CheckThreads(0).ok());
  EXPECT_TRUE(CheckThreads(20).ok());
  EXPECT_EXIT(CheckWithin(20 << 20), ::testing::ExitedWithCode(0), "");
}

// librdkafka asserts that it gets the thread of a broker.
TEST_F(ThreadCheckTest, AClientThatCannotHaveItsThreadsIsNotBegun) {
  for (size_t more = 0; more <= 128; more += 8) {
    EXPECT_EXIT(MakeClientWithin(more << 20), ::testing::ExitedWithCode(0), "")
        << more;
  }
}

}  // namespace
}  // namespace rowfall::source
