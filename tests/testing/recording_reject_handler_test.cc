// SPDX-License-Identifier: Apache-2.0
// Tests of the dead-letter side in memory, and of the clock that stands still.
#include "rowfall/testing/recording_reject_handler.h"

#include <stdexcept>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/testing/fake_clock.h"

namespace rowfall::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

Reject MakeReject() {
  Reject reject;
  reject.source = "kafka";
  reject.view = "v";
  reject.stage = RejectStage::kType;
  reject.message.topic = "orders";
  reject.message.partition = 3;
  reject.message.offset = 1842;
  reject.message.payload = "{\"qty\":-1}";
  reject.column = "qty";
  reject.reason = "Number does not fit INTEGER: -1";
  return reject;
}

TEST(RecordingRejectHandlerTest, CopiesEverything) {
  RecordingRejectHandler handler;
  Reject reject = MakeReject();
  const std::vector<Header> headers = {{"h", "v", true}, {"n", "", false}};
  reject.message.headers = headers;
  EXPECT_TRUE(handler.OnReject(reject).ok());
  ASSERT_EQ(handler.num_rejects(), 1u);
  const RecordedReject copy = handler.rejects()[0];
  EXPECT_EQ(copy.source, "kafka");
  EXPECT_EQ(copy.view, "v");
  EXPECT_EQ(copy.stage, RejectStage::kType);
  EXPECT_EQ(copy.topic, "orders");
  EXPECT_EQ(copy.partition, 3);
  EXPECT_EQ(copy.offset, 1842);
  EXPECT_EQ(copy.payload, "{\"qty\":-1}");
  EXPECT_EQ(copy.key, std::nullopt);
  EXPECT_THAT(copy.headers,
              ElementsAre(Pair("h", "v"), Pair("n", std::nullopt)));
  EXPECT_EQ(copy.column, "qty");
  EXPECT_THAT(handler.texts(),
              ElementsAre("Number does not fit INTEGER: -1 [orders/3@1842, "
                          "column qty]"));
}

TEST(RecordingRejectHandlerTest, FailsOnDemand) {
  RecordingRejectHandler handler;
  handler.Return(absl::UnavailableError("down"));
  handler.Throw("boom");
  EXPECT_EQ(handler.OnReject(MakeReject()), absl::UnavailableError("down"));
  EXPECT_THROW((void)handler.OnReject(MakeReject()), std::runtime_error);
  EXPECT_TRUE(handler.OnReject(MakeReject()).ok());
  EXPECT_EQ(handler.num_rejects(), 1u);
  EXPECT_EQ(handler.num_calls(), 3);
}

TEST(RecordingRejectHandlerTest, WaitsForRejectsOfAnotherThread) {
  RecordingRejectHandler handler;
  EXPECT_FALSE(handler.WaitForRejects(1, absl::ZeroDuration()));
  std::thread other([&] { EXPECT_TRUE(handler.OnReject(MakeReject()).ok()); });
  EXPECT_TRUE(handler.WaitForRejects(1, absl::Seconds(60)));
  other.join();
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock(absl::FromUnixSeconds(1000));
  const absl::Duration start = clock.Monotonic();
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1000));
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1005));
  EXPECT_EQ(clock.Monotonic(), start + absl::Seconds(5));
  clock.SetWallTime(absl::UnixEpoch());
  EXPECT_EQ(clock.Now(), absl::UnixEpoch());
  EXPECT_EQ(clock.Monotonic(), start + absl::Seconds(5));
}

}  // namespace
}  // namespace rowfall::testing
