// SPDX-License-Identifier: Apache-2.0
// The commands of a story.
#include "tests/engine/story.h"

#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/text.h"
#include "rowfall/error.h"

namespace rowfall::tests {
namespace {

using base::Cat;
using Words = std::vector<std::string>;

Words Split(const std::string& text, bool lines) {
  Words parts;
  std::istringstream in(text);
  std::string part;
  while (lines ? static_cast<bool>(std::getline(in, part))
               : static_cast<bool>(in >> part)) {
    parts.push_back(part);
  }
  return parts;
}

TopicPartition PartitionOf(const std::string& text) {
  const size_t slash = text.rfind('/');
  return {text.substr(0, slash), std::stoi(text.substr(slash + 1))};
}

absl::Status StatusOf(const std::string& code, std::string_view text) {
  const std::pair<const char*, absl::StatusCode> codes[] = {
      {"UNAVAILABLE", absl::StatusCode::kUnavailable},
      {"ABORTED", absl::StatusCode::kAborted},
      {"INTERNAL", absl::StatusCode::kInternal},
      {"INVALID_ARGUMENT", absl::StatusCode::kInvalidArgument},
      {"FAILED_PRECONDITION", absl::StatusCode::kFailedPrecondition},
      {"PERMISSION_DENIED", absl::StatusCode::kPermissionDenied},
      {"RESOURCE_EXHAUSTED", absl::StatusCode::kResourceExhausted},
      {"NOT_FOUND", absl::StatusCode::kNotFound}};
  for (const auto& [name, value] : codes) {
    if (code == name) return absl::Status(value, base::ToAbsl(text));
  }
  return absl::InternalError("The story names an unknown code");
}

int TimesOf(const Words& words, size_t i) {
  return i < words.size() ? std::stoi(words[i]) : 1;
}

// Columns as in CREATE SOURCE: "id bigint not null", one a line.
Schema SchemaOf(const Words& lines) {
  std::vector<Field> fields;
  for (const std::string& line : lines) {
    const Words words = Split(line, false);
    Field field;
    field.name = words[0];
    field.type = TypeFromName(words[1]).value();
    field.nullable = words.size() < 3;
    fields.push_back(field);
  }
  return Schema(std::move(fields));
}

std::string ErrorText(const absl::Status& status, const std::string& sql) {
  return Cat(base::FromAbsl(absl::StatusCodeToString(status.code())), ": ",
             ErrorWithCaret(status, sql));
}

std::string ResultText(const Result& result) {
  if (result.columns.empty()) {
    return result.rows_affected.has_value()
               ? Cat("ok: ", *result.rows_affected, " rows affected")
               : "ok";
  }
  std::string out = absl::StrJoin(result.columns, " | ");
  for (const auto& row : result.rows) {
    absl::StrAppend(&out, "\n", absl::StrJoin(row, " | "));
  }
  return out;
}

std::string RangeText(const PartitionRange& range) {
  return Cat(range.partition.ToString(), " [", range.from, ", ", range.to, ")");
}

// Can be loaded, but not stored to.
class BrokenCatalog : public Catalog {
 public:
  explicit BrokenCatalog(std::shared_ptr<Catalog> catalog)
      : catalog_(std::move(catalog)) {}
  absl::StatusOr<CatalogState> Load() override { return catalog_->Load(); }
  absl::Status Store(const CatalogState&) override {
    return absl::ResourceExhaustedError("No space left on device");
  }

