// SPDX-License-Identifier: Apache-2.0
// A sink for the tests of this folder: answers each call by a function.
#ifndef ROWFALL_TESTS_SINK_SCRIPTED_SINK_H_
#define ROWFALL_TESTS_SINK_SCRIPTED_SINK_H_

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rowfall/batch.h"
#include "rowfall/sink.h"

namespace rowfall::sink {

// A batch of one bigint column `id` with these values.
inline Batch Ids(std::span<const int64_t> ids) {
  static const auto* const schema =
      new std::shared_ptr<const Schema>(std::make_shared<const Schema>(
          std::vector<Field>{{.name = "id", .type = Type::kBigint}}));
  auto column = std::make_shared<Column>(Type::kBigint);
  for (const int64_t id : ids) column->AppendBigint(id);
  return Batch(*schema, {column}, ids.size());
}
inline Batch Ids(std::initializer_list<int64_t> ids) {
  return Ids(std::span<const int64_t>(ids.begin(), ids.size()));
}
inline std::vector<int64_t> IdsOf(const Batch& batch) {
  const auto ids = batch.column(0).bigints();
  return {ids.begin(), ids.end()};
}

// What one Write() got.
struct Call {
  std::vector<int64_t> ids;
  int attempt = 0;
  std::vector<PartitionRange> ranges;
  std::string view;
  std::string consumer_group;
};

class ScriptedSink : public Sink {
 public:
  using Answer = std::function<absl::Status(const std::vector<int64_t>& ids,
                                            std::vector<RefusedRow>& refused)>;

  const Schema& schema() const override { return schema_; }
  SinkTraits traits() const override { return traits_; }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    calls.push_back({IdsOf(rows),
                     context.attempt,
                     {context.ranges.begin(), context.ranges.end()},
                     std::string(context.view),
                     std::string(context.consumer_group)});
    const absl::Status status = answer(calls.back().ids, refused);
    if (status.ok() && refused.empty()) {
      written.insert(written.end(), calls.back().ids.begin(),
                     calls.back().ids.end());
    }
    return status;
  }

  void set_keeps_positions() { traits_.keeps_positions = true; }

  Answer answer = [](const auto&, auto&) { return absl::OkStatus(); };
  std::vector<Call> calls;
  std::vector<int64_t> written;

 private:
  Schema schema_;
  SinkTraits traits_;
};

}  // namespace rowfall::sink

#endif  // ROWFALL_TESTS_SINK_SCRIPTED_SINK_H_
