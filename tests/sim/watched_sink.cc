// SPDX-License-Identifier: Apache-2.0
// Tables, dead letters and a catalog that are watched and whose process may
// die.
#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/text.h"
#include "tests/sim/outside.h"

namespace rowfall::tests {
namespace {

int64_t IntegerAt(const Batch& rows, const char* column, size_t row) {
  return std::get<int64_t>(rows.FindColumn(column)->ValueAt(row));
}

RowId RowAt(const Batch& rows, size_t row) {
  return {static_cast<int>(IntegerAt(rows, "p", row)),
          IntegerAt(rows, "o", row),
          static_cast<int>(IntegerAt(rows, "k", row))};
}

// The number behind `key` in JSON without blanks.
int NumberIn(const std::string& json, const std::string& key) {
  const size_t place = json.find(key);
  if (place == std::string::npos) return -1;
  return std::stoi(json.substr(place + key.size()));
}

absl::Status AwayStatus() {
  return absl::UnavailableError("The table is away for ever");
}

// Gives all calls on.
class SinkAround : public Sink {
 public:
  SinkAround(World* world, ViewOracle* view, std::shared_ptr<Sink> sink)
      : world_(world), view_(view), sink_(std::move(sink)) {}
  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    return sink_->LoadPositions(consumer_group);
  }

 protected:
  World* const world_;
  ViewOracle* const view_;
  const std::shared_ptr<Sink> sink_;
};

// Next to the table: sees what is really written.
class WatchedSink : public SinkAround {
 public:
  WatchedSink(World* world, ViewOracle* view, std::shared_ptr<Sink> sink,
              std::shared_ptr<Life> life)
      : SinkAround(world, view, std::move(sink)), life_(std::move(life)) {}

  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    const absl::Status status = sink_->Write(rows, context, refused);
    if (!status.ok()) return status;
    if (world_->scenario.grouped && context.reset.empty()) {
      CheckSums(rows, context.ranges);
    }
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      if (world_->scenario.grouped) break;
      const RowId id = RowAt(rows, row);
      view_->Written(id);
      CheckValues(rows, row, id);
    }
    if (traits().keeps_positions) CheckStored(rows, context);
    return status;
  }

 private:
  void CheckStored(const Batch& rows, const WriteContext& context) {
    if (!context.reset.empty() && rows.num_rows() != 0) {
      view_->Problem("wrote rows where positions were moved");
    }
    for (const PartitionRange& range : context.ranges) {
      if (context.reset.empty() && range.to < range.from) {
        view_->Problem("I2: moved a position back in passing");
      }
      const auto problem = world_->CheckStored(
          life_.get(), view_, {range.partition, range.to, range.mark});
      if (!problem.has_value()) continue;
      view_->Problem(base::Cat("I2: stored ", range.partition.ToString(), "@",
                               range.to, ", but ", *problem));
    }
  }

  // COUNT, SUM and SUM of ids of a group.
  using Sums = std::array<int64_t, 3>;

  // The rows stand for just the messages of the ranges, by log.
  void CheckSums(const Batch& rows, std::span<const PartitionRange> ranges) {
    std::map<int, Sums> expected;
    for (const PartitionRange& range : ranges) {
      const auto delivered = world_->Delivered(life_.get(), view_, range);
      if (!delivered.has_value()) {
        view_->Problem(base::Cat("wrote what nobody has read up to ",
                                 range.partition.ToString(), "@", range.to));
        continue;
      }
      for (const auto& [offset, log] : *delivered) {
        AddTo(expected, world_->logs.Origin(log, offset), offset);
      }
    }
    std::map<int, Sums> written;
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      written[static_cast<int>(IntegerAt(rows, "p", row))] = {
          IntegerAt(rows, "o", row), IntegerAt(rows, "n", row),
          IntegerAt(rows, "id", row)};
    }
    if (expected != written) {
      view_->Problem("wrote other sums than those of the range's messages");
    }
  }

  // A message of `log`, for which it was produced, is written.
  void AddTo(std::map<int, Sums>& expected, int log, int64_t offset) {
    const auto& rows = world_->logs[log].at(offset).rows;
    for (size_t k = 0; k < rows.size(); ++k) {
      if (rows[k].filtered || view_->GivesUp(rows[k])) continue;
      view_->Written({log, offset, static_cast<int>(k)});
      Sums& sums = expected[log];
      sums = {sums[0] + 1, sums[1] + rows[k].value, sums[2] + rows[k].id};
    }
  }

  // What is bad is NULL, by on_error=null; it is written nowhere else.
  void CheckValues(const Batch& rows, size_t row, const RowId& id) {
    if (!view_->problems().empty()) return;
    const LogEntryFacts::Row& facts = world_->logs[id.partition]
                                          .at(id.offset)
                                          .rows[static_cast<size_t>(id.k)];
    for (const char* column : {"n", "m"}) {
      const bool is_bad =
          *column == 'n' ? facts.bad_expression : facts.bad_value;
      const Value value = rows.FindColumn(column)->ValueAt(row);
      if (IsNull(value) != is_bad ||
          (!is_bad && IntegerAt(rows, column, row) != facts.value)) {
        view_->Problem(base::Cat("wrote another value of ", column, ": ",
                                 world_->logs.Place(id.partition, id.offset)));
      }
    }
  }

  const std::shared_ptr<Life> life_;
};

