// SPDX-License-Identifier: Apache-2.0
// The host that is killed: an engine with a catalog file and a table, until
// SIGTERM. Settings come as name=value.
//   dir       where its files are: catalog, log
//   table     file | sqlite
//   rows      the file or the database
//   rejects   the file of rejected messages
//   sql1 ...  statements, executed at the start
//   write_ms  how long a write to the file takes at least
//   stop_ms   the deadline of Engine::Stop()
//   end       stop | leak (the engine lives on at exit) | static (it is
//             destroyed by exit)
//   kill_id   a row with this id raises kill_signal in the write
//   trouble   what it has to live with for a second: see trouble.h
// Exits with 0; with 2 where it could not start; with 3 where Stop() failed.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "rowfall/engine.h"
#include "rowfall/storage/sqlite.h"
#include "tests/fault/crash/crash_points.h"
#include "tests/fault/crash/file_table.h"
#include "tests/fault/crash/killing_table.h"
#include "tests/fault/crash/trouble.h"

// A host that exits with a living engine, or without threads to end it, leaves
// memory behind.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

namespace rowfall::fault {
namespace {

using Settings = std::map<std::string, std::string>;

Settings ReadSettings(int argc, char** argv) {
  Settings settings = {{"table", "file"},
                       {"write_ms", "0"},
                       {"stop_ms", "10000"},
                       {"end", "stop"},
                       {"trouble", ""}};
  for (int i = 1; i < argc; ++i) {
    const std::string text = argv[i];
    const size_t equals = text.find('=');
    settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return settings;
}

absl::Duration Milliseconds(const std::string& text) {
  return absl::Milliseconds(std::atoi(text.c_str()));
}

// "Reads topic/0 from 17" is also said to the table of the file, as "= 0 17":
// the rows that follow have to be those from there on.
void MarkStart(LineFile& rows, std::string_view text) {
  if (!text.starts_with("Reads ")) return;
  std::string start(text.substr(text.rfind('/') + 1));
  start.replace(start.find(" from "), 6, " ");
  if (start.ends_with(" the beginning")) {
    start.replace(start.find(" the"), start.npos, " 0");
  }
  (void)rows.Append("= " + start + "\n");
}

absl::StatusOr<EngineOptions> MakeOptions(const Settings& settings) {
  const std::string& dir = settings.at("dir");
  EngineOptions options;
  auto catalog = FileCatalog::Open(dir + "/catalog");
  if (!catalog.ok()) return catalog.status();
  options.catalog = *std::move(catalog);
  options.rejects = MakeFileRejects(settings.at("rejects"));
  options.commit_interval = absl::Milliseconds(5);
  const auto log = std::make_shared<LineFile>(dir + "/log");
  options.log = [log](const LogEntry& entry) {
    (void)log->Append(std::string(entry.text) + "\n");
  };
  if (settings.at("table") == "file") {
    const auto rows = std::make_shared<LineFile>(settings.at("rows"));
    BeginTrouble(settings.at("trouble"));
    options.tables =
        MakeFileTables(rows, Milliseconds(settings.at("write_ms")));
    options.log = [rows, log = options.log](const LogEntry& entry) {
      log(entry);
      MarkStart(*rows, entry.text);
    };
    return options;
  }
  BeginTrouble(settings.at("trouble"));
  AddSqliteCrashPoints();
  auto tables = OpenSqliteDatabase(settings.at("rows"));
  if (!tables.ok()) return tables.status();
  options.tables = *std::move(tables);
  if (settings.contains("kill_id")) {
    options.tables = MakeKillingTables(
        options.tables, std::atoi(settings.at("kill_id").c_str()),
        std::atoi(settings.at("kill_signal").c_str()));
  }
  return options;
}

absl::StatusOr<std::unique_ptr<Engine>> Start(const Settings& settings,
                                              LineFile& log) {
  auto options = MakeOptions(settings);
  if (!options.ok()) return options.status();
  auto engine = Engine::Open(*std::move(options));
  if (!engine.ok()) return engine;
  for (int i = 1; settings.contains("sql" + std::to_string(i)); ++i) {
    const std::string name = "sql" + std::to_string(i);
    const auto result = (*engine)->Execute(settings.at(name));
    if (!result.ok()) return result.status();
    (void)log.Append("Executed " + name + "\n");
  }
  return engine;
}

int Run(const Settings& settings) {
  // What the parent starts must not outlive it, nor have its connections.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  closefrom(STDERR_FILENO + 1);
  LineFile log(settings.at("dir") + "/log");
  if (settings.at("end") == "leak") {
    // Last of all that exit() does: the engine's threads go on for a while when
    // everything static is gone.
    std::atexit([] { absl::SleepFor(absl::Milliseconds(200)); });
  }
  auto engine = Start(settings, log);
  if (!engine.ok()) {
    (void)log.Append("Cannot start: " + engine.status().ToString() + "\n");
    return 2;
  }
  // The parent has blocked it, for all threads.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
  if (settings.at("end") == "leak") {
    static_cast<void>(engine->release());
    return 0;
  }
  if (settings.at("end") == "static") {
    static std::unique_ptr<Engine> last;
    last = *std::move(engine);
    return 0;
  }
  const absl::Status stopped =
      (*engine)->Stop(Milliseconds(settings.at("stop_ms")));
  (void)log.Append("Stopped: " + stopped.ToString() + "\n");
  return stopped.ok() ? 0 : 3;
}

}  // namespace
}  // namespace rowfall::fault

int main(int argc, char** argv) {
  // By exit(), which destroys what is static.
  std::exit(rowfall::fault::Run(rowfall::fault::ReadSettings(argc, argv)));
}