 private:
  const std::shared_ptr<Catalog> catalog_;
};

}  // namespace

Story::Story()
    : tables_(std::make_shared<testing::RecordingTables>()),
      faulty_(std::make_shared<testing::FaultyTables>(tables_)),
      handler_(std::make_shared<testing::RecordingRejectHandler>()),
      catalog_(std::make_shared<MemoryCatalog>()) {
  broker_.SetPollWaits(false);
  AddDeaths();
  AddSetup();
  AddMessages();
  AddFaults();
  AddLooks();
}

// The engine logs to the end.
Story::~Story() { engine_.reset(); }

std::string Story::Tell(const std::string& input) {
  Words lines = Split(input, true);
  const Words words = Split(lines[0], false);
  const auto command = commands_.find(words[0]);
  if (command == commands_.end()) return Execute(input);
  lines.erase(lines.begin());
  std::string out = command->second(words, lines);
  for (const std::string& violation : broker_.Violations()) {
    absl::StrAppend(&out, "\nVIOLATION: ", violation);
  }
  return out;
}

void Story::Open(bool with_handler) {
  with_handler_ = with_handler;
  EngineOptions options;
  death_ = std::make_shared<Death>();
  death_->kills = kills_;
  options.tables = MakeMortalTables(death_, faulty_);
  options.catalog = MakeMortalCatalog(death_, catalog_);
  death_->handler_kills = handler_kills_;
  if (with_handler) options.rejects = MakeMortalHandler(death_, handler_);
  options.source_factory = broker_.Factory();
  options.clock = &clock_;
  options.threading = Threading::kHostThreads;
  options.random_seed = 7;
  options.log = [this](const LogEntry& entry) {
    log_.push_back(Cat(entry.view, "/", entry.worker, ": ", entry.text));
  };
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) {
    log_.push_back(std::string(base::FromAbsl(engine.status().message())));
    return;
  }
  engine_ = *std::move(engine);
}

std::string Story::Execute(const std::string& sql) {
  if (engine_ == nullptr) Open(false);
  if (engine_ == nullptr) return "no engine";
  const auto result = engine_->Execute(sql);
  if (!result.ok()) return ErrorText(result.status(), sql);
  return ResultText(*result);
}

std::string Story::Run() {
  uint64_t written = 0, rejected = 0;
  const auto count = [&](int sign) {
    for (const ViewStatus& view : engine_->Status()) {
      written += static_cast<uint64_t>(sign) * view.rows_written;
      rejected += static_cast<uint64_t>(sign) * view.rejected;
    }
  };
  count(-1);
  int idle_rounds = 0;
  const auto lives = [this] { return !death_->is_dead; };
  for (int round = 0; round < 10000 && idle_rounds < 8 && lives(); ++round) {
    bool busy = false;
    for (const ViewStatus& view : engine_->Status()) {
      for (int worker = 0; lives(); ++worker) {
        const auto turn =
            engine_->RunOnce(view.name, worker, absl::ZeroDuration());
        if (!turn.ok()) break;
        busy |= *turn;
      }
    }
    idle_rounds = busy ? 0 : idle_rounds + 1;
  }
  count(1);
  std::string out = Cat("written: ", written, ", rejected: ", rejected);
  const auto texts = handler_->texts();
  for (; rejects_shown_ < texts.size(); ++rejects_shown_) {
    absl::StrAppend(&out, "\nreject ", texts[rejects_shown_]);
  }
  if (death_->is_dead) {
    Bury();
    absl::StrAppend(&out, ", dead");
  }
  return out;
}

void Story::Bury() {
  death_->is_dead = true;
  const size_t heard = log_.size();
  engine_.reset();
  log_.resize(heard);
}

void Story::AddSetup() {
  commands_["open"] = [this](const Words& words, const Words&) {
    Open(words.size() > 1);
    return engine_ != nullptr ? std::string("ok") : log_.back();
  };
  commands_["stop"] = [this](const Words&, const Words&) {
    const absl::Status status = engine_->Stop(absl::Seconds(5));
    return status.ok() ? std::string("ok") : ErrorText(status, "");
  };
  commands_["restart"] = [this](const Words&, const Words&) {
    engine_.reset();
    Open(with_handler_);
    return std::string("ok");
  };
  commands_["table"] = [this](const Words& words, const Words& lines) {
    SinkTraits traits;
    for (const std::string& word : words) {
      traits.replaces_by_id |= word == "replaces";
      traits.keeps_positions |= word == "positions";
    }
    tables_->Remove(words[1]);
    tables_->Add(words[1], SchemaOf(lines), traits);
    return std::string("ok");
  };
  commands_["topic"] = [this](const Words& words, const Words&) {
    broker_.CreateTopic(words[1], std::stoi(words[2]));
    return std::string("ok");
  };
  commands_["cluster"] = [this](const Words& words, const Words&) {
    broker_.SetClusterId(words[1]);
    return std::string("ok");
  };
  commands_["run"] = [this](const Words&, const Words&) { return Run(); };
  commands_["advance"] = [this](const Words& words, const Words&) {
    clock_.Advance(absl::Milliseconds(std::stoll(words[1])));
    return std::string("ok");
  };
}

