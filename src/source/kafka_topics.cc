// SPDX-License-Identifier: Apache-2.0
// The topics of a Kafka consumer: those that are named, and those that its
// regular expressions match.
#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "base/text.h"
#include "source/kafka_consumer.h"
#include "source/kafka_settings.h"

namespace rowfall::source {
namespace {

// What is named in full does not wait longer for what is not.
constexpr absl::Duration kNamesWait = absl::Seconds(5);
// Topics are looked for so often while there are none, and soon after one of
// them was missed.
constexpr absl::Duration kMaxWaitForFirst = absl::Seconds(5);
constexpr absl::Duration kWaitAfterMissing = absl::Seconds(1);
constexpr absl::Duration kDefaultInterval = absl::Minutes(1);

absl::Duration RefreshInterval(rd_kafka_t* handle) {
  const std::string text =
      GetProperty(rd_kafka_conf(handle), "topic.metadata.refresh.interval.ms");
  int64_t milliseconds = 0;
  if (!absl::SimpleAtoi(text, &milliseconds) || milliseconds <= 0)
    return kDefaultInterval;
  return absl::Milliseconds(milliseconds);
}

}  // namespace

void KafkaConsumer::WatchTopics() {
  watches_topics_ = true;
  refresh_interval_ = RefreshInterval(handle());
  list_at_ = Now();
  names_by_ = Now() + kNamesWait;
}

bool KafkaConsumer::AwaitsTopicList() const {
  return watches_topics_ && subscribed_.empty() && client_->topics().waiting();
}

void KafkaConsumer::ServeTopicList() {
  TopicWatch& watch = client_->topics();
  if (auto answer = watch.Take(); answer.has_value()) TakeTopicList(*answer);
  if (!wanted_.has_value() && Now() >= names_by_ &&
      !watch.filter().names().empty())
    wanted_ = watch.filter().names();
  if (Now() >= list_at_ && !watch.waiting()) {
    list_at_ = Now() + kWaitAfterMissing;
    if (!watch.Ask())
      Report(absl::UnavailableError("No thread to list topics"));
  }
  // Not while the group waits for an answer.
  if (phase_ != Phase::kSteady || !wanted_.has_value() ||
      *wanted_ == subscribed_)
    return;
  const absl::Status status = Subscribe(*wanted_);
  if (!status.ok()) Report(status);
}

void KafkaConsumer::TakeTopicList(TopicWatch::Answer& answer) {
  if (!answer.ok()) {
    list_at_ = Now() + kWaitAfterMissing;
    Report(absl::UnavailableError(answer.status().message()));
    return;
  }
  list_at_ = Now() + refresh_interval_;
  // A name may be that of a topic to come; the client reports that it is
  // missing.
  const TopicFilter& filter = client_->topics().filter();
  std::vector<std::string> topics;
  std::set_union(answer->begin(), answer->end(), filter.names().begin(),
                 filter.names().end(), std::back_inserter(topics));
  if (topics.empty()) {
    list_at_ = Now() + std::min(refresh_interval_, kMaxWaitForFirst);
    Report(absl::UnavailableError(base::Cat(
        "No topic matches: ", base::Quote(filter.patterns().front()))));
  }
  wanted_ = std::move(topics);
}

void KafkaConsumer::ATopicIsMissing() {
  list_at_ = std::min(list_at_, Now() + kWaitAfterMissing);
}

// Another list than before makes the member join the group again, which takes
// its partitions away and gives it new ones.
absl::Status KafkaConsumer::Subscribe(std::vector<std::string> topics) {
  std::vector<TopicPartition> list;
  for (const std::string& topic : topics)
    list.push_back({topic, RD_KAFKA_PARTITION_UA});
  const rd_kafka_resp_err_t code =
      list.empty() ? rd_kafka_unsubscribe(handle())
                   : rd_kafka_subscribe(handle(), ToList(list).get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return absl::InvalidArgumentError(
        base::Cat("Topics cannot be subscribed to: ", rd_kafka_err2str(code)));
  subscribed_ = std::move(topics);
  return absl::OkStatus();
}

}  // namespace rowfall::source
