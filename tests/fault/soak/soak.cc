// SPDX-License-Identifier: Apache-2.0
// The course of the soak: trouble, calm, reports and the last account.
#include "soak.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "absl/time/clock.h"

namespace rowfall::soak {
namespace {

constexpr absl::Duration kBetweenCalms = absl::Minutes(8);
constexpr absl::Duration kPatience = absl::Minutes(3);

int64_t LagOf(const ViewStatus& status) {
  int64_t lag = 0;
  for (const PartitionStatus& partition : status.partitions) {
    lag += std::max<int64_t>(partition.lag, 0);
  }
  return lag;
}

KafkaCluster ClusterAt(const std::string& brokers) {
  ::setenv("ROWFALL_TEST_BROKERS", brokers.c_str(), 1);
  return KafkaCluster();
}

}  // namespace

Soak::Soak(SoakOptions options)
    : options_(std::move(options)),
      log_(options_.log_folder + "/soak.log"),
      broker_(options_.broker_folder),
      cluster_(ClusterAt(broker_.brokers())),
      random_(options_.seed) {
  topic_ = cluster_.CreateTopic("soak", kPartitions);
  const auto messages = static_cast<int64_t>(
      absl::ToDoubleSeconds(options_.duration + absl::Minutes(10)) *
      options_.messages_per_second);
  for (Oracle* oracle : {&counted_, &stored_}) {
    oracle->rows.Reserve(messages / kPartitions);
    oracle->letters.Reserve(messages / kPartitions);
  }
  tables_ = std::make_shared<CountingTables>(counted_);
  database_ = std::make_unique<Database>(options_.log_folder + "/soak.db");
  MakeHosts();
  AddFaults();
}

Soak::~Soak() = default;

std::vector<Host*> Soak::hosts() const {
  return {counting_.get(), counting_guest_.get(), storing_.get(),
          storing_guest_.get()};
}

bool Soak::Run() {
  log_.Line("seed " + std::to_string(options_.seed) + ", " +
            absl::FormatDuration(options_.duration) + ", topic " + topic_);
  for (Host* host : hosts()) host->Open();
  traffic_ = std::make_unique<Traffic>(
      broker_.brokers(), topic_, options_.messages_per_second,
      [this](const std::string& text) { log_.Finding(text); });
  const absl::Time end = absl::Now() + options_.duration;
  next_report_ = absl::Now() + absl::Minutes(1);
  next_calm_ = absl::Now() + absl::Minutes(4);
  while (absl::Now() < end) {
    MakeTrouble();
    if (absl::Now() < next_calm_) continue;
    Calm("between faults", kPatience);
    next_calm_ = absl::Now() + kBetweenCalms;
  }
  traffic_->Stop();
  Calm("at the end", absl::Minutes(5));
  CheckAll();
  Report();
  for (Host* host : hosts()) host->Close();
  log_.Line("END " + std::to_string(log_.num_findings()) + " findings");
  return log_.num_findings() == 0;
}

absl::Duration Soak::Random(absl::Duration longest) {
  return longest * std::uniform_real_distribution<double>(0.05, 1)(random_);
}

bool Soak::MayMeet(const Fault& a, const Fault& b) {
  if (a.alone || b.alone) return false;
  return a.host == nullptr ? a.name != b.name : a.host != b.host;
}

void Soak::MakeTrouble() {
  const auto pick = [this] { return random_() % faults_.size(); };
  std::vector<size_t> now = {pick()};
  if (random_() % 3 == 0) now.push_back(pick());
  if (now.size() == 2 && !MayMeet(faults_[now[0]], faults_[now[1]])) {
    now.pop_back();
  }
  absl::Duration time;
  std::string names;
  for (const size_t i : now) {
    time = std::max(time, Random(faults_[i].longest));
    ++num_faults_[faults_[i].name];
    names += " " + faults_[i].name;
  }
  log_.Line("fault" + names + " for " +
            absl::FormatDuration(absl::Trunc(time, absl::Milliseconds(1))));
  for (const size_t i : now) faults_[i].begin();
  Pass(time);
  for (const size_t i : now) faults_[i].end();
  Pass(Random(absl::Seconds(10)));
}

void Soak::Pass(absl::Duration time) {
  const absl::Time end = absl::Now() + time;
  while (true) {
    for (Host* host : hosts()) host->CureFailure();
    if (absl::Now() >= next_report_) Report();
    if (absl::Now() >= end) return;
    absl::SleepFor(std::min(end - absl::Now(), absl::Seconds(1)));
  }
}

bool Soak::AreCaughtUp(const Host& a, const Host& b) const {
  int partitions = 0;
  int64_t lag = 0;
  for (const Host* host : {&a, &b}) {
    const ViewStatus status = host->Status();
    lag += LagOf(status);
    partitions += static_cast<int>(status.partitions.size());
  }
  return partitions == kPartitions && lag < 5 * options_.messages_per_second;
}

void Soak::Calm(const char* when, absl::Duration patience) {
  const absl::Time begin = absl::Now();
  Pass(absl::Seconds(20));  // Sessions of members that died may last.
  const bool ends = traffic_->is_stopped();
  const auto done = [&] {
    if (!ends) {
      return AreCaughtUp(*counting_, *counting_guest_) &&
             AreCaughtUp(*storing_, *storing_guest_);
    }
    database_->CountRows(stored_.rows);
    return counted_.CheckAll(traffic_->ends()).empty() &&
           stored_.CheckAll(traffic_->ends()).empty();
  };
  while (!done()) {
    if (absl::Now() - begin > patience) {
      return log_.Finding(std::string("not caught up ") + when);
    }
    Pass(absl::Seconds(1));
  }
  log_.Line(
      "calm: caught up after " +
      absl::FormatDuration(absl::Trunc(absl::Now() - begin, absl::Seconds(1))));
  CheckUsage();
}

void Soak::CheckUsage() {
  const std::string wrong = usage_.Look(UsageNow(), absl::Now() - begin_);
  if (!wrong.empty()) log_.Finding(wrong);
}

void Soak::CheckCommitted(const std::string& group, Oracle& oracle) {
  std::map<int32_t, int64_t> committed;
  try {
    committed = cluster_.Committed(group, topic_, kPartitions);
  } catch (const std::runtime_error& error) {
    return log_.Line(std::string("offsets unknown: ") + error.what());
  }
  if (&oracle == &stored_) database_->CountRows(stored_.rows);
  for (const auto& [partition, offset] : committed) {
    const std::string wrong = oracle.Check(partition, offset);
    if (!wrong.empty()) log_.Finding(wrong + ", and committed");
  }
}

void Soak::Report() {
  next_report_ = absl::Now() + absl::Minutes(1);
  database_->CountRows(stored_.rows);
  if (broker_is_well_) {
    CheckCommitted("counted.v", counted_);
    CheckCommitted("stored.v", stored_);
  }
  const Usage usage = UsageNow();
  std::string line = "produced " + std::to_string(traffic_->num_produced()) +
                     ", counted rows " + std::to_string(counted_.rows.total()) +
                     " twice " + std::to_string(counted_.rows.duplicates()) +
                     " letters " + std::to_string(counted_.letters.total()) +
                     ", sqlite rows " + std::to_string(stored_.rows.total()) +
                     " twice " + std::to_string(stored_.rows.duplicates()) +
                     " letters " + std::to_string(stored_.letters.total()) +
                     ", rss " + std::to_string(usage.resident_mb) +
                     " MB, in use " + std::to_string(usage.in_use_mb) +
                     " MB, fds " + std::to_string(usage.descriptors) +
                     ", threads " + std::to_string(usage.threads) +
                     ", findings " + std::to_string(log_.num_findings());
  for (const Host* host : hosts()) {
    const ViewStatus status = host->Status();
    line += ", " + host->name() + " " +
            (status.name.empty() ? std::string("closed")
                                 : std::string(ViewStateName(status.state)) +
                                       " lag " + std::to_string(LagOf(status)));
    if (!status.reason.empty()) line += " (" + status.reason + ")";
  }
  line += ", faults";
  for (const auto& [name, count] : num_faults_) {
    line += " " + name + "=" + std::to_string(count);
  }
  log_.Line(line);
}

void Soak::CheckAll() {
  std::string wrong = CheckTopic(broker_.brokers(), topic_, traffic_->ends());
  if (!wrong.empty()) log_.Finding(wrong);
  database_->CountRows(stored_.rows);
  for (const Oracle* oracle : {&counted_, &stored_}) {
    wrong = oracle->CheckAll(traffic_->ends());
    if (!wrong.empty()) log_.Finding(wrong);
  }
}

}  // namespace rowfall::soak
