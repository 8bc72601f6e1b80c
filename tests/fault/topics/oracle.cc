// SPDX-License-Identifier: Apache-2.0
// The rules of a group's members, checked at each call.
#include "tests/fault/topics/oracle.h"

#include <algorithm>
#include <variant>

namespace rowfall {
namespace {

std::string Name(const TopicPartition& partition, int64_t offset) {
  return partition.ToString() + "@" + std::to_string(offset);
}

}  // namespace

// Passes everything on, and tells the oracle.
class Oracle::WatchedSource final : public Source {
 public:
  WatchedSource(Oracle& oracle, std::string group,
                std::unique_ptr<Source> source)
      : oracle_(oracle), group_(std::move(group)), source_(std::move(source)) {}
  ~WatchedSource() override { oracle_.Released(this); }

  absl::Status Start() override { return source_->Start(); }

  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    const size_t message = messages.size();
    const size_t event = events.size();
    source_->Poll(limits, messages, events);
    oracle_.Delivered(group_, owned_, messages, message);
    for (size_t i = event; i < events.size(); ++i) {
      oracle_.Happened(group_, owned_, events[i]);
    }
  }

  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    absl::Status status = source_->Assign(positions);
    if (status.ok()) oracle_.Assigned(this, group_, owned_, positions);
    return status;
  }

  absl::Status Unassign() override {
    oracle_.Released(this);
    owned_.clear();
    return source_->Unassign();
  }

  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    oracle_.Commits(group_, owned_, positions);
    source_->CommitAsync(positions, id);
  }

  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    oracle_.Commits(group_, owned_, positions);
    absl::Status status = source_->Commit(positions, timeout);
    if (!status.ok()) oracle_.Excuse();
    return status;
  }

  void Pause() override { source_->Pause(); }
  void Resume() override { source_->Resume(); }
  Watermarks GetWatermarks(const TopicPartition& partition) override {
    return source_->GetWatermarks(partition);
  }
  void Wake() override { source_->Wake(); }

  absl::Status Close(absl::Duration timeout) override {
    oracle_.Released(this);
    owned_.clear();
    return source_->Close(timeout);
  }

 private:
  Oracle& oracle_;
  const std::string group_;
  const std::unique_ptr<Source> source_;
  Ownership owned_;
};

class Oracle::WatchedSink final : public Sink {
 public:
  WatchedSink(Oracle& oracle, std::shared_ptr<Sink> sink)
      : oracle_(oracle), sink_(std::move(sink)) {}

  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }

  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    absl::Status status = sink_->Write(rows, context, refused);
    if (status.ok() && refused.empty()) oracle_.Wrote(context, rows.num_rows());
    return status;
  }

  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view group) override {
    return sink_->LoadPositions(group);
  }

 private:
  Oracle& oracle_;
  const std::shared_ptr<Sink> sink_;
};

class Oracle::WatchedTables final : public TableProvider {
 public:
  WatchedTables(Oracle& oracle, std::shared_ptr<TableProvider> tables)
      : oracle_(oracle), tables_(std::move(tables)) {}

  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink.status();
    return std::make_shared<WatchedSink>(oracle_, *std::move(sink));
  }

 private:
  Oracle& oracle_;
  const std::shared_ptr<TableProvider> tables_;
};

void Oracle::Watch(EngineOptions& options) {
  options.tables =
      std::make_shared<WatchedTables>(*this, std::move(options.tables));
  SourceFactory inner = options.source_factory ? options.source_factory
                                               : KafkaSourceFactory(options);
  options.source_factory =
      [this, inner = std::move(inner)](const SourceConfig& config)
      -> absl::StatusOr<std::unique_ptr<Source>> {
    auto source = inner(config);
    if (!source.ok()) return source.status();
    return std::make_unique<WatchedSource>(*this, config.consumer_group,
                                           *std::move(source));
  };
}

void Oracle::Durable::Add(int64_t from, int64_t to) {
  auto next = ranges.upper_bound(from);
  if (next != ranges.begin() && std::prev(next)->second >= from) {
    --next;
    from = next->first;
  }
  while (next != ranges.end() && next->first <= to) {
    to = std::max(to, next->second);
    next = ranges.erase(next);
  }
  ranges[from] = to;
}

// Everything between where reading began and `offset` is durable.
bool Oracle::Durable::Covers(int64_t offset) const {
  if (starts.contains(offset)) return true;
  auto range = ranges.upper_bound(offset);
  if (range == ranges.begin()) return false;
  --range;
  const auto start = starts.lower_bound(range->first);
  return offset <= range->second && start != starts.end() && *start <= offset;
}

