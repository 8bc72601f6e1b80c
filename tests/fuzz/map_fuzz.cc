// SPDX-License-Identifier: Apache-2.0
// Fuzzes the mapper: no payload breaks it, a payload is accepted only if it is
// JSON, rows hold valid UTF-8 and JSON, and neighbours are unharmed.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "json/utf8.h"
#include "json/value.h"
#include "map/mapper.h"

namespace rowfall {
namespace {

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

std::vector<data::Leaf> Leaves() {
  const std::string size = "size";
  return {{"id", "id", {}, Type::kBigint},
          {"n", "n", {}, Type::kInt},
          {"term", "term", {}, Type::kText},
          {"g", "glossdef", {}, Type::kJson},
          {"g", "glossdef", {size}, Type::kMulti},
          {"g", "glossdef", {size, 0}, Type::kDouble},
          {"g", "glossdef", {size, 1}, Type::kText},
          {"m", "m", {}, Type::kMulti64},
          {"v", "v", {}, Type::kFloatVector},
          {"f", "f", {}, Type::kFloat},
          {"at", "at", {}, Type::kTimestamp},
          {"ok", "ok", {}, Type::kBool}};
}

MessageBatch Between(std::string_view payload) {
  constexpr std::string_view kGood = R"({"id":7,"term":"good"})";
  MessageBatch messages;
  for (const std::string_view text : {kGood, payload, kGood}) {
    Message message;
    message.topic = "t";
    message.payload = text;
    messages.Append(message);
  }
  return messages;
}

void CheckRow(const Batch& batch, size_t row) {
  for (size_t i = 0; i < batch.num_columns(); ++i) {
    const Column& column = batch.column(i);
    if (column.IsNull(row)) continue;
    if (column.type() == Type::kText) {
      Check(json::IsValidUtf8(column.Text(row)), "text is UTF-8");
    } else if (column.type() == Type::kJson) {
      Check(json::Validate(column.Text(row)).ok(), "json is JSON");
    }
    column.ValueAt(row);
  }
}

void CheckErrors(const std::vector<map::MapError>& errors, size_t size) {
  for (const map::MapError& error : errors) {
    Check(error.message == 1, "neighbours are unharmed");
    Check(!error.reason.empty(), "an error has a reason");
    Check(json::IsValidUtf8(error.reason), "a reason is UTF-8");
    Check(error.payload_offset >= -1 &&
              error.payload_offset <= static_cast<int64_t>(size),
          "an error's place is in the payload");
  }
}

}  // namespace
}  // namespace rowfall

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rowfall;
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  // Kept, so that what one payload teaches is tried on the next one.
  static map::Mapper* const mapper =
      map::Mapper::Make(Leaves(), {}).value().release();
  std::vector<map::MapError> errors;
  const Batch batch = mapper->Map(Between(payload), errors);
  CheckErrors(errors, size);
  const size_t rows = batch.num_rows();
  Check(rows >= 2 && batch.origins()[0] == 0 && batch.origins()[rows - 1] == 2,
        "neighbours have their rows");
  for (size_t row = 0; row < rows; ++row) CheckRow(batch, row);
  const bool parsed = errors.empty() || errors[0].stage != RejectStage::kParse;
  if (!parsed) Check(rows == 2, "a fault takes all rows");
  if (parsed && rows + errors.size() == 3) {
    Check(json::Validate(payload).ok(), "what gives one row is JSON");
  }
  // A second time the same, with the guesses of the first.
  std::vector<map::MapError> errors_again;
  const Batch again = mapper->Map(Between(payload), errors_again);
  Check(again == batch && errors_again == errors, "twice gives the same");
  return 0;
}
