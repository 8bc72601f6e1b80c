// SPDX-License-Identifier: Apache-2.0
// The engines of the soak, and everything that is done to them.
#include <utility>

#include "rowfall/storage/sqlite.h"
#include "soak.h"

namespace rowfall::soak {
namespace {

void Nothing() {}

}  // namespace

void Soak::MakeHosts() {
  const auto sqlite = [this] {
    auto database = OpenSqliteDatabase(
        database_->path(),
        {.busy_timeout = absl::Seconds(2), .synchronous_full = false});
    if (!database.ok()) log_.Finding(database.status().ToString());
    return *std::move(database);
  };
  const auto counted = std::make_shared<CountingHandler>(counted_);
  const auto stored = std::make_shared<CountingHandler>(stored_);
  const std::string catalog = options_.log_folder + "/catalog";
  counting_ = MakeHost("counting", tables_, counted, "counted", "");
  counting_guest_ = MakeHost("counting-guest", tables_, counted, "counted", "");
  storing_ = MakeHost("storing", sqlite(), stored, "stored", catalog);
  storing_guest_ =
      MakeHost("storing-guest", sqlite(), stored, "stored", catalog + "-guest");
}

std::unique_ptr<Host> Soak::MakeHost(const std::string& name,
                                     std::shared_ptr<TableProvider> tables,
                                     std::shared_ptr<RejectHandler> handler,
                                     const std::string& group,
                                     const std::string& catalog_file) {
  EngineOptions options;
  options.tables = std::move(tables);
  options.rejects = std::move(handler);
  options.suspend_timeout = absl::Minutes(1);
  options.commit_timeout = absl::Seconds(5);
  options.retry_max = absl::Seconds(5);
  options.log = [this, name](const LogEntry& entry) {
    if (entry.level < LogLevel::kError) return;
    log_.Line(name + " worker " + std::to_string(entry.worker) + ": " +
              std::string(entry.text));
  };
  const std::string source =
      "CREATE SOURCE IF NOT EXISTS s (id bigint, term text) type='kafka' "
      "broker_list='" +
      broker_.brokers() + "' topic_list='" + topic_ + "' consumer_group='" +
      group +
      "' num_consumers=2 batch=500 "
      "batch_timeout=200 session.timeout.ms='6000'";
  return std::make_unique<Host>(
      name, std::move(options), catalog_file, source,
      "CREATE MV IF NOT EXISTS v TO t AS SELECT id, UPPER(term) AS term FROM s",
      [this](const std::string& text) { log_.Finding(text); });
}

void Soak::AddFaults() {
  faults_.push_back({"frozen",
                     [this] {
                       broker_is_well_ = false;
                       broker_.Freeze();
                     },
                     [this] {
                       broker_.Thaw();
                       broker_is_well_ = true;
                     },
                     absl::Seconds(20)});
  faults_.push_back({"killed",
                     [this] {
                       broker_is_well_ = false;
                       broker_.Kill();
                     },
                     [this] {
                       if (!broker_.Restart()) {
                         log_.Finding("the broker does not start");
                       }
                       broker_is_well_ = true;
                     },
                     absl::Seconds(10)});
  AddTableFaults();
  for (Host* host : hosts()) AddHostFaults(*host);
  AddVisits(*counting_guest_);
  AddVisits(*storing_guest_);
}

void Soak::AddTableFaults() {
  const auto add = [this](const char* name, TableTrouble trouble) {
    faults_.push_back({name, [this, trouble] { tables_->SetTrouble(trouble); },
                       [this] { tables_->SetTrouble(TableTrouble::kNone); },
                       absl::Seconds(15)});
  };
  add("unavailable", TableTrouble::kUnavailable);
  add("slow", TableTrouble::kSlow);
  add("blocking", TableTrouble::kBlocking);
  faults_.back().alone = true;  // A statement would wait for it.
  add("no-memory", TableTrouble::kNoMemory);
  add("answer-lost", TableTrouble::kAnswerLost);
  faults_.push_back({"locked", [this] { database_->Lock(); },
                     [this] { database_->Unlock(); }, absl::Seconds(8)});
}

// Each is over when it returns, so that a table that blocks, or a broker that
// is gone, cannot hold it up for ever.
void Soak::AddHostFaults(Host& host) {
  faults_.push_back({"suspended", [&host] { host.Suspend(); },
                     [&host] { host.Resume(); }, absl::Seconds(5), false,
                     &host});
  faults_.push_back({"view-made-anew", Nothing,
                     [&host] { host.RecreateView(); }, absl::Seconds(1), false,
                     &host});
  faults_.push_back({"source-made-anew", Nothing,
                     [&host] { host.RecreateSource(); }, absl::Seconds(1),
                     false, &host});
  faults_.push_back({"restarted", [&host] { host.Close(); },
                     [&host] { host.Open(); }, absl::Seconds(3), false, &host});
}

void Soak::AddVisits(Host& host) {
  faults_.push_back({"left", [&host] { host.Close(); },
                     [&host] { host.Open(); }, absl::Seconds(40), false,
                     &host});
}

}  // namespace rowfall::soak
