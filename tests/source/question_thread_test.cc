// SPDX-License-Identifier: Apache-2.0
// The order of the questions, and how they end.
#include "source/question_thread.h"

#include <future>
#include <string>

#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

TEST(QuestionThreadTest, AsksInOrderAndAgainBehindTheOthers) {
  QuestionThread thread;
  std::promise<void> all_there, done;
  std::string order;
  int times = 0;
  ASSERT_TRUE(thread.Ask([&] {
    all_there.get_future().wait();
    return false;
  }));
  ASSERT_TRUE(thread.Ask([&] {
    order += 'a';
    return ++times < 3;
  }));
  ASSERT_TRUE(thread.Ask([&] {
    order += 'b';
    return false;
  }));
  ASSERT_TRUE(thread.Ask([&] {
    order += 'c';
    if (times == 3) done.set_value();
    return times < 3;
  }));
  all_there.set_value();
  done.get_future().wait();
  thread.Join();
  EXPECT_EQ(order, "abcacac");
}

TEST(QuestionThreadTest, StopLeavesTheQuestionThatIsAskedAndDropsTheOthers) {
  QuestionThread thread;
  std::promise<void> began, go_on;
  bool ended = false;
  bool other = false;
  ASSERT_TRUE(thread.Ask([&] {
    began.set_value();
    go_on.get_future().wait();
    ended = true;
    return true;
  }));
  ASSERT_TRUE(thread.Ask([&] {
    other = true;
    return false;
  }));
  began.get_future().wait();
  thread.Stop();
  EXPECT_FALSE(thread.Ask([] { return false; }));
  go_on.set_value();
  thread.Join();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(other);
}

TEST(QuestionThreadTest, EndsWithoutAQuestion) {
  QuestionThread thread;
  thread.Join();
  EXPECT_FALSE(thread.Ask([] { return false; }));
}

}  // namespace
}  // namespace rowfall::source