void Story::AddMessages() {
  commands_["produce"] = [this](const Words& words, const Words& lines) {
    const TopicPartition partition = PartitionOf(words[1]);
    for (const std::string& line : lines) {
      testing::MemoryMessage message;
      if (line != "<tombstone>") message.payload = line;
      broker_.Produce(partition.topic, partition.partition, message);
    }
    return Cat("ok: ", lines.size());
  };
  commands_["transaction"] = [this](const Words& words, const Words& lines) {
    const TopicPartition partition = PartitionOf(words[2]);
    for (const std::string& line : lines) {
      testing::MemoryMessage message;
      message.payload = line;
      broker_.ProduceInTransaction(words[1], partition.topic,
                                   partition.partition, message);
    }
    return Cat("ok: ", lines.size());
  };
  commands_["commit"] = [this](const Words& words, const Words&) {
    broker_.CommitTransaction(words[1]);
    return std::string("ok");
  };
  commands_["abort"] = [this](const Words& words, const Words&) {
    broker_.AbortTransaction(words[1]);
    return std::string("ok");
  };
  commands_["repeat"] = [this](const Words& words, const Words& lines) {
    const TopicPartition partition = PartitionOf(words[1]);
    testing::MemoryMessage message;
    message.payload = lines[0];
    for (int i = 0; i < std::stoi(words[2]); ++i) {
      broker_.Produce(partition.topic, partition.partition, message);
    }
    return std::string("ok");
  };
  commands_["skip"] = [this](const Words& words, const Words&) {
    const TopicPartition partition = PartitionOf(words[1]);
    broker_.Skip(partition.topic, partition.partition, std::stoll(words[2]));
    return std::string("ok");
  };
  commands_["delete"] = [this](const Words& words, const Words&) {
    const TopicPartition partition = PartitionOf(words[1]);
    broker_.DeleteBefore(partition.topic, partition.partition,
                         std::stoll(words[2]));
    return std::string("ok");
  };
  commands_["truncate"] = [this](const Words& words, const Words&) {
    const TopicPartition partition = PartitionOf(words[1]);
    broker_.TruncateTo(partition.topic, partition.partition,
                       std::stoll(words[2]));
    return std::string("ok");
  };
  commands_["replace"] = [this](const Words& words, const Words&) {
    broker_.ReplaceTopic(words[1]);
    return std::string("ok");
  };
  commands_["remove"] = [this](const Words& words, const Words&) {
    broker_.DeleteTopic(words[1]);
    return std::string("ok");
  };
}