// Next to the engine: sees what it is told.
class MortalSink : public SinkAround {
 public:
  MortalSink(World* world, ViewOracle* view, std::shared_ptr<Sink> sink,
             std::shared_ptr<Life> life)
      : SinkAround(world, view, std::move(sink)), life_(std::move(life)) {
    ++life_->open_tables[view_->name()];
  }
  ~MortalSink() override { life_->TableClosed(view_->name()); }

  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    const Fate fate = life_->Enter();
    if (fate == Fate::kDead) return DeadStatus();
    if (!context.reset.empty()) view_->PositionsMoved();
    if (must_load_positions_) {
      view_->Problem("I6: wrote after a conflict without reading positions");
    }
    absl::Status status;
    try {
      status = IsAway() ? AwayStatus() : sink_->Write(rows, context, refused);
    } catch (...) {
      world_->Trace("  write throws");
      view_->FaultIn(context.ranges);
      throw;
    }
    Trace(rows, context, status, refused.size());
    if (fate == Fate::kDiesAfter) return DeadStatus();
    must_load_positions_ = traits().keeps_positions && absl::IsAborted(status);
    // To refuse rows is no fault: the others are written once all the same.
    // But a message may have good rows too when a bad one is found by halving,
    // and on_error=stop gives back all of it.
    const bool stops = world_->scenario.on_error == OnError::kStop;
    if (!status.ok() && (stops || !absl::IsInvalidArgument(status))) {
      view_->FaultIn(context.ranges);
    }
    for (const RefusedRow& row : refused) {
      if (row.row < rows.num_rows()) {
        view_->Refused(RowAt(rows, row.row));
      } else {
        view_->FaultIn(context.ranges);
      }
    }
    if (absl::IsInvalidArgument(status) && rows.num_rows() == 1) {
      view_->Refused(RowAt(rows, 0));
    }
    return status;
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    if (life_->Enter() != Fate::kLives) return DeadStatus();
    if (IsAway()) return AwayStatus();
    must_load_positions_ = false;
    return sink_->LoadPositions(consumer_group);
  }

 private:
  bool IsAway() const { return world_->without_table == view_; }

  void Trace(const Batch& rows, const WriteContext& context,
             const absl::Status& status, size_t num_refused) {
    if (!world_->keeps_trace()) return;
    std::string text = base::Cat("  ", context.view, " writes");
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      if (world_->scenario.grouped) break;
      const RowId id = RowAt(rows, row);
      base::AppendCat(text, " ", id.partition, "@", id.offset, ".", id.k);
    }
    for (const PartitionRange& range : context.ranges) {
      base::AppendCat(text, ", ", range.partition.partition, "[", range.from,
                      ",", range.to, ")");
    }
    world_->Trace(base::Cat(
        text, ": ", base::FromAbsl(absl::StatusCodeToString(status.code())),
        ", ", num_refused, " refused"));
  }

  const std::shared_ptr<Life> life_;
  bool must_load_positions_ = false;
};

class WatchedProvider : public TableProvider {
 public:
  WatchedProvider(World* world, std::shared_ptr<Life> life)
      : world_(world), life_(std::move(life)) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto sink = world_->tables->OpenTable(name);
    if (!sink.ok()) return sink.status();
    return std::make_shared<WatchedSink>(world_, world_->FindTable(name),
                                         *std::move(sink), life_);
  }

 private:
  World* const world_;
  const std::shared_ptr<Life> life_;
};

