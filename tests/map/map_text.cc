// SPDX-License-Identifier: Apache-2.0
// Mapping in words.
#include "tests/map/map_text.h"

#include <cctype>
#include <cstdlib>

#include "base/text.h"

namespace rowfall::map {
namespace {

bool IsNameChar(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

std::string TakeName(std::string_view& text) {
  size_t size = 0;
  while (size < text.size() && IsNameChar(text[size])) ++size;
  std::string name(text.substr(0, size));
  text.remove_prefix(size);
  return name;
}

base::PathStep TakeStep(std::string_view& text) {
  if (text[0] == '.') {
    text.remove_prefix(1);
    return TakeName(text);
  }
  const size_t end = text.find(']');
  const std::string inside(text.substr(1, end - 1));
  text.remove_prefix(end + 1);
  if (inside[0] == '\'') return inside.substr(1, inside.size() - 2);
  return int64_t{std::strtoll(inside.c_str(), nullptr, 10)};
}

void SkipSeparators(std::string_view& text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == ',')) {
    text.remove_prefix(1);
  }
}

}  // namespace

std::vector<data::Leaf> ParseLeaves(std::string_view text) {
  std::vector<data::Leaf> leaves;
  for (SkipSeparators(text); !text.empty(); SkipSeparators(text)) {
    data::Leaf leaf;
    leaf.column = leaf.key = base::ToLower(TakeName(text));
    while (text[0] != ' ') leaf.path.push_back(TakeStep(text));
    SkipSeparators(text);
    const auto type = TypeFromName(TakeName(text));
    if (!type.has_value()) std::abort();
    leaf.type = *type;
    leaves.push_back(leaf);
  }
  return leaves;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<' && i + 3 < text.size() && text[i + 3] == '>' &&
        std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      const std::string hex(text.substr(i + 1, 2));
      out += static_cast<char>(std::strtol(hex.c_str(), nullptr, 16));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

MessageBatch MakeMessages(const std::vector<std::string>& payloads) {
  MessageBatch messages;
  for (const std::string& payload : payloads) {
    Message message;
    message.topic = "orders";
    message.offset = static_cast<int64_t>(messages.size());
    message.payload = payload;
    // What follows a payload in memory must not matter.
    message.key = "\"key\"}]}";
    message.has_key = true;
    messages.Append(message);
  }
  return messages;
}

std::unique_ptr<Mapper> MakeMapper(std::string_view leaves, MapLimits limits) {
  auto mapper = Mapper::Make(ParseLeaves(leaves), limits);
  if (!mapper.ok()) std::abort();
  return *std::move(mapper);
}

Mapped MapPayloads(Mapper& mapper, const std::vector<std::string>& payloads) {
  Mapped mapped;
  mapped.batch = mapper.Map(MakeMessages(payloads), mapped.errors);
  return mapped;
}

std::string ToText(const Mapped& mapped) {
  std::string out;
  size_t error = 0;
  const auto add_errors_before = [&](uint32_t message) {
    for (;
         error < mapped.errors.size() && mapped.errors[error].message < message;
         ++error) {
      const MapError& e = mapped.errors[error];
      base::AppendCat(out, e.message, ": ", RejectStageName(e.stage), ": ",
                      e.reason, " [",
                      e.column.empty() ? "" : "column " + e.column + ", ",
                      "byte ", e.payload_offset, "]\n");
    }
  };
  for (size_t row = 0; row < mapped.batch.num_rows(); ++row) {
    const uint32_t message = mapped.batch.origins()[row];
    add_errors_before(message);
    base::AppendCat(out, message, ": ");
    mapped.batch.AppendRowJson(row, out);
    out += '\n';
  }
  add_errors_before(UINT32_MAX);
  return out;
}

std::string MapToText(std::string_view leaves,
                      const std::vector<std::string>& payloads,
                      MapLimits limits) {
  return ToText(MapPayloads(*MakeMapper(leaves, limits), payloads));
}

}  // namespace rowfall::map
