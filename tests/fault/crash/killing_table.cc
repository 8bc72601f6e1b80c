// SPDX-License-Identifier: Apache-2.0
// A sink that raises a signal at one row.
#include "tests/fault/crash/killing_table.h"

#include <signal.h>

#include <string>
#include <utility>
#include <vector>

namespace rowfall::fault {
namespace {

class KillingSink : public Sink {
 public:
  KillingSink(std::shared_ptr<Sink> sink, int64_t id, int signal)
      : sink_(std::move(sink)), id_(std::to_string(id)), signal_(signal) {}
  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    const Column& ids = *rows.FindColumn("id");
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      std::string id;
      AppendJson(ids.ValueAt(row), ids.type(), id);
      if (id == id_) raise(signal_);
    }
    return sink_->Write(rows, context, refused);
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    return sink_->LoadPositions(consumer_group);
  }

 private:
  const std::shared_ptr<Sink> sink_;
  const std::string id_;
  const int signal_;
};

class KillingTables : public TableProvider {
 public:
  KillingTables(std::shared_ptr<TableProvider> tables, int64_t id, int signal)
      : tables_(std::move(tables)), id_(id), signal_(signal) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink;
    return std::make_shared<KillingSink>(*std::move(sink), id_, signal_);
  }

 private:
  const std::shared_ptr<TableProvider> tables_;
  const int64_t id_;
  const int signal_;
};

}  // namespace

std::shared_ptr<TableProvider> MakeKillingTables(
    std::shared_ptr<TableProvider> tables, int64_t id, int signal) {
  return std::make_shared<KillingTables>(std::move(tables), id, signal);
}

}  // namespace rowfall::fault
