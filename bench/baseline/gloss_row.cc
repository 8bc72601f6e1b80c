// SPDX-License-Identifier: Apache-2.0
// Parses glossary entries with RapidJSON's DOM.
#include "bench/baseline/gloss_row.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace rowfall::bench {
namespace {

bool TakeText(const rapidjson::Document& document, const char* key,
              std::string& text) {
  const auto found = document.FindMember(key);
  if (found == document.MemberEnd() || !found->value.IsString()) return false;
  text.assign(found->value.GetString(), found->value.GetStringLength());
  return true;
}

bool TakeSize(const rapidjson::Document& document, std::string& text) {
  const auto gloss = document.FindMember("GlossDef");
  if (gloss == document.MemberEnd() || !gloss->value.IsObject()) return false;
  const auto size = gloss->value.FindMember("size");
  if (size == gloss->value.MemberEnd()) return false;
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  size->value.Accept(writer);
  text.assign(buffer.GetString(), buffer.GetSize());
  return true;
}

}  // namespace

bool ParseByDom(std::string_view json, GlossRow& row) {
  rapidjson::Document document;
  document.Parse(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject()) return false;
  const auto id = document.FindMember("id");
  if (id == document.MemberEnd() || !id->value.IsInt64()) return false;
  row.id = id->value.GetInt64();
  return TakeText(document, "term", row.name) &&
         TakeText(document, "abbrev", row.short_name) &&
         TakeSize(document, row.size);
}

}  // namespace rowfall::bench
