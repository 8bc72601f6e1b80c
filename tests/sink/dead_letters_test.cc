// SPDX-License-Identifier: Apache-2.0
// Tests of handing rejects over.
#include "sink/dead_letters.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::sink {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FakeHandler : public RejectHandler {
 public:
  absl::Status OnReject(const Reject& reject) override {
    const int call = calls++;
    attempts.push_back(reject.attempt);
    repeats.push_back(reject.may_be_repeat);
    if (call == throw_at) throw std::runtime_error("boom");
    if (call == fail_at) return absl::UnavailableError("queue is down");
    reasons.push_back(reject.reason);
    return absl::OkStatus();
  }
  int calls = 0;
  int fail_at = -1;
  int throw_at = -1;
  std::vector<std::string> reasons;
  std::vector<int> attempts;  // By call.
  std::vector<bool> repeats;
};

Reject MakeReject(size_t i) {
  Reject reject;
  reject.reason = std::to_string(i);
  reject.may_be_repeat = false;
  return reject;
}

TEST(DeadLettersTest, HandsOverInOrder) {
  FakeHandler handler;
  DeadLetters letters(handler);
  letters.Begin(3);
  EXPECT_TRUE(letters.Attempt(MakeReject).ok());
  EXPECT_TRUE(letters.done());
  EXPECT_THAT(handler.reasons, ElementsAre("0", "1", "2"));
}

// Issue 11: a view was dropped while its handler hung, and went on later.
TEST(DeadLettersTest, HandsOverNothingBehindAFence) {
  FakeHandler handler;
  base::Fence fence;
  DeadLetters letters(handler, &fence);
  letters.Begin(3);
  const auto make = [&fence](size_t i) {
    if (i == 1) fence.Close();
    return MakeReject(i);
  };
  EXPECT_TRUE(absl::IsCancelled(letters.Attempt(make)));
  EXPECT_THAT(handler.reasons, ElementsAre("0", "1"));
}

TEST(DeadLettersTest, NothingToHandOverIsDone) {
  FakeHandler handler;
  DeadLetters letters(handler);
  EXPECT_TRUE(letters.Attempt(MakeReject).ok());
  EXPECT_TRUE(letters.done());
  EXPECT_THAT(handler.reasons, IsEmpty());
}

TEST(DeadLettersTest, GoesOnWithTheOneThatFailed) {
  FakeHandler handler;
  handler.fail_at = 1;
  DeadLetters letters(handler);
  letters.Begin(3);
  EXPECT_EQ(letters.Attempt(MakeReject),
            absl::UnavailableError("queue is down"));
  EXPECT_FALSE(letters.done());
  EXPECT_EQ(letters.handed_over(), 1u);
  EXPECT_TRUE(letters.Attempt(MakeReject).ok());
  EXPECT_THAT(handler.reasons, ElementsAre("0", "1", "2"));
}

TEST(DeadLettersTest, TellsWhatComesAgain) {
  FakeHandler handler;
  handler.fail_at = 1;
  DeadLetters letters(handler);
  letters.Begin(3);
  EXPECT_FALSE(letters.Attempt(MakeReject).ok());
  EXPECT_TRUE(letters.Attempt(MakeReject).ok());
  EXPECT_THAT(handler.attempts, ElementsAre(1, 1, 2, 1));
  EXPECT_THAT(handler.repeats, ElementsAre(false, false, true, false));
}

TEST(DeadLettersTest, AnExceptionIsAnErrorLikeOthers) {
  FakeHandler handler;
  handler.throw_at = 0;
  DeadLetters letters(handler);
  letters.Begin(1);
  EXPECT_EQ(
      letters.Attempt(MakeReject),
      absl::InternalError("The reject handler threw an exception: 'boom'"));
  EXPECT_TRUE(letters.Attempt(MakeReject).ok());
  EXPECT_THAT(handler.reasons, ElementsAre("0"));
}

TEST(DeadLettersTest, BeginForgetsWhatWasBefore) {
  FakeHandler handler;
  handler.fail_at = 1;
  DeadLetters letters(handler);
  letters.Begin(3);
  EXPECT_FALSE(letters.Attempt(MakeReject).ok());
  letters.Begin(1);
  EXPECT_TRUE(letters.Attempt(MakeReject).ok());
  EXPECT_THAT(handler.reasons, ElementsAre("0", "0"));
}

}  // namespace
}  // namespace rowfall::sink
