// SPDX-License-Identifier: Apache-2.0
// The broker in the process, as its header promises it.
#include "rowfall/testing/embedded_broker.h"

#include "gtest/gtest.h"
#include "tests/source/worker.h"

namespace rowfall::source {
namespace {

using testing::EmbeddedBroker;

TEST(EmbeddedBrokerTest, RefusesTopicsThatCannotBe) {
  EXPECT_EQ(EmbeddedBroker::Start({{"t", 1}, {"t", 1}}).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(EmbeddedBroker::Start({{"t", 0}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(EmbeddedBroker::Start({{"", 1}}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(EmbeddedBrokerTest, ProducesOnlyToWhatExists) {
  auto broker = MustStart(2);
  EXPECT_EQ(broker->Produce({.topic = "other", .payload = "x"}).code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(broker->Produce({.topic = "t", .payload = "x"}).ok());
  EXPECT_TRUE(broker->Flush(absl::Seconds(10)).ok());
}

TEST(EmbeddedBrokerTest, FlushHasADeadline) {
  auto broker = MustStart(1);
  broker->SetBrokerDown(1);
  ASSERT_TRUE(broker->Produce({.topic = "t", .payload = "x"}).ok());
  EXPECT_EQ(broker->Flush(absl::Milliseconds(50)).code(),
            absl::StatusCode::kDeadlineExceeded);
  broker->SetBrokerUp(1);
  EXPECT_TRUE(broker->Flush(absl::Seconds(20)).ok());
}

// A group on it that became empty takes 3 seconds, not 44, to form again.
TEST(EmbeddedBrokerTest, GroupThatBecameEmptyLetsMembersInAgain) {
  auto broker = MustStart(1);
  Produce(*broker, 10);
  for (int round = 0; round < 3; ++round) {
    Worker worker(MustMake(EmbeddedConfig(*broker)));
    ASSERT_TRUE(worker.PollUntil([&] { return worker.num_assigned > 0; },
                                 absl::Seconds(10)))
        << "round " << round;
    EXPECT_TRUE(worker.source().Close(absl::Seconds(5)).ok());
  }
}

}  // namespace
}  // namespace rowfall::source
