// SPDX-License-Identifier: Apache-2.0
// Reads the options of rowfall-shell.
#include "examples/shell/args.h"

#include <charconv>
#include <functional>
#include <map>

namespace rowfall::shell {
namespace {

absl::Status Bad(std::string_view what, std::string_view value) {
  return absl::InvalidArgumentError(
      std::string(what).append(": '").append(value).append("'"));
}

// TOPIC[:PARTITIONS]
absl::Status AddTopic(std::string_view item, Args& args) {
  const size_t colon = item.find(':');
  const std::string name(item.substr(0, colon));
  int partitions = 1;
  if (colon != item.npos) {
    const std::string_view digits = item.substr(colon + 1);
    const auto [end, error] = std::from_chars(
        digits.data(), digits.data() + digits.size(), partitions);
    if (error != std::errc() || end != digits.data() + digits.size() ||
        partitions < 1 || partitions > 1000) {
      return Bad("Number of partitions must be 1 to 1000", digits);
    }
  }
  if (name.empty()) return Bad("Topic without a name", item);
  args.embedded_topics.emplace_back(name, partitions);
  return absl::OkStatus();
}

absl::Status AddTopics(std::string_view list, Args& args) {
  while (true) {
    const size_t comma = list.find(',');
    const absl::Status status = AddTopic(list.substr(0, comma), args);
    if (!status.ok() || comma == list.npos) return status;
    list.remove_prefix(comma + 1);
  }
}

absl::Status SetFormat(std::string_view value, Args& args) {
  if (value != "table" && value != "tsv") {
    return Bad("Format must be 'table' or 'tsv'", value);
  }
  args.format = value == "tsv" ? Format::kTsv : Format::kTable;
  return absl::OkStatus();
}

bool SetFlag(std::string_view name, Args& args) {
  if (name == "--force") return args.force = true;
  if (name == "--log") return args.log = true;
  if (name == "--echo") return args.echo = true;
  if (name == "--help" || name == "-h") return args.help = true;
  return false;
}

absl::Status SetValue(std::string_view name, std::string_view value,
                      Args& args) {
  if (name == "--embedded-broker") return AddTopics(value, args);
  if (name == "--format") return SetFormat(value, args);
  const std::map<std::string_view, std::string*> texts = {
      {"--db", &args.db},
      {"--catalog", &args.catalog},
      {"--brokers", &args.brokers},
      {"-f", &args.script},
  };
  *texts.at(name) = value;
  return absl::OkStatus();
}

bool TakesValue(std::string_view name) {
  return name == "--db" || name == "--catalog" || name == "--brokers" ||
         name == "--embedded-broker" || name == "--format" || name == "-f";
}

}  // namespace

absl::StatusOr<Args> ParseArgs(const std::vector<std::string>& words) {
  Args args;
  for (size_t i = 0; i < words.size(); ++i) {
    const size_t equals =
        words[i].starts_with("--") ? words[i].find('=') : std::string::npos;
    const std::string name = words[i].substr(0, equals);
    if (equals == std::string::npos && SetFlag(name, args)) continue;
    if (!TakesValue(name)) return Bad("Unknown option", words[i]);
    if (equals == std::string::npos && i + 1 == words.size()) {
      return Bad("Option without its value", name);
    }
    const std::string value =
        equals == std::string::npos ? words[++i] : words[i].substr(equals + 1);
    const absl::Status status = SetValue(name, value, args);
    if (!status.ok()) return status;
  }
  return args;
}

std::string_view Usage() {
  return R"(usage: rowfall-shell [option]...

Reads statements that end in ';' from standard input. Statements about sources
and materialized views go to rowfall, all others to a SQLite database.

  --db FILE              the database; without it a temporary one
  --catalog FILE         keeps sources and views there
  --brokers HOST:PORT    where .produce sends messages to
  --embedded-broker TOPIC[:PARTITIONS][,...]
                         starts a broker inside this process with these topics;
                         broker_list='embedded' names it
  --format table|tsv     how rows are printed; default table
  --force                goes on after an error
  --echo                 prints each statement before it is executed
  --log                  prints the library's warnings on standard error
  -f SCRIPT              reads statements from a file
  --help

Lines that start with a dot:
  .wait TABLE ROWS SECONDS      until the table has that many rows
  .caughtup SECONDS             until no view has lag, suspended ones aside
  .sleep SECONDS
  .produce [--keyed] TOPIC FILE a message a line; --keyed: key TAB value
  .restart                      stops the engine and opens it again
  .help
  .quit
)";
}

}  // namespace rowfall::shell
