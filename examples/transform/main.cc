// SPDX-License-Identifier: Apache-2.0
// rowfall-transform: a view on the lines of a file, without a broker.
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "rowfall/error.h"
#include "rowfall/transform.h"

namespace rowfall {
namespace {

constexpr std::string_view kUsage =
    R"(usage: rowfall-transform --source SQL --view SQL [--batch N] [--base64] < in.ndjson

Each line of standard input is the payload of a message (in base64 with
--base64). Prints the rows of the view as NDJSON; messages that are rejected go
to standard error as NDJSON with line, column and reason. The exit status is 2
for an error in the statements.

  --batch N    messages that are evaluated together; default: the source's
  --base64     each line is a payload in base64
  --help
)";

struct Args {
  std::string source;
  std::string view;
  size_t batch = 0;  // 0: the source's.
  bool base64 = false;
  bool help = false;
};

absl::Status Bad(const std::string& what, const std::string& value) {
  return absl::InvalidArgumentError(what + ": '" + value + "'");
}

absl::Status SetValue(const std::string& name, const std::string& value,
                      Args& args) {
  if (name == "--source") args.source = value;
  if (name == "--view") args.view = value;
  if (name != "--batch") return absl::OkStatus();
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, args.batch);
  if (error == std::errc() && stop == end && args.batch > 0) {
    return absl::OkStatus();
  }
  return Bad("Batch must be a whole number from 1 on", value);
}

bool TakesValue(const std::string& name) {
  return name == "--source" || name == "--view" || name == "--batch";
}

absl::StatusOr<Args> ParseArgs(const std::vector<std::string>& words) {
  Args args;
  for (size_t i = 0; i < words.size() && !args.help; ++i) {
    const size_t equals = words[i].find('=');
    const std::string name = words[i].substr(0, equals);
    if (words[i] == "--base64") {
      args.base64 = true;
    } else if (words[i] == "--help" || words[i] == "-h") {
      args.help = true;
    } else if (!TakesValue(name)) {
      return Bad("Unknown option", words[i]);
    } else if (equals == name.npos && i + 1 == words.size()) {
      return Bad("Option without its value", name);
    } else {
      const absl::Status status = SetValue(
          name, equals == name.npos ? words[++i] : words[i].substr(equals + 1),
          args);
      if (!status.ok()) return status;
    }
  }
  if (args.help) return args;
  if (args.source.empty()) return Bad("Option is missing", "--source");
  if (args.view.empty()) return Bad("Option is missing", "--view");
  return args;
}

void PrintReject(uint64_t line, std::string_view column,
                 std::string_view reason) {
  std::string text = "{\"line\":" + std::to_string(line) + ",\"column\":";
  AppendJson(std::string(column), Type::kText, text);
  text.append(",\"reason\":");
  AppendJson(std::string(reason), Type::kText, text);
  text.append("}\n");
  std::fwrite(text.data(), 1, text.size(), stderr);
}

// Collects lines to batches and prints what becomes of them.
class Lines {
 public:
  Lines(Transform transform, const Args& args)
      : transform_(std::move(transform)),
        batch_size_(args.batch > 0 ? args.batch : transform_.batch_size()),
        base64_(args.base64) {}

  absl::Status Add(std::string_view line) {
    ++line_;
    std::string bytes;
    if (base64_ && !absl::Base64Unescape({line.data(), line.size()}, &bytes)) {
      // Printed in its turn, after what came before it.
      const absl::Status status = Flush();
      PrintReject(line_, "", "Line is not base64");
      return status;
    }
    Message message;
    message.topic = "stdin";
    message.offset = static_cast<int64_t>(line_);
    message.payload = base64_ ? std::string_view(bytes) : line;
    messages_.Append(message);
    return messages_.size() < batch_size_ ? absl::OkStatus() : Flush();
  }

  absl::Status Flush() {
    if (messages_.empty()) return absl::OkStatus();
    std::vector<RejectedMessage> rejected;
    const auto rows = transform_.Apply(messages_, rejected, absl::Now());
    if (!rows.ok()) return rows.status();
    Print(*rows, rejected);
    messages_.Clear();
    if (std::ferror(stdout) == 0) return absl::OkStatus();
    return absl::UnavailableError("Cannot write standard output");
  }

 private:
  void Print(const Batch& rows, const std::vector<RejectedMessage>& rejected) {
    text_.clear();
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      rows.AppendRowJson(row, text_);
      text_.push_back('\n');
    }
    std::fwrite(text_.data(), 1, text_.size(), stdout);
    for (const RejectedMessage& message : rejected) {
      const int64_t line = messages_[message.message].offset;
      PrintReject(line, message.column, message.reason);
    }
  }

  Transform transform_;
  const size_t batch_size_;
  const bool base64_;
  MessageBatch messages_;
  uint64_t line_ = 0;
  std::string text_;
};

// The caret belongs below the statement at fault: the source's error is the
// same with whatever view.
int FailSql(const absl::Status& status, const Args& args) {
  const bool in_source = Transform::Compile(args.source, "").status() == status;
  const std::string text =
      ErrorWithCaret(status, in_source ? args.source : args.view);
  std::fprintf(stderr, "ERROR: %s\n", text.c_str());
  return 2;
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "ERROR: %s\n", std::string(status.message()).c_str());
  return 1;
}

int Run(const Args& args) {
  auto transform = Transform::Compile(args.source, args.view);
  if (!transform.ok()) return FailSql(transform.status(), args);
  Lines lines(*std::move(transform), args);
  std::ios::sync_with_stdio(false);
  absl::Status status;
  for (std::string line; status.ok() && std::getline(std::cin, line);) {
    status = lines.Add(line);
  }
  if (status.ok()) status = lines.Flush();
  if (status.ok() && std::cin.bad()) {
    status = absl::UnavailableError("Cannot read standard input");
  }
  if (status.ok() && std::fflush(stdout) != 0) {
    status = absl::UnavailableError("Cannot write standard output");
  }
  return status.ok() ? 0 : Fail(status);
}

}  // namespace
}  // namespace rowfall

int main(int argc, char** argv) {
  const auto args =
      rowfall::ParseArgs(std::vector<std::string>(argv + 1, argv + argc));
  if (!args.ok()) {
    rowfall::Fail(args.status());
    std::fputs(std::string(rowfall::kUsage).c_str(), stderr);
    return 1;
  }
  if (args->help) {
    std::fputs(std::string(rowfall::kUsage).c_str(), stdout);
    return 0;
  }
  return rowfall::Run(*args);
}