void Oracle::Assigned(const WatchedSource* source, const std::string& group,
                      Ownership& owned,
                      std::span<const PartitionOffset> positions) {
  const std::lock_guard lock(mutex_);
  if (!positions.empty() && owned.empty()) ++num_assignments_;
  for (const auto& [partition, offset, mark] : positions) {
    owned[partition] = {offset, offset};
    const Key key(group, partition);
    if (offset >= 0) durable_[key].starts.insert(offset);
    const WatchedSource*& owner = owners_[key];
    if (owner != nullptr && owner != source && !two_owners_) {
      Violate("Two owners of " + Name(partition, offset));
    }
    owner = source;
  }
}

void Oracle::Released(const WatchedSource* source) {
  const std::lock_guard lock(mutex_);
  std::erase_if(owners_,
                [=](const auto& item) { return item.second == source; });
}

void Oracle::Delivered(const std::string& group, Ownership& owned,
                       const MessageBatch& messages, size_t first) {
  const std::lock_guard lock(mutex_);
  for (size_t i = first; i < messages.size(); ++i) {
    const MessageBatch::Position at = messages.position(i);
    const TopicPartition partition{std::string(at.topic), at.partition};
    const auto found = owned.find(partition);
    if (found == owned.end()) {
      Violate("Delivered, but not owned: " + Name(partition, at.offset));
      continue;
    }
    Owned& state = found->second;
    if (state.start < 0) {
      state.start = state.next = at.offset;
      durable_[{group, partition}].starts.insert(at.offset);
    }
    const bool fits =
        log_ == Log::kDense ? at.offset == state.next : at.offset >= state.next;
    if (!fits) {
      Violate("Delivered instead of " + std::to_string(state.next) + ": " +
              Name(partition, at.offset));
    }
    state.next = at.offset + 1;
  }
}

void Oracle::Happened(const std::string& group, Ownership& owned,
                      const SourceEvent& event) {
  const std::lock_guard lock(mutex_);
  if (const auto* revoked = std::get_if<PartitionsRevoked>(&event)) {
    if (!revoked->lost) return;
    ++num_excuses_;
    owned.clear();  // A commit would be one of a foreign partition.
  } else if (const auto* commit = std::get_if<CommitFinished>(&event)) {
    if (!commit->status.ok()) ++num_excuses_;
  } else if (const auto* end = std::get_if<EndOfPartition>(&event)) {
    const auto found = owned.find(end->position.partition);
    if (found == owned.end()) return;
    Owned& state = found->second;
    Durable& durable = durable_[{group, end->position.partition}];
    if (state.start < 0) {
      state.start = state.next = end->position.offset;
      durable.starts.insert(state.start);
    }
    // Markers and compacted messages need not be written.
    if (end->position.offset > state.next) {
      durable.Add(state.next, end->position.offset);
    }
    state.next = std::max(state.next, end->position.offset);
  }
}

void Oracle::Commits(const std::string& group, const Ownership& owned,
                     std::span<const PartitionOffset> positions) {
  const std::lock_guard lock(mutex_);
  for (const auto& [partition, offset, mark] : positions) {
    if (!owned.contains(partition)) {
      Violate("Committed, but not owned: " + Name(partition, offset));
    }
    if (!durable_[{group, partition}].Covers(offset)) {
      Violate("Committed, but not durable: " + Name(partition, offset));
    }
  }
}

void Oracle::Wrote(const WriteContext& context, size_t num_rows) {
  const std::lock_guard lock(mutex_);
  num_rows_ += static_cast<int64_t>(num_rows);
  for (const PartitionRange& range : context.ranges) {
    durable_[{std::string(context.consumer_group), range.partition}].Add(
        range.from, range.to);
  }
}

void Oracle::Excuse() {
  const std::lock_guard lock(mutex_);
  ++num_excuses_;
}

void Oracle::Violate(std::string text) {
  if (violations_.size() < 20) violations_.push_back(std::move(text));
}

std::vector<std::string> Oracle::violations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

int Oracle::num_assignments() const {
  const std::lock_guard lock(mutex_);
  return num_assignments_;
}

int Oracle::num_excuses() const {
  const std::lock_guard lock(mutex_);
  return num_excuses_;
}

int64_t Oracle::num_rows() const {
  const std::lock_guard lock(mutex_);
  return num_rows_;
}

}  // namespace rowfall
