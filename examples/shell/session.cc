// SPDX-License-Identifier: Apache-2.0
// Sends statements to the library or to SQLite and runs dot commands.
#include "examples/shell/session.h"

#include <unistd.h>

#include <cstdio>
#include <iterator>
#include <utility>

#include "absl/time/clock.h"
#include "examples/shell/command.h"
#include "examples/shell/printer.h"
#include "examples/shell/produce_file.h"
#include "examples/shell/statement_splitter.h"
#include "examples/shell/words.h"
#include "rowfall/error.h"

namespace rowfall::shell {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(50);

Rows ToRows(Result result) {
  Rows rows;
  rows.columns = std::move(result.columns);
  rows.rows_affected = result.rows_affected;
  for (auto& row : result.rows) {
    rows.rows.emplace_back(std::make_move_iterator(row.begin()),
                           std::make_move_iterator(row.end()));
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const Args& args,
                                                       StopSignal& stop) {
  std::unique_ptr<Session> session(new Session(args, stop));
  auto database = Database::Open(args.db);
  if (!database.ok()) return database.status();
  session->database_ = *std::move(database);
  auto host = EngineHost::Open(args, session->database_->path());
  if (!host.ok()) return host.status();
  session->host_ = *std::move(host);
  stop.OnSignal([raw = session->database_.get()] { raw->Interrupt(); });
  return session;
}

Session::~Session() { stop_.OnSignal(nullptr); }

bool Session::Run(LineSource& lines) {
  interactive_ = lines.interactive();
  StatementSplitter splitter;
  bool ok = true;
  for (int number = 1; !quit_ && stop_.signal() == 0; ++number) {
    if (!splitter.in_statement()) line_ = number;
    const auto line =
        lines.Next(splitter.in_statement() ? "      -> " : "rowfall> ");
    std::vector<std::string> items;
    if (line) {
      items = splitter.AddLine(*line);
    } else if (stop_.signal() == 0) {
      if (auto rest = splitter.Finish()) items.push_back(*std::move(rest));
      quit_ = true;
    }
    for (const std::string& item : items) {
      ok = Execute(item) && ok;
      if (!ok && !args_.force && !interactive_) return false;
      if (stop_.signal() != 0) break;
    }
  }
  return ok;
}

bool Session::Execute(const std::string& item) {
  const std::string text = item.substr(SkipBlank(item));
  const bool command = text.starts_with('.');
  if (args_.echo) {
    std::printf("\nrowfall> %s%s\n", text.c_str(), command ? "" : ";");
    std::fflush(stdout);
  }
  const absl::Status status =
      command ? ExecuteCommand(SplitCommand(text)) : ExecuteStatement(text);
  const bool printed = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (!printed) quit_ = true;  // Nobody would see what comes of the rest.
  if (status.ok() && printed) return true;
  if (stop_.signal() != 0) return false;  // It was interrupted.
  if (!status.ok()) PrintError(status, text);
  if (!printed) std::fputs("ERROR: Cannot write standard output\n", stderr);
  return false;
}

void Session::PrintError(const absl::Status& status,
                         const std::string& text) const {
  std::fprintf(stderr, "ERROR: %s\n", ErrorWithCaret(status, text).c_str());
  if (args_.script.empty()) return;
  std::fprintf(stderr, "  at %s:%d\n", args_.script.c_str(), line_);
}

absl::Status Session::ExecuteStatement(const std::string& sql) {
  const absl::Time start = absl::Now();
  absl::StatusOr<Rows> rows;
  if (IsEngineStatement(sql)) {
    auto result = host_->engine().Execute(sql);
    if (!result.ok()) return result.status();
    rows = ToRows(*std::move(result));
  } else {
    rows = database_->Execute(sql);
    if (!rows.ok()) return rows.status();
  }
  const std::string text = ToText(*rows, args_.format, absl::Now() - start);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (interactive_) std::fputs("\n", stdout);
  return absl::OkStatus();
}

absl::Status Session::ExecuteCommand(const std::vector<std::string>& words) {
  const std::string& name = words[0];
  const size_t count = words.size() - 1;
  if (name == ".wait" && count == 3) {
    return WaitForRows(words[1], words[2], words[3]);
  }
  if (name == ".caughtup" && count == 1) return WaitUntilCaughtUp(words[1]);
  if (name == ".sleep" && count == 1) return Sleep(words[1]);
  if (name == ".produce" && count >= 2) return Produce(words);
  if (name == ".restart" && count == 0) {
    const absl::Status status = host_->Restart();
    if (!host_->is_open()) quit_ = true;  // Nothing to go on with.
    return status;
  }
  if (name == ".help" && count == 0) {
    std::fputs(std::string(Usage()).c_str(), stdout);
    return absl::OkStatus();
  }
  if ((name == ".quit" || name == ".exit") && count == 0) {
    quit_ = true;
    return absl::OkStatus();
  }
  return CommandError(words);
}

absl::StatusOr<bool> Session::WaitUntil(
    absl::Duration limit, const std::function<absl::StatusOr<bool>()>& done) {
  const absl::Time deadline = absl::Now() + limit;
  absl::Time next_progress = absl::Now() + absl::Seconds(1);
  const bool show = interactive_ || isatty(STDERR_FILENO) != 0;
  bool shown = false;
  while (true) {
    const auto result = done();
    if (!result.ok() || *result || absl::Now() >= deadline) {
      if (shown) std::fputs("\r\033[K", stderr);
      return result;
    }
    if (!stop_.Sleep(kLook)) return absl::CancelledError("Interrupted");
    if (!show || absl::Now() < next_progress) continue;
    next_progress += absl::Seconds(1);
    const std::string news = News();
    if (news.empty()) continue;
    std::fprintf(stderr, "\r\033[K%s", news.c_str());
    shown = true;
  }
}

absl::Status Session::WaitForRows(const std::string& table,
                                  const std::string& rows,
                                  const std::string& seconds) {
  const auto wanted = ParseNumber(rows);
  if (!wanted.ok()) return wanted.status();
  const auto limit = ParseSeconds(seconds);
  if (!limit.ok()) return limit.status();
  int64_t found = 0;
  const auto reached = WaitUntil(*limit, [&]() -> absl::StatusOr<bool> {
    const auto count = database_->CountRows(table);
    if (!count.ok()) return count.status();
    found = *count;
    return found >= *wanted;
  });
  if (!reached.ok() || *reached) return reached.status();
  return absl::DeadlineExceededError(
      "Table '" + table + "' has " + std::to_string(found) + " of " + rows +
      " rows after " + seconds + " seconds" + ViewStates());
}

absl::Status Session::WaitUntilCaughtUp(const std::string& seconds) {
  const auto limit = ParseSeconds(seconds);
  if (!limit.ok()) return limit.status();
  const auto reached = WaitUntil(*limit, [&] { return host_->CaughtUp(); });
  if (!reached.ok() || *reached) return reached.status();
  return absl::DeadlineExceededError("Views still have lag after " + seconds +
                                     " seconds" + ViewStates());
}

absl::Status Session::Sleep(const std::string& seconds) {
  const auto limit = ParseSeconds(seconds);
  if (!limit.ok()) return limit.status();
  return WaitUntil(*limit, []() -> absl::StatusOr<bool> { return false; })
      .status();
}

absl::Status Session::Produce(std::vector<std::string> words) {
  const bool keyed = std::erase(words, "--keyed") > 0;
  if (words.size() != 3) return CommandError(words);
  auto client = host_->producer();
  if (!client.ok()) return client.status();
  const absl::Time start = absl::Now();
  const auto count = ProduceFile(**client, words[1], words[2],
                                 keyed ? Lines::kKeyed : Lines::kValues);
  if (!count.ok()) return count.status();
  if (args_.format == Format::kTsv) return absl::OkStatus();
  std::printf("%lld messages produced (%.2f sec)\n",
              static_cast<long long>(*count),
              absl::ToDoubleSeconds(absl::Now() - start));
  return absl::OkStatus();
}

std::string Session::News() {
  return progress_.Update(host_->engine().Status(), absl::Now());
}

std::string Session::ViewStates() {
  std::string text;
  for (const ViewStatus& view : host_->engine().Status()) {
    text.append("\nView '").append(view.name).append("' is ");
    text.append(ViewStateName(view.state));
    const std::string& reason =
        view.reason.empty() ? view.last_error : view.reason;
    if (!reason.empty()) text.append(": ").append(reason);
  }
  return text;
}

}  // namespace rowfall::shell
