// SPDX-License-Identifier: Apache-2.0
// Messages bigger than one limit or another.
#include <fstream>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/topics/group_test_base.h"
#include "tests/kafka/producer.h"

namespace rowfall {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Le;

// {"id": 7, "term": "xx..."} of `size` bytes.
std::string Json(int64_t id, size_t size) {
  std::string text = "{\"id\": " + std::to_string(id) + ", \"term\": \"";
  text.resize(std::max(size - 2, text.size()), 'x');
  return text + "\"}";
}

// The largest memory since ResetPeak(), in bytes.
int64_t PeakMemory() {
  std::ifstream file("/proc/self/status");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) << 10;
  }
  return -1;
}

void ResetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

class Size : public GroupTest {
 protected:
  Size() {
    topic_ =
        cluster_.CreateTopic("size", 1, {{"max.message.bytes", "100000000"}});
    AddGlossary();
  }

  void Send(const std::string& value, const std::string& compression = "none") {
    TestProducer producer(cluster_.brokers(),
                          {{"message.max.bytes", "200000000"},
                           {"compression.codec", compression}});
    producer.Send(topic_, {.value = value});
    producer.Flush();
  }
};

#ifdef __SANITIZE_ADDRESS__
constexpr bool kHasAddressSanitizer = true;
#else
constexpr bool kHasAddressSanitizer = false;
#endif

// I1: the first message of a fetch comes whatever its size.
TEST_F(Size, MessageBeyondTheFetchSizeComes) {
  Send(Json(1, 100));
  Send(Json(2, 5000000));
  Send(Json(3, 100));
  const auto member = Join("fetch.message.max.bytes='1000'");
  EXPECT_TRUE(WaitForRows(3));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 3));
}

// I2: librdkafka would fetch it for ever and say nothing.
TEST_F(Size, MessageBeyondTheReceiveSizeFailsTheView) {
  Send(Json(1, 100));
  Send(Json(2, 3000000));
  Send(Json(3, 100));
  {
    const auto member = Join(
        "receive.message.max.bytes='1100000' "
        "fetch.max.bytes='1000000' batch_timeout=100");
    // Only when it lasts: one damaged length would look the same.
    ASSERT_TRUE(member->Becomes(ViewState::kFailed, absl::Seconds(60)));
    EXPECT_THAT(member->status().reason,
                HasSubstr("increase receive.message.max.bytes"));
  }
  EXPECT_THAT(Ids(), Each(Le(1)));
  EXPECT_LE(CommittedSum(topic_, 1), 1);
  // With more room it goes on, and nothing is missing.
  const auto member = Join(
      "receive.message.max.bytes='10000000' "
      "fetch.max.bytes='1000000'");
  EXPECT_TRUE(WaitForRows(3));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 3));
}

// I3: what would unfold to more than a receive may hold is not unfolded. The
// view says so, and goes on once there is room: three times its size, because
// librdkafka guesses in steps.
TEST_F(Size, CompressedBombTakesNoMemory) {
  Send(Json(1, 100));
  Send(Json(2, 20000000), "zstd");
  Send(Json(3, 100));
  {
    const auto member = Join(
        "receive.message.max.bytes='2000000' "
        "fetch.max.bytes='1000000' batch_timeout=100");
    EXPECT_TRUE(
        Eventually([&] { return !member->status().last_error.empty(); }));
    ResetPeak();
    const int64_t before = PeakMemory();
    absl::SleepFor(absl::Seconds(2));
    // AddressSanitizer keeps what was freed.
    if (!kHasAddressSanitizer) {
      EXPECT_LT(PeakMemory() - before, 10000000);
    }
    EXPECT_THAT(member->status().last_error, HasSubstr(topic_ + "/0"));
    EXPECT_THAT(Ids(), Each(Le(1)));
    EXPECT_LE(CommittedSum(topic_, 1), 1);
  }
  const auto member = Join("receive.message.max.bytes='100000000'");
  EXPECT_TRUE(WaitForRows(3));
  EXPECT_TRUE(AllCommitted());
  EXPECT_EQ(Ids(), Sequence(1, 3));
}

// I4: a message that is too large for us is a bad one; the limit itself fits.
TEST_F(Size, MessageBeyondOurLimitIsRejected) {
  const auto rejects = std::make_shared<testing::RecordingRejectHandler>();
  options_.rejects = rejects;
  options_.max_message_bytes = 100000;
  for (const int64_t size : {99999, 100000, 100001, 3000000}) {
    Send(Json(size, static_cast<size_t>(size)));
  }
  const auto member = Join();
  EXPECT_TRUE(WaitForRows(2));
  EXPECT_TRUE(AllCommitted());
  EXPECT_THAT(Ids(), ElementsAre(99999, 100000));
  ASSERT_EQ(rejects->num_rejects(), 2u);
  EXPECT_EQ(rejects->rejects()[0].offset, 2);
  EXPECT_EQ(rejects->rejects()[1].offset, 3);
  EXPECT_THAT(rejects->texts()[0], HasSubstr("100001"));
}

// I6: a batch is due by its bytes long before its count and its age.
TEST_F(Size, BatchIsDueByItsBytes) {
  options_.max_batch_bytes = 20000;
  cluster_.Produce(topic_, 200, [](int64_t i) {
    return TestMessage{.value = Json(i + 1, 1000), .partition = 0};
  });
  const auto member = Join("batch=100000 batch_timeout=600000");
  EXPECT_TRUE(WaitForRows(180));
  for (const auto& write : table_->writes()) {
    EXPECT_LE(write.rows.num_rows(), 21u);
    EXPECT_GE(write.rows.num_rows(), 19u);
  }
}

}  // namespace
}  // namespace rowfall