void Story::AddDeaths() {
  commands_["kill"] = [this](const Words& words, const Words&) {
    if (words[1] != "handler") kills_ = nullptr;
    handler_kills_ |= words[1] == "handler";
    handler_kills_ &= words[1] != "nothing";
    if (words.size() > 2) {
      kills_ = [column = words[1], value = words[2]](const Batch& batch,
                                                     size_t row) {
        std::string json;
        const Column& values = *batch.FindColumn(column);
        AppendJson(values.ValueAt(row), values.type(), json);
        return json == value;
      };
    }
    if (death_ != nullptr) {
      death_->kills = kills_;
      death_->handler_kills = handler_kills_;
    }
    return std::string("ok");
  };
  commands_["die"] = [this](const Words&, const Words&) {
    Bury();
    return std::string("ok");
  };
  commands_["lives"] = [this](const Words& words, const Words&) {
    std::string out;
    for (int i = 0; i < std::stoi(words[1]); ++i) {
      if (engine_ != nullptr) Bury();
      Open(with_handler_);
      base::AppendCat(out, Run(), "\n");
      if (engine_ != nullptr) break;
    }
    return out;
  };
  commands_["catalog"] = [this](const Words&, const Words&) {
    std::string out;
    const CatalogState state = *catalog_->Load();
    for (const ViewDefinition& view : state.views) {
      base::AppendCat(out, view.name, ": starts ", view.crash.starts);
      for (const CrashSuspect& suspect : view.crash.suspects) {
        base::AppendCat(out, ", ", suspect.partition.topic, "/",
                        suspect.partition.partition, "@", suspect.offset,
                        " deaths ", suspect.deaths,
                        suspect.at_work ? " at work" : "");
      }
      out += "\n";
    }
    return out;
  };
}

void Story::AddFaults() {
  commands_["fail"] = [this](const Words& words, const Words&) {
    const std::string& what = words[1];
    if (what == "sink" && words.back() == "applied") {
      faulty_->ApplyThenReturn(StatusOf(words[2], "The answer got lost"));
    } else if (what == "sink") {
      faulty_->Return(StatusOf(words[2], "The table is down"),
                      TimesOf(words, 3));
    } else if (what == "handler") {
      handler_->Return(StatusOf(words[2], "The dead letters are down"),
                       TimesOf(words, 3));
    } else if (what == "open") {
      faulty_->FailOpen(StatusOf(words[2], "The database is down"),
                        TimesOf(words, 3));
    } else if (what == "positions") {
      faulty_->FailLoadPositions(StatusOf(words[2], "The database is down"),
                                 TimesOf(words, 3));
    } else if (what == "catalog") {
      catalog_ = std::make_shared<BrokenCatalog>(catalog_);
    } else if (what == "commit") {
      broker_.FailCommits(words[2], StatusOf(words[3], "The broker says no"),
                          TimesOf(words, 4));
    }
    return std::string("ok");
  };
  commands_["heal"] = [this](const Words&, const Words&) {
    faulty_->EndFaults();
    return std::string("ok");
  };
  commands_["refuse"] = [this](const Words& words, const Words&) {
    const std::string column = words[1];
    const std::string value = words[2];
    const auto rule = [column, value](const Batch& batch, size_t row) {
      std::string json;
      const Column& values = *batch.FindColumn(column);
      AppendJson(values.ValueAt(row), values.type(), json);
      return json == value ? std::string("Not wanted here") : std::string();
    };
    if (words.back() == "unnamed") {
      faulty_->RefuseBatchesWith(rule);
    } else {
      faulty_->RefuseRows(rule, column);
    }
    return std::string("ok");
  };
  commands_["rebalance"] = [this](const Words& words, const Words&) {
    broker_.Rebalance(words[1]);
    return std::string("ok");
  };
  commands_["lose"] = [this](const Words& words, const Words&) {
    broker_.LosePartitions(words[1]);
    return std::string("ok");
  };
  commands_["expire"] = [this](const Words&, const Words&) {
    broker_.ExpireOffsets();
    return std::string("ok");
  };
  commands_["trouble"] = [this](const Words& words, const Words&) {
    broker_.Trouble(words[1], StatusOf(words[2], "The consumer is in trouble"));
    return std::string("ok");
  };
}