class MortalProvider : public TableProvider {
 public:
  MortalProvider(World* world, std::shared_ptr<Life> life,
                 std::shared_ptr<TableProvider> tables)
      : world_(world), life_(std::move(life)), tables_(std::move(tables)) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    if (life_->Enter() != Fate::kLives) return DeadStatus();
    ViewOracle* view = world_->FindTable(name);
    if (world_->without_table == view) return AwayStatus();
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink.status();
    return std::make_shared<MortalSink>(world_, view, *std::move(sink), life_);
  }

 private:
  World* const world_;
  const std::shared_ptr<Life> life_;
  const std::shared_ptr<TableProvider> tables_;
};

class WatchedRejects : public RejectHandler {
 public:
  WatchedRejects(World* world, std::shared_ptr<Life> life,
                 std::shared_ptr<RejectHandler> handler)
      : world_(world), life_(std::move(life)), handler_(std::move(handler)) {}

  absl::Status OnReject(const Reject& reject) override {
    const Fate fate = life_->Enter();
    if (fate == Fate::kDead) return DeadStatus();
    ViewOracle* view = world_->FindView(reject.view);
    view->Brought(RowOf(*view, reject), reject.stage, reject,
                  world_->BringerOf(life_.get(), view, reject.message));
    absl::Status status;
    try {
      status = handler_->OnReject(reject);
    } catch (...) {
      Failed(*view);
      throw;
    }
    world_->Trace(base::Cat("  rejects ", reject.ToString(), ": ",
                            base::FromAbsl(status.ToString())));
    if (!status.ok()) Failed(*view);
    if (status.ok()) Take(*view, reject);
    return fate == Fate::kDiesAfter ? DeadStatus() : status;
  }

 private:
  // What was handed over of the batch so far may come again; nobody says here
  // where the batch begins.
  void Failed(ViewOracle& view) {
    view.Fault(
        std::vector<int64_t>(static_cast<size_t>(world_->logs.size()), 0));
  }
  // A refused row is known by what it is, others by their number.
  RowId RowOf(const ViewOracle& view, const Reject& reject) const {
    return {world_->LogOf(life_.get(), &view, reject.message),
            reject.message.offset,
            reject.stage == RejectStage::kSink
                ? NumberIn(reject.row, "\"k\":")
                : static_cast<int>(reject.row_number)};
  }
  void Take(ViewOracle& view, const Reject& reject) {
    const RowId row = RowOf(view, reject);
    const auto& payload = world_->logs.Facts(row.partition, row.offset).payload;
    if (reject.message.has_payload != payload.has_value() ||
        (payload.has_value() && *payload != reject.message.payload)) {
      view.Problem(
          base::Cat("I8: handed over other bytes: ", reject.ToString()));
    }
    view.HandedOver(row, reject.stage);
  }

  World* const world_;
  const std::shared_ptr<Life> life_;
  const std::shared_ptr<RejectHandler> handler_;
};

class CatalogOfTheLiving : public Catalog {
 public:
  CatalogOfTheLiving(std::shared_ptr<Life> life,
                     std::shared_ptr<SimulatedCatalog> catalog)
      : life_(std::move(life)), catalog_(std::move(catalog)) {}
  absl::StatusOr<CatalogState> Load() override { return catalog_->Load(); }
  absl::Status Store(const CatalogState& state) override {
    return catalog_->Store(*life_, state);
  }

 private:
  const std::shared_ptr<Life> life_;
  const std::shared_ptr<SimulatedCatalog> catalog_;
};

}  // namespace

std::shared_ptr<TableProvider> WatchedTables(World* world,
                                             std::shared_ptr<Life> life) {
  return std::make_shared<WatchedProvider>(world, std::move(life));
}

std::shared_ptr<TableProvider> MortalTables(
    World* world, std::shared_ptr<Life> life,
    std::shared_ptr<TableProvider> tables) {
  return std::make_shared<MortalProvider>(world, std::move(life),
                                          std::move(tables));
}

std::shared_ptr<RejectHandler> WatchedHandler(
    World* world, std::shared_ptr<Life> life,
    std::shared_ptr<RejectHandler> handler) {
  return std::make_shared<WatchedRejects>(world, std::move(life),
                                          std::move(handler));
}

std::shared_ptr<Catalog> MortalCatalog(
    std::shared_ptr<Life> life, std::shared_ptr<SimulatedCatalog> catalog) {
  return std::make_shared<CatalogOfTheLiving>(std::move(life),
                                              std::move(catalog));
}

}  // namespace rowfall::tests
