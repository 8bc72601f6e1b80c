// SPDX-License-Identifier: Apache-2.0
// The life of an engine that runs out of memory.
#include "world.h"

#include <map>
#include <set>
#include <utility>

#include "failing_new.h"
#include "gtest/gtest.h"
#include "immune.h"

namespace rowfall::tests {
namespace {

constexpr int kPartitions = 2;
constexpr int kTurnsWithoutMemory = 12;
constexpr int kMaxTurns = 2000;

// Two of ten messages are bad: no JSON, or a value that does not fit.
bool IsBad(int64_t id) { return id % 5 == 3; }

std::string Payload(int64_t id) {
  if (id % 10 == 3) return "no JSON";
  if (IsBad(id)) return R"({"id": "word", "term": "x"})";
  return "{\"id\": " + std::to_string(id) +
         R"(, "term": "a term of more than sixteen bytes", "tags": [1, 2]})";
}

constexpr char kCreateSource[] =
    "CREATE SOURCE s (id bigint, term text, tags json) type='kafka' "
    "broker_list='b:1' topic_list='t' consumer_group='g' batch=8 "
    "batch_timeout=10 on_error='dead_letter'";
constexpr char kCreateSkipping[] =
    "CREATE SOURCE s (id bigint, term text, tags json) type='kafka' "
    "broker_list='b:1' topic_list='t' consumer_group='g' batch=8 "
    "batch_timeout=10 on_error='skip'";

constexpr char kCreateView[] =
    "CREATE MV v TO t AS SELECT id, label(UPPER(term)) AS term, "
    "tags[0] AS tag FROM s WHERE id >= 0";

// A function of the host that needs memory, and throws where there is none.
std::shared_ptr<const FunctionRegistry> Functions() {
  auto registry = std::make_shared<FunctionRegistry>();
  (void)registry->Register(
      {.name = "label",
       .min_arguments = 1,
       .max_arguments = 1,
       .result_type = [](std::span<const Type>) { return Type::kText; },
       .evaluate =
           [](std::span<const Value> arguments) -> absl::StatusOr<Value> {
         if (IsNull(arguments[0])) return Value();
         return Value("the label of " + std::get<std::string>(arguments[0]));
       }});
  return registry;
}

void ExpectOutOfMemory(const absl::Status& status, std::string_view what) {
  const WithMemory with_memory;
  EXPECT_TRUE(FailingNew::has_failed()) << what << ": " << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted)
      << what << ": " << status;
}

}  // namespace

World::World(LifeOptions options)
    : life_(std::move(options)),
      rejects_(std::make_shared<testing::RecordingRejectHandler>()) {
  broker_.CreateTopic("t", kPartitions);
  broker_.SetPollWaits(false);
  options_.tables = life_.tables.provider;
  options_.functions = Functions();
  options_.catalog = life_.catalog;
  options_.rejects = ImmuneHandler(rejects_);
  options_.source_factory = ImmuneSources(broker_.Factory());
  options_.clock = &clock_;
  options_.threading = Threading::kHostThreads;
  options_.random_seed = 1;
  // Somebody reads the log: its texts are made.
  options_.log = [](const LogEntry& entry) { (void)entry.text.size(); };
}

void World::Live() {
  Open();
  Execute(life_.on_error == "skip" ? kCreateSkipping : kCreateSource);
  Execute(kCreateView);
  Consume(20);
  Rebalance();
  Consume(6);
  Execute("ALTER MV v suspended=1");
  Produce(4);
  Execute("ALTER MV v suspended=0");
  Consume(6);
  Execute("SHOW SOURCE s");
  Execute("SHOW MV v");
  Execute("SHOW MV STATUS v");
  Execute(
      "EXPLAIN CREATE MV w TO t AS SELECT id, label('a constant') AS term "
      "FROM s");
  (void)engine_->Status();
  Restart();
  Consume(10);
  Execute("DROP SOURCE s");
  Execute("DROP MV v");
  if (const absl::Status stopped = engine_->Stop(); !stopped.ok()) {
    ExpectOutOfMemory(stopped, "Stop");
  }
  engine_ = nullptr;
  FailingNew::Disarm();
  CheckRows();
}

void World::Open() {
  EngineOptions options;
  {
    const WithMemory with_memory;
    options = options_;
  }
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) {
    ExpectOutOfMemory(engine.status(), "Open");
    FailingNew::Disarm();
    engine = Engine::Open(options_);
  }
  ASSERT_TRUE(engine.ok()) << engine.status();
  engine_ = *std::move(engine);
}

void World::Restart() {
  if (const absl::Status stopped = engine_->Stop(); !stopped.ok()) {
    ExpectOutOfMemory(stopped, "Stop");
  }
  engine_ = nullptr;
  Open();
  const WithMemory with_memory;
  const std::vector<ViewStatus> views = engine_->Status();
  ASSERT_EQ(views.size(), 1u);
  if (views[0].state != ViewState::kFailed) return;
  // Found no memory to start. It says so, and ALTER starts it.
  EXPECT_TRUE(FailingNew::has_failed());
  FailingNew::Disarm();
  Execute("ALTER MV v suspended=1");
  Execute("ALTER MV v suspended=0");
}

