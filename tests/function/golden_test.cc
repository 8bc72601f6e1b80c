// SPDX-License-Identifier: Apache-2.0
// Runs tests/golden/function: calls, casts, paths and aggregates on rows of
// JSON texts. The first line says what is called:
//
//     + (bigint, null)                     rows: a | b
//     geodist (double, ...) {out=km}
//     cast text to int                     rows: a
//     path a.b[0]                          rows: json
//     aggregate sum (bigint)               rows: group | a
//     aggregate count distinct (text)
//     common (int, bigint)                 no rows
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "function/aggregate.h"
#include "function/type_rules.h"
#include "gtest/gtest.h"
#include "tests/function/harness.h"
#include "tests/support/golden.h"

namespace rowfall::function::testing {
namespace {

std::string Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> Split(std::string_view text, std::string_view mark) {
  std::vector<std::string> parts;
  for (size_t at; (at = text.find(mark)) != text.npos;) {
    parts.push_back(Trim(text.substr(0, at)));
    text.remove_prefix(at + mark.size());
  }
  parts.push_back(Trim(text));
  return parts;
}

std::vector<ArgumentType> TypesOf(std::string_view list) {
  std::vector<ArgumentType> types;
  if (Trim(list).empty()) return types;
  for (const std::string& name : Split(list, ",")) {
    const auto type = TypeFromName(name);
    EXPECT_TRUE(type.has_value() || name == "null") << "type " << name;
    types.push_back(type);
  }
  return types;
}

// The first line taken apart: "name (types) {options}".
struct Head {
  std::string name;
  std::vector<ArgumentType> types;
  CallOptions options;
};

Head HeadOf(const std::string& line) {
  Head head;
  const size_t open = line.find('('), close = line.find(')');
  head.name = Trim(line.substr(0, open));
  if (open == line.npos) return head;
  head.types = TypesOf(line.substr(open + 1, close - open - 1));
  const size_t brace = line.find('{');
  if (brace == line.npos) return head;
  for (const std::string& option :
       Split(line.substr(brace + 1, line.find('}') - brace - 1), ",")) {
    const auto parts = Split(option, "=");
    head.options.emplace_back(parts[0], parts[1]);
  }
  return head;
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) base::AppendCat(text, line, "\n");
  return text;
}

std::vector<std::string> FirstOf(const Rows& rows) {
  std::vector<std::string> texts;
  for (const auto& row : rows) texts.push_back(row[0]);
  return texts;
}

std::string RunCall(const std::string& line, const Rows& rows) {
  const Head head = HeadOf(line);
  const auto resolved = Resolve(head.name, head.types, head.options, nullptr);
  std::string type;
  if (resolved.ok()) type = base::Cat(TypeName(resolved->type), "\n");
  return type + Lines(Call({head.name, head.types, head.options}, rows));
}

std::string RunCast(const std::string& line, const Rows& rows) {
  const auto names = Split(line.substr(5), " to ");
  return Lines(Cast(*TypeFromName(names[0]), *TypeFromName(names[1]),
                    FirstOf(rows)));
}

base::Path PathOf(std::string_view text) {
  base::Path path;
  for (const std::string& step : Split(text, ".")) {
    int64_t index;
    const char* end = step.data() + step.size();
    const bool number =
        std::from_chars(step.data(), end, index).ptr == end && !step.empty();
    if (number) {
      path.emplace_back(index);
    } else {
      path.emplace_back(step);
    }
  }
  return path;
}

std::string RunPath(const std::string& line, const Rows& rows) {
  const auto kernel = MakePathKernel(PathOf(line.substr(5)));
  const Column given = MakeColumn(Type::kJson, FirstOf(rows));
  const Argument argument{&given, false};
  Column out(Type::kJson);
  RowErrors errors;
  kernel->Evaluate({}, {&argument, 1}, rows.size(), out, errors);
  return Lines(ResultsOf(out, errors));
}

std::string RunAggregate(const std::string& line, const Rows& rows) {
  const Head head = HeadOf(line.substr(10));
  const auto words = Split(head.name, " ");
  const bool star = head.types.empty();
  const auto resolved = ResolveAggregate(words[0], head.types, star,
                                         words.size() > 1);
  if (!resolved.ok()) {
    return base::Cat("refused: ", base::FromAbsl(resolved.status().message()));
  }
  const auto state = resolved->make(*resolved);
  size_t num_groups = 0;
  for (const auto& row : rows) {
    const auto group = static_cast<uint32_t>(std::stoul(row[0]));
    num_groups = std::max<size_t>(num_groups, group + 1);
    state->Resize(num_groups);
    std::optional<Column> column;
    std::vector<Argument> arguments;
    if (!star) {
      column = MakeColumn(resolved->argument_types[0], {row[1]});
      arguments.push_back({&*column, false});
    }
    state->Update(arguments, {&group, 1});
  }
  Column out(resolved->type);
  RowErrors errors;
  state->Finish(out, errors);
  return base::Cat(TypeName(resolved->type), "\n",
                   Lines(ResultsOf(out, errors)));
}

std::string RunCommon(const std::string& line) {
  const auto type = CommonType(HeadOf(line).types);
  if (type.ok()) return std::string(TypeName(*type));
  return base::Cat("refused: ", base::FromAbsl(type.status().message()));
}

std::string RunBlock(const std::string& input) {
  std::vector<std::string> lines = Split(input, "\n");
  const std::string head = lines.front();
  Rows rows;
  for (size_t i = 1; i < lines.size(); ++i) {
    rows.push_back(lines[i] == "()" ? std::vector<std::string>()
                                    : Split(lines[i], " | "));
  }
  if (head.starts_with("cast ")) return RunCast(head, rows);
  if (head.starts_with("path ")) return RunPath(head, rows);
  if (head.starts_with("aggregate ")) return RunAggregate(head, rows);
  if (head.starts_with("common ")) return RunCommon(head);
  return RunCall(head, rows);
}

TEST(FunctionGoldenTest, ResultsAreAsWritten) {
  golden::RunFolder("function", [] { return golden::Handler(RunBlock); });
}

}  // namespace
}  // namespace rowfall::function::testing