void Story::AddLooks() {
  commands_["rows"] = [this](const Words& words, const Words&) {
    return absl::StrJoin(tables_->Find(words[1])->RowsAsJson(), "\n");
  };
  commands_["writes"] = [this](const Words& words, const Words&) {
    std::string out;
    for (const auto& write : tables_->Find(words[1])->writes()) {
      absl::StrAppend(&out, write.rows.num_rows(), " rows, attempt ",
                      write.attempt);
      for (const PartitionRange& range : write.ranges) {
        absl::StrAppend(&out, ", ", RangeText(range));
      }
      if (!write.reset.empty()) absl::StrAppend(&out, ": ", write.reset);
      out += "\n";
    }
    return out;
  };
  commands_["committed"] = [this](const Words& words, const Words&) {
    std::string out;
    for (int32_t partition = 0;; ++partition) {
      const int64_t high = broker_.GetWatermarks(words[2], partition).high;
      if (high < 0) break;
      const int64_t offset = broker_.Committed(words[1], words[2], partition);
      absl::StrAppend(&out, words[2], "/", partition, " -> ",
                      offset < 0 ? "none" : absl::StrCat(offset), "\n");
    }
    return out;
  };
  commands_["positions"] = [this](const Words& words, const Words&) {
    std::string out;
    for (const auto& stored : tables_->Find(words[1])->Positions(words[2])) {
      absl::StrAppend(&out, stored.partition.topic, "/",
                      stored.partition.partition, " -> ", stored.offset, "\n");
    }
    return out;
  };
  commands_["marks"] = [this](const Words& words, const Words&) {
    std::string out;
    for (const auto& stored : tables_->Find(words[1])->Positions(words[2])) {
      absl::StrAppend(&out, stored.partition.topic, "/",
                      stored.partition.partition, " ", stored.mark, "\n");
    }
    return out;
  };
  commands_["mark"] = [this](const Words& words, const Words&) {
    const TopicPartition partition = PartitionOf(words[2]);
    return broker_.CommittedMark(words[1], partition.topic,
                                 partition.partition);
  };
  commands_["set"] = [this](const Words& words, const Words&) {
    if (words[1] == "committed") {
      const TopicPartition partition = PartitionOf(words[3]);
      broker_.SetCommitted(words[2], partition.topic, partition.partition,
                           std::stoll(words[4]));
      return std::string("ok");
    }
    tables_->Find(words[2])->SetPosition(
        words[3], {PartitionOf(words[4]), std::stoll(words[5])});
    return std::string("ok");
  };
  commands_["status"] = [this](const Words& words, const Words&) {
    for (const ViewStatus& view : engine_->Status()) {
      if (view.name != words[1]) continue;
      return Cat(ViewStateName(view.state), view.reason.empty() ? "" : ": ",
                 view.reason, "\nmessages ", view.messages, ", rows in ",
                 view.rows_in, ", filtered ", view.rows_filtered, ", written ",
                 view.rows_written, ", rejected ", view.rejected, ", retries ",
                 view.retries,
                 view.nulled == 0 ? "" : Cat(", nulled ", view.nulled));
    }
    return std::string("no such view");
  };
  commands_["letters"] = [this](const Words&, const Words&) {
    std::string out;
    const auto rejects = handler_->rejects();
    for (; letters_shown_ < rejects.size(); ++letters_shown_) {
      const testing::RecordedReject& reject = rejects[letters_shown_];
      absl::StrAppend(&out, reject.id, ", attempt ", reject.attempt,
                      reject.may_be_repeat ? ", may be a repeat" : "", "\n");
    }
    return out;
  };
  commands_["errors"] = [this](const Words& words, const Words&) {
    std::string out;
    for (const ViewStatus& view : engine_->Status()) {
      if (view.name != words[1]) continue;
      for (const ErrorStatus& error : view.errors) {
        base::AppendCat(out, ErrorFateName(error.fate), " ",
                        error.partition.topic, "/", error.partition.partition,
                        ": ", error.count, " from ", error.first_offset, " to ",
                        error.last_offset, ", ", error.example, "\n");
      }
      for (const ColumnErrors& column : view.column_errors) {
        base::AppendCat(out, "column ", column.column, ": rejected ",
                        column.rejected, ", nulled ", column.nulled, ", ",
                        column.example, "\n");
      }
    }
    return out;
  };
  commands_["log"] = [this](const Words&, const Words&) {
    std::string out = absl::StrJoin(log_, "\n");
    log_.clear();
    return out;
  };
}

}  // namespace rowfall::tests
