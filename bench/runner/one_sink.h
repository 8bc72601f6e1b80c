// SPDX-License-Identifier: Apache-2.0
// A table provider with one sink, made of a function.
#ifndef ROWFALL_BENCH_RUNNER_ONE_SINK_H_
#define ROWFALL_BENCH_RUNNER_ONE_SINK_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "rowfall/sink.h"

namespace rowfall::bench {

/// Opens every name as a table of `schema` whose rows go to `write`, which
/// is called by each worker on its thread.
class OneSink : public TableProvider {
 public:
  using WriteRows =
      std::function<absl::Status(const Batch& rows, const WriteContext&)>;

  OneSink(Schema schema, WriteRows write)
      : sink_(std::make_shared<FunctionSink>(std::move(schema),
                                             std::move(write))) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(std::string_view) override {
    return sink_;
  }

 private:
  class FunctionSink : public Sink {
   public:
    FunctionSink(Schema schema, WriteRows write)
        : schema_(std::move(schema)), write_(std::move(write)) {}
    const Schema& schema() const override { return schema_; }
    absl::Status Write(const Batch& rows, const WriteContext& context,
                       std::vector<RefusedRow>&) override {
      return write_(rows, context);
    }

   private:
    const Schema schema_;
    const WriteRows write_;
  };

  const std::shared_ptr<Sink> sink_;
};

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_RUNNER_ONE_SINK_H_
