// SPDX-License-Identifier: Apache-2.0
// What the tests of groups, topics and offsets have in common.
#include "tests/fault/topics/group_test_base.h"

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "rowfall/error.h"

namespace rowfall {

bool IsLong() {
  const char* text = std::getenv("ROWFALL_LONG");
  return text != nullptr && *text != '\0' && std::string_view(text) != "0";
}

uint64_t Seed() {
  const char* text = std::getenv("ROWFALL_SEED");
  const uint64_t seed = text != nullptr ? std::strtoull(text, nullptr, 10)
                                        : std::random_device()();
  std::cout << "ROWFALL_SEED=" << seed << std::endl;
  return seed;
}

Member::Member(EngineOptions options, const std::string& create_source,
               const std::string& create_view) {
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) throw std::runtime_error(engine.status().ToString());
  engine_ = *std::move(engine);
  Execute(create_source);
  Execute(create_view);
}

Member::~Member() {
  if (engine_ == nullptr) return;
  EXPECT_EQ(Stop(), absl::OkStatus());
}

void Member::Execute(const std::string& sql) {
  auto result = engine_->Execute(sql);
  if (!result.ok()) {
    throw std::runtime_error(ErrorWithCaret(result.status(), sql));
  }
}

ViewStatus Member::status() const {
  auto all = engine_->Status();
  if (all.size() != 1) throw std::runtime_error("Not one view");
  return std::move(all[0]);
}

bool Member::Becomes(ViewState state, absl::Duration patience) const {
  if (Eventually([&] { return status().state == state; }, patience)) {
    return true;
  }
  const ViewStatus now = status();
  std::cout << "State " << ViewStateName(now.state) << ", reason '"
            << now.reason << "', last error '" << now.last_error << "'\n";
  return false;
}

bool Member::Owns(size_t partitions) const {
  return Eventually([&] { return status().partitions.size() == partitions; });
}

absl::Status Member::Stop(absl::Duration timeout) {
  absl::Status status = engine_->Stop(timeout);
  engine_ = nullptr;
  return status;
}

GroupTest::GroupTest() {
  options_.retry_initial = absl::Milliseconds(20);
  options_.retry_max = absl::Milliseconds(200);
  options_.log = [this](const LogEntry& entry) {
    const std::lock_guard lock(log_mutex_);
    log_.emplace_back(entry.text);
  };
}

GroupTest::~GroupTest() {
  EXPECT_THAT(oracle_->violations(), ::testing::IsEmpty());
  if (!HasFailure()) return;
  const std::lock_guard lock(log_mutex_);
  const size_t first = log_.size() > 60 ? log_.size() - 60 : 0;
  for (size_t i = first; i < log_.size(); ++i) std::cout << log_[i] << "\n";
}

void GroupTest::AddGlossary(SinkTraits traits) {
  table_ = AddTable("glossary", traits);
  faulty_ = std::make_shared<testing::FaultyTables>(tables_);
}

EngineOptions GroupTest::MemberOptions() {
  EngineOptions options = options_;
  if (faulty_ != nullptr) options.tables = faulty_;
  oracle_->Watch(options);
  return options;
}

std::string GroupTest::View(const std::string& where) const {
  return "CREATE MATERIALIZED VIEW terms TO glossary AS "
         "SELECT id, term AS name FROM kafka " +
         where;
}

std::unique_ptr<Member> GroupTest::Join(const std::string& more,
                                        const std::string& where) {
  return std::make_unique<Member>(MemberOptions(),
                                  CreateSource("kafka", topic_, more + kQuick),
                                  View(where));
}

int64_t GroupTest::ComeAndGo(const std::function<EngineOptions()>& make) {
  constexpr int kMembers = 5;
  const uint64_t seed = Seed();
  const absl::Time start = absl::Now();
  const absl::Duration least = IsLong() ? absl::Minutes(2) : absl::Seconds(6);
  // Members that had partitions when they left: on a busy machine a member can
  // come and go before the group knows it.
  constexpr int kEnough = 6;
  std::atomic<int> served = 0;
  const auto is_over = [&] {
    const absl::Duration passed = absl::Now() - start;
    return passed > least && (served >= kEnough || passed > least + kPatience);
  };
  const auto partitions = static_cast<int>(cluster_.Ends(topic_).size());
  std::vector<std::jthread> threads;
  for (int i = 0; i < kMembers; ++i) {
    threads.emplace_back([&, i] {
      std::mt19937_64 random(seed + static_cast<uint64_t>(i));
      const auto below = [&](uint64_t n) { return random() % n; };
      while (!is_over()) {
        const std::string more =
            "num_consumers=" + std::to_string(1 + below(3)) +
            " batch=" + std::to_string(10 + below(200)) +
            " batch_timeout=" + std::to_string(10 + below(300));
        Member member(make(), CreateSource("kafka", topic_, more + kQuick),
                      View());
        absl::SleepFor(absl::Milliseconds(below(2500)));
        if (!member.status().partitions.empty()) ++served;
      }
    });
  }
  int64_t produced = 0;
  while (!is_over()) {
    ProduceIds(topic_, partitions, produced + 1, produced + 110);
    produced += 110;
    absl::SleepFor(absl::Milliseconds(20));
  }
  threads.clear();
  EXPECT_GE(served, kEnough);
  return produced;
}

bool GroupTest::AllCommitted() {
  // As far as nothing holds it up: an open transaction does.
  std::map<int32_t, int64_t> ends;
  std::map<int32_t, int64_t> committed;
  const bool reached = Eventually([&] {
    ends = cluster_.Ends(topic_);
    committed =
        cluster_.Committed(group_, topic_, static_cast<int>(ends.size()));
    std::erase_if(ends, [](const auto& end) { return end.second == 0; });
    std::erase_if(committed, [](const auto& end) { return end.second == 0; });
    return committed == ends;
  });
  EXPECT_EQ(committed, ends);
  return reached;
}

std::vector<std::string> GroupTest::Logged(std::string_view text) const {
  const std::lock_guard lock(log_mutex_);
  std::vector<std::string> lines;
  for (const std::string& line : log_) {
    if (line.find(text) != line.npos) lines.push_back(line);
  }
  return lines;
}

bool GroupTest::WaitForLog(std::string_view text) const {
  return Eventually([&] { return !Logged(text).empty(); });
}

}  // namespace rowfall
