// SPDX-License-Identifier: Apache-2.0
// Parses glossary entries with RapidJSON's SAX into columns.
#include "bench/baseline/gloss_columns.h"

#include <rapidjson/reader.h>

namespace rowfall::bench {
namespace {

using rapidjson::SizeType;

// Knows where it is by the depth and by the last key that is wanted.
class GlossHandler
    : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, GlossHandler> {
 public:
  explicit GlossHandler(GlossColumns& columns) : columns_(columns) {}

  bool Default() { return true; }
  bool Key(const char* text, SizeType size, bool) {
    const std::string_view key(text, size);
    if (depth_ == 1) {
      key_ = Top(key);
    } else if (depth_ == 2 && key_ == Wanted::kGloss && key == "size") {
      key_ = Wanted::kSize;
    }
    return true;
  }
  bool String(const char* text, SizeType size, bool) {
    if (depth_ != 1) return true;
    if (key_ == Wanted::kTerm) columns_.name.Append({text, size});
    if (key_ == Wanted::kAbbrev) columns_.short_name.Append({text, size});
    return true;
  }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Int64(value); }
  bool Uint64(uint64_t value) { return Int64(static_cast<int64_t>(value)); }
  bool Int64(int64_t value) {
    if (depth_ == 1 && key_ == Wanted::kId) columns_.id.push_back(value);
    if (depth_ == 3 && key_ == Wanted::kSize) {
      columns_.size.push_back(static_cast<int32_t>(value));
    }
    return true;
  }
  bool StartObject() { return ++depth_ > 0; }
  bool EndObject(SizeType) { return --depth_ >= 0; }
  bool StartArray() { return ++depth_ > 0; }
  bool EndArray(SizeType) {
    if (--depth_ == 2 && key_ == Wanted::kSize) key_ = Wanted::kNothing;
    return true;
  }

 private:
  enum class Wanted { kNothing, kId, kTerm, kAbbrev, kGloss, kSize };

  static Wanted Top(std::string_view key) {
    if (key == "id") return Wanted::kId;
    if (key == "term") return Wanted::kTerm;
    if (key == "abbrev") return Wanted::kAbbrev;
    if (key == "GlossDef") return Wanted::kGloss;
    return Wanted::kNothing;
  }

  GlossColumns& columns_;
  int depth_ = 0;
  Wanted key_ = Wanted::kNothing;
};

template <unsigned kFlags>
bool Parse(char* json, GlossColumns& columns) {
  // Its stack is used again by all messages of the thread.
  thread_local rapidjson::Reader reader;
  GlossHandler handler(columns);
  rapidjson::InsituStringStream stream(json);
  return !reader.Parse<kFlags>(stream, handler).IsError();
}

}  // namespace

void GlossColumns::Clear() {
  id.clear();
  name.Clear();
  short_name.Clear();
  size.clear();
  size_ends.clear();
}

bool ParseBySax(char* json, SaxRules rules, GlossColumns& columns) {
  constexpr unsigned kFast = rapidjson::kParseInsituFlag;
  constexpr unsigned kStrict = kFast | rapidjson::kParseValidateEncodingFlag |
                               rapidjson::kParseIterativeFlag;
  const bool parsed = rules == SaxRules::kFast ? Parse<kFast>(json, columns)
                                               : Parse<kStrict>(json, columns);
  columns.size_ends.push_back(static_cast<uint32_t>(columns.size.size()));
  const size_t rows = columns.size_ends.size();
  return parsed && columns.id.size() == rows &&
         columns.name.ends.size() == rows &&
         columns.short_name.ends.size() == rows;
}

}  // namespace rowfall::bench
