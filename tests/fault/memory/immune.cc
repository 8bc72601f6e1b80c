// SPDX-License-Identifier: Apache-2.0
// Wrappers that let the memory fail only at the beginning of a call.
#include "immune.h"

#include <utility>
#include <vector>

#include "failing_new.h"

namespace rowfall::tests {
namespace {

// One allocation that can fail, before anything was done.
void AskForMemory() { delete new char; }

class ImmuneSource : public Source {
 public:
  explicit ImmuneSource(std::unique_ptr<Source> source)
      : source_(std::move(source)) {}
  ~ImmuneSource() override {
    const WithMemory with_memory;
    source_ = nullptr;
    messages_ = MessageBatch();
  }

  absl::Status Start() override {
    return Call([&] { return source_->Start(); });
  }
  void Poll(const PollLimits& limits, MessageBatch& messages,
            std::vector<SourceEvent>& events) override {
    std::vector<SourceEvent> own_events;
    Call([&] {
      messages_.Clear();
      source_->Poll(limits, messages_, own_events);
    });
    try {
      for (size_t i = 0; i < messages_.size(); ++i) {
        messages.Append(messages_[i]);
      }
      events = own_events;
    } catch (...) {
      const WithMemory with_memory;
      own_events.clear();
      throw;
    }
    const WithMemory with_memory;
    own_events = {};
  }
  absl::Status Assign(std::span<const PartitionOffset> positions) override {
    return Call([&] { return source_->Assign(positions); });
  }
  absl::Status Unassign() override {
    return Call([&] { return source_->Unassign(); });
  }
  void CommitAsync(std::span<const PartitionOffset> positions,
                   uint64_t id) override {
    Call([&] { source_->CommitAsync(positions, id); });
  }
  absl::Status Commit(std::span<const PartitionOffset> positions,
                      absl::Duration timeout) override {
    return Call([&] { return source_->Commit(positions, timeout); });
  }
  void Pause() override {
    Call([&] { source_->Pause(); });
  }
  void Resume() override {
    Call([&] { source_->Resume(); });
  }
  Watermarks GetWatermarks(const TopicPartition& partition) override {
    return Call([&] { return source_->GetWatermarks(partition); });
  }
  void Wake() override {
    const WithMemory with_memory;
    source_->Wake();
  }
  absl::Status Close(absl::Duration timeout) override {
    const WithMemory with_memory;
    return source_->Close(timeout);
  }

 private:
  template <typename What>
  auto Call(What&& what) -> decltype(what()) {
    AskForMemory();
    const WithMemory with_memory;
    return what();
  }

  std::unique_ptr<Source> source_;
  MessageBatch messages_;
};

class ImmuneSink : public Sink {
 public:
  explicit ImmuneSink(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
  ~ImmuneSink() override {
    const WithMemory with_memory;
    sink_ = nullptr;
  }
  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }
  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    AskForMemory();
    const WithMemory with_memory;
    return sink_->Write(rows, context, refused);
  }
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    AskForMemory();
    const WithMemory with_memory;
    return sink_->LoadPositions(consumer_group);
  }

 private:
  std::shared_ptr<Sink> sink_;
};

class Tables : public TableProvider {
 public:
  explicit Tables(std::shared_ptr<TableProvider> tables)
      : tables_(std::move(tables)) {}
  absl::StatusOr<std::shared_ptr<Sink>> OpenTable(
      std::string_view name) override {
    AskForMemory();
    const WithMemory with_memory;
    auto sink = tables_->OpenTable(name);
    if (!sink.ok()) return sink.status();
    return std::make_shared<ImmuneSink>(*std::move(sink));
  }

 private:
  const std::shared_ptr<TableProvider> tables_;
};

class Handler : public RejectHandler {
 public:
  explicit Handler(std::shared_ptr<RejectHandler> handler)
      : handler_(std::move(handler)) {}
  absl::Status OnReject(const Reject& reject) override {
    AskForMemory();
    const WithMemory with_memory;
    return handler_->OnReject(reject);
  }

 private:
  const std::shared_ptr<RejectHandler> handler_;
};

}  // namespace

SourceFactory ImmuneSources(SourceFactory factory) {
  return [factory = std::move(factory)](const SourceConfig& config)
             -> absl::StatusOr<std::unique_ptr<Source>> {
    AskForMemory();
    const WithMemory with_memory;
    auto source = factory(config);
    if (!source.ok()) return source.status();
    return std::make_unique<ImmuneSource>(*std::move(source));
  };
}

std::shared_ptr<TableProvider> ImmuneTables(
    std::shared_ptr<TableProvider> tables) {
  return std::make_shared<Tables>(std::move(tables));
}

std::shared_ptr<RejectHandler> ImmuneHandler(
    std::shared_ptr<RejectHandler> handler) {
  return std::make_shared<Handler>(std::move(handler));
}

}  // namespace rowfall::tests
