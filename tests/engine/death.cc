// SPDX-License-Identifier: Apache-2.0
// Tables and catalogs that a dead process cannot reach.
#include "tests/engine/death.h"

#include <string>
#include <utility>
#include <vector>

namespace rowfall::tests {
namespace {

absl::Status Dead() { return absl::UnavailableError("The process is dead"); }

class MortalSink : public Sink {
 public:
  MortalSink(std::shared_ptr<Death> death, std::shared_ptr<Sink> sink)
      : death_(std::move(death)), sink_(std::move(sink)) {}
  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    for (size_t row = 0; row < rows.num_rows() && death_->kills; ++row) {
      death_->is_dead |= death_->kills(rows, row);
    }
    if (death_->is_dead) return Dead();
    return sink_->Write(rows, context, refused);
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    if (death_->is_dead) return Dead();
    return sink_->LoadPositions(consumer_group);
  }

 private:
  const std::shared_ptr<Death> death_;
  const std::shared_ptr<Sink> sink_;
};

class MortalTables : public TableProvider {
 public:
  MortalTables(std::shared_ptr<Death> death,
               std::shared_ptr<TableProvider> tables)
      : death_(std::move(death)), tables_(std::move(tables)) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    if (death_->is_dead) return Dead();
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink;
    return std::make_shared<MortalSink>(death_, *std::move(sink));
  }

 private:
  const std::shared_ptr<Death> death_;
  const std::shared_ptr<TableProvider> tables_;
};

class MortalHandler : public RejectHandler {
 public:
  MortalHandler(std::shared_ptr<Death> death,
                std::shared_ptr<RejectHandler> handler)
      : death_(std::move(death)), handler_(std::move(handler)) {}
  absl::Status OnReject(const Reject& reject) override {
    death_->is_dead |= death_->handler_kills;
    if (death_->is_dead) return Dead();
    return handler_->OnReject(reject);
  }

 private:
  const std::shared_ptr<Death> death_;
  const std::shared_ptr<RejectHandler> handler_;
};

class MortalCatalog : public Catalog {
 public:
  MortalCatalog(std::shared_ptr<Death> death, std::shared_ptr<Catalog> catalog)
      : death_(std::move(death)), catalog_(std::move(catalog)) {}
  absl::StatusOr<CatalogState> Load() override {
    if (death_->is_dead) return Dead();
    return catalog_->Load();
  }
  absl::Status Store(const CatalogState& state) override {
    if (death_->is_dead) return Dead();
    return catalog_->Store(state);
  }

 private:
  const std::shared_ptr<Death> death_;
  const std::shared_ptr<Catalog> catalog_;
};

}  // namespace

std::shared_ptr<TableProvider> MakeMortalTables(
    std::shared_ptr<Death> death, std::shared_ptr<TableProvider> tables) {
  return std::make_shared<MortalTables>(std::move(death), std::move(tables));
}

std::shared_ptr<RejectHandler> MakeMortalHandler(
    std::shared_ptr<Death> death, std::shared_ptr<RejectHandler> handler) {
  return std::make_shared<MortalHandler>(std::move(death), std::move(handler));
}

std::shared_ptr<Catalog> MakeMortalCatalog(std::shared_ptr<Death> death,
                                           std::shared_ptr<Catalog> catalog) {
  return std::make_shared<MortalCatalog>(std::move(death), std::move(catalog));
}

}  // namespace rowfall::tests
