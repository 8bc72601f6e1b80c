// SPDX-License-Identifier: Apache-2.0
// Tests of batches of messages.
#include "rowfall/message.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rowfall/reject.h"

namespace rowfall {
namespace {

Message Make(std::string_view topic, int32_t partition, int64_t offset,
             std::string_view payload) {
  Message message;
  message.topic = topic;
  message.partition = partition;
  message.offset = offset;
  message.payload = payload;
  return message;
}

TEST(MessageBatchTest, GivesBackEveryByte) {
  MessageBatch batch;
  for (int i = 0; i < 1000; ++i) {
    const std::string payload(i % 70, static_cast<char>(i));
    const std::string key = "k" + std::to_string(i);
    const Header headers[] = {{"name", std::string_view("va\0lue", 6)}, {"null", "", false}};
    Message message = Make(i % 2 == 0 ? "a" : "b", i % 3, i, payload);
    message.key = key;
    message.has_key = i % 4 != 0;
    message.has_payload = i % 5 != 0;
    message.timestamp_ms = i;
    if (i % 7 == 0) message.headers = headers;
    batch.Append(message);
  }
  ASSERT_EQ(batch.size(), 1000u);
  for (int i = 0; i < 1000; ++i) {
    const Message message = batch[i];
    EXPECT_EQ(message.topic, i % 2 == 0 ? "a" : "b");
    EXPECT_EQ(message.partition, i % 3);
    EXPECT_EQ(message.offset, i);
    EXPECT_EQ(message.payload, std::string(i % 70, static_cast<char>(i)));
    EXPECT_EQ(message.payload.data()[message.payload.size()], '\0');
    EXPECT_EQ(message.has_payload, i % 5 != 0);
    EXPECT_EQ(message.has_key, i % 4 != 0);
    if (message.has_key) {
      EXPECT_EQ(message.key, "k" + std::to_string(i));
    }
    ASSERT_EQ(message.headers.size(), i % 7 == 0 ? 2u : 0u);
    if (i % 7 == 0) {
      EXPECT_EQ(message.headers[0], (Header{"name", std::string_view("va\0lue", 6)}));
      EXPECT_EQ(message.headers[1], (Header{"null", "", false}));
    }
  }
}

TEST(MessageBatchTest, TruncatesAndErasesAndGoesOn) {
  MessageBatch batch;
  for (int i = 0; i < 6; ++i) batch.Append(Make("t", 0, i, std::to_string(i)));
  batch.Truncate(5);
  const uint32_t erased[] = {0, 3};
  batch.Erase(erased);
  batch.Append(Make("t", 0, 9, "9"));
  ASSERT_EQ(batch.size(), 4u);
  EXPECT_EQ(batch.payload(0), "1");
  EXPECT_EQ(batch.payload(1), "2");
  EXPECT_EQ(batch.payload(2), "4");
  EXPECT_EQ(batch.payload(3), "9");
  EXPECT_EQ(batch.Place(3), "t/0@9");
  batch.Clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.byte_size(), 0u);
}

TEST(RejectTest, SaysWhereAndWhy) {
  Reject reject;
  reject.message = Make("orders", 0, 1, "{}");
  reject.reason = "Cannot read string as BIGINT: 'x'";
  reject.column = "id";
  EXPECT_EQ(reject.ToString(),
            "Cannot read string as BIGINT: 'x' [orders/0@1, column id]");
}

}  // namespace
}  // namespace rowfall
