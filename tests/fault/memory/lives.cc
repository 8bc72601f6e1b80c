// SPDX-License-Identifier: Apache-2.0
// Chooses the allocations that fail, and looks for leaks.
#include "lives.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <string>

#include "failing_new.h"
#include "gtest/gtest.h"

namespace rowfall::tests {
namespace {

int64_t current_n = 0;

[[noreturn]] void SayWhere() {
  std::fprintf(stderr, "Terminated where allocation %lld failed\n",
               static_cast<long long>(current_n));
  std::abort();
}

// How many lives a test lives at most: a sample of all allocations, another
// one for each seed, or all of them.
int64_t StepOf(int64_t num_allocations, int64_t lives) {
  if (std::getenv("ROWFALL_LONG") != nullptr) return 1;
  return std::max<int64_t>(1, num_allocations / lives);
}

int64_t FirstOf(int64_t step) {
  const char* set = std::getenv("ROWFALL_SEED");
  const uint32_t seed = set != nullptr ? static_cast<uint32_t>(std::atoll(set))
                                       : std::random_device{}();
  std::printf("ROWFALL_SEED=%u\n", seed);
  return 1 + seed % step;
}

}  // namespace

void LiveThrough(const std::function<LifeOptions()>& make, int64_t max_lives) {
  std::set_terminate(SayWhere);
  int64_t num_allocations = 0;
  const auto live = [&] {
    World world(make());
    world.Live();
    return world.num_duplicates();
  };
  ASSERT_EQ(live(), 0);  // Fills what is kept for ever.
  {
    World world(make());
    FailingNew::FailOnce(INT64_MAX);
    world.Live();
    num_allocations = FailingNew::num_allocations();
  }
  const int64_t step = StepOf(num_allocations, max_lives);
  const int64_t first = FirstOf(step);
  for (const auto arm : {FailingNew::FailOnce, FailingNew::FailFrom}) {
    int duplicates = 0;
    for (current_n = first; current_n <= num_allocations; current_n += step) {
      SCOPED_TRACE("allocation " + std::to_string(current_n) +
                   (arm == FailingNew::FailOnce ? " once" : " for ever"));
      const int64_t before = FailingNew::num_live();
      {
        World world(make());
        arm(current_n);
        world.Live();
        FailingNew::Disarm();
        duplicates += world.num_duplicates();
      }
      EXPECT_EQ(FailingNew::num_live(), before) << "Leaked";
      if (::testing::Test::HasFailure()) return;
    }
    std::printf("%lld allocations, every %lld, %s: %d duplicates\n",
                static_cast<long long>(num_allocations),
                static_cast<long long>(step),
                arm == FailingNew::FailOnce ? "once" : "for ever", duplicates);
  }
}

void FailEachAllocation(const std::function<absl::Status()>& call) {
  std::set_terminate(SayWhere);
  ASSERT_EQ(call(), absl::OkStatus());
  for (const auto arm : {FailingNew::FailOnce, FailingNew::FailFrom}) {
    bool failed = true;
    for (current_n = 1; failed; ++current_n) {
      SCOPED_TRACE("allocation " + std::to_string(current_n) +
                   (arm == FailingNew::FailOnce ? " once" : " for ever"));
      const int64_t before = FailingNew::num_live();
      {
        arm(current_n);
        const absl::Status status = call();
        failed = FailingNew::has_failed();
        FailingNew::Disarm();
        if (!status.ok()) {
          EXPECT_TRUE(failed) << status;
          EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted)
              << status;
        }
      }
      EXPECT_EQ(FailingNew::num_live(), before) << "Leaked";
      if (::testing::Test::HasFailure()) return;
    }
  }
  std::printf("%lld allocations\n", static_cast<long long>(current_n - 2));
}

}  // namespace rowfall::tests