// A statement that fails has done nothing, and can be repeated.
void World::Execute(std::string_view sql) {
  if (engine_ == nullptr) return;
  const std::string before = Definitions();
  auto result = engine_->Execute(sql);
  if (!result.ok()) {
    ExpectOutOfMemory(result.status(), sql);
    FailingNew::Disarm();
    EXPECT_EQ(Definitions(), before) << sql;
    result = engine_->Execute(sql);
  }
  const WithMemory with_memory;
  EXPECT_TRUE(result.ok()) << sql << ": " << result.status();
  result = Result();
}

// What the catalog holds, what SHOW says, and which views really run.
std::string World::Definitions() {
  const WithMemory with_memory;
  std::string text;
  const auto state = life_.catalog->Load();
  if (!state.ok()) return std::string(state.status().message());
  for (const auto& source : state->sources) text += source.sql + "\n";
  for (const auto& view : state->views) {
    text += view.sql + (view.suspended ? " suspended\n" : "\n");
  }
  for (const char* show : {"SHOW SOURCES", "SHOW MVS", "SHOW MV v"}) {
    const auto result = engine_->Execute(show);
    if (!result.ok()) continue;
    for (const auto& row : result->rows) {
      for (const std::string& value : row) text += value + "|";
    }
  }
  for (const ViewStatus& view : engine_->Status()) {
    text += view.state == ViewState::kSuspended ? "suspended" : "runs";
  }
  return text;
}

void World::Produce(int count) {
  const WithMemory with_memory;
  for (int i = 0; i < count; ++i, ++num_messages_) {
    broker_.Produce("t", static_cast<int32_t>(num_messages_ % kPartitions),
                    Payload(num_messages_));
  }
}

void World::Consume(int count) {
  Produce(count);
  int turns_without_memory = 0;
  for (int turn = 0; turn < kMaxTurns; ++turn) {
    {
      const WithMemory with_memory;
      if (broker_.IsCaughtUp("g.v")) return;
    }
    Turn();
    if (FailingNew::has_failed() &&
        ++turns_without_memory == kTurnsWithoutMemory) {
      FailingNew::Disarm();
    }
  }
  const WithMemory with_memory;
  std::string reason;
  for (const auto& view : engine_->Status()) {
    reason += std::string(ViewStateName(view.state)) + " " + view.reason;
  }
  FAIL() << "The view never came to the end: " << reason;
}

// The partitions are taken and given again.
void World::Rebalance() {
  const WithMemory with_memory;
  broker_.Rebalance("g.v");
}

void World::Turn() {
  const auto turn = engine_->RunOnce("v", 0, absl::ZeroDuration());
  if (!turn.ok()) ExpectOutOfMemory(turn.status(), "RunOnce");
  clock_.Advance(absl::Milliseconds(50));
  CheckOffsets();
}

// No offset is committed ahead of the rows and the dead letters.
void World::CheckOffsets() {
  const WithMemory with_memory;
  std::set<int64_t> safe;
  for (const int64_t id : life_.tables.ids()) safe.insert(id);
  for (const auto& reject : rejects_->rejects()) {
    safe.insert(reject.offset * kPartitions + reject.partition);
  }
  for (int32_t partition = 0; partition < kPartitions; ++partition) {
    const int64_t committed = broker_.Committed("g.v", "t", partition);
    for (int64_t offset = 0; offset < committed; ++offset) {
      const int64_t id = offset * kPartitions + partition;
      if (life_.on_error == "skip" && IsBad(id)) continue;
      ASSERT_TRUE(safe.contains(id)) << "Lost: " << id;
    }
  }
}

void World::CheckRows() {
  const WithMemory with_memory;
  std::map<int64_t, int> rows, letters;
  for (const int64_t id : life_.tables.ids()) ++rows[id];
  for (const auto& reject : rejects_->rejects()) {
    ++letters[reject.offset * kPartitions + reject.partition];
  }
  for (int64_t id = 0; id < num_messages_; ++id) {
    const auto& place = IsBad(id) ? letters : rows;
    if (IsBad(id) && life_.on_error == "skip") continue;
    ASSERT_TRUE(place.contains(id)) << id;
    ASSERT_FALSE((IsBad(id) ? rows : letters).contains(id)) << id;
    num_duplicates_ += place.at(id) - 1;
    if (!IsBad(id) && life_.tables.exactly_once) {
      ASSERT_EQ(place.at(id), 1) << id;
    }
  }
  EXPECT_TRUE(broker_.Violations().empty()) << broker_.Violations()[0];
}

}  // namespace rowfall::tests
