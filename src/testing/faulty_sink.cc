// SPDX-License-Identifier: Apache-2.0
// Tables that fail on demand.
#include "rowfall/testing/faulty_sink.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace rowfall::testing {
namespace {

// What happens to one Write().
struct Fault {
  enum class Kind : uint8_t {
    kPass,
    kReturn,
    kApplyThenReturn,
    kThrow,
    kRefuseMissingRow,
  };
  Kind kind = Kind::kPass;
  absl::Status status;
  std::string what;
};

}  // namespace

// What the tables and their sinks share.
class FaultyTables::Script {
 public:
  void Add(const Fault& fault, int times) {
    const std::lock_guard lock(mutex_);
    faults_.insert(faults_.end(), static_cast<size_t>(times), fault);
  }
  // The fault of a Write() that begins now; waits while writes are blocked.
  Fault Next() {
    std::unique_lock lock(mutex_);
    ++num_calls_;
    if (blocked_) {
      ++num_waiting_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return !blocked_; });
      --num_waiting_;
    }
    if (faults_.empty()) return {};
    Fault fault = std::move(faults_.front());
    faults_.pop_front();
    return fault;
  }
  void SetBlocked(bool blocked) {
    const std::lock_guard lock(mutex_);
    blocked_ = blocked;
    changed_.notify_all();
  }
  bool WaitUntilBlocked(absl::Duration timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, absl::ToChronoMilliseconds(timeout),
                             [this] { return num_waiting_ > 0; });
  }
  void SetRules(RowRule named, std::string_view column, RowRule unnamed) {
    const std::lock_guard lock(mutex_);
    named_ = std::move(named);
    column_ = column;
    unnamed_ = std::move(unnamed);
  }
  // Applies the rules to a batch.
  absl::Status Refuse(const Batch& rows, std::vector<RefusedRow>& refused) {
    const std::lock_guard lock(mutex_);
    for (size_t row = 0; row < rows.num_rows(); ++row) {
      std::string reason = named_ ? named_(rows, row) : "";
      if (!reason.empty()) {
        refused.push_back({static_cast<uint32_t>(row), column_, reason});
      }
      reason = unnamed_ ? unnamed_(rows, row) : "";
      if (!reason.empty()) {
        return absl::InvalidArgumentError(
            absl::string_view(reason.data(), reason.size()));
      }
    }
    return absl::OkStatus();
  }
  void FailOpen(const absl::Status& status, int times) {
    const std::lock_guard lock(mutex_);
    opens_.insert(opens_.end(), static_cast<size_t>(times), status);
  }
  void FailLoad(const absl::Status& status, int times) {
    const std::lock_guard lock(mutex_);
    loads_.insert(loads_.end(), static_cast<size_t>(times), status);
  }
  void EndFaults() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
    opens_.clear();
    loads_.clear();
    named_ = nullptr;
    unnamed_ = nullptr;
    blocked_ = false;
    changed_.notify_all();
  }
  absl::Status NextOpen() { return Pop(opens_); }
  absl::Status NextLoad() { return Pop(loads_); }
  int num_calls() {
    const std::lock_guard lock(mutex_);
    return num_calls_;
  }

 private:
  absl::Status Pop(std::deque<absl::Status>& queue) {
    const std::lock_guard lock(mutex_);
    if (queue.empty()) return absl::OkStatus();
    absl::Status status = std::move(queue.front());
    queue.pop_front();
    return status;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Fault> faults_;
  std::deque<absl::Status> opens_;
  std::deque<absl::Status> loads_;
  bool blocked_ = false;
  int num_waiting_ = 0;
  int num_calls_ = 0;
  RowRule named_;
  std::string column_;
  RowRule unnamed_;
};

class FaultyTables::FaultySink : public Sink {
 public:
  FaultySink(std::shared_ptr<Sink> sink, std::shared_ptr<Script> script)
      : sink_(std::move(sink)), script_(std::move(script)) {}

  const Schema& schema() const override { return sink_->schema(); }
  SinkTraits traits() const override { return sink_->traits(); }

  absl::Status Write(const Batch& rows, const WriteContext& context,
                     std::vector<RefusedRow>& refused) override {
    const Fault fault = script_->Next();
    switch (fault.kind) {
      case Fault::Kind::kPass:
        break;
      case Fault::Kind::kReturn:
        return fault.status;
      case Fault::Kind::kThrow:
        throw std::runtime_error(fault.what);
      case Fault::Kind::kRefuseMissingRow:
        refused.push_back(
            {static_cast<uint32_t>(rows.num_rows()), "", "Not given"});
        return absl::OkStatus();
      case Fault::Kind::kApplyThenReturn: {
        const absl::Status status = Pass(rows, context, refused);
        return status.ok() && refused.empty() ? fault.status : status;
      }
    }
    return Pass(rows, context, refused);
  }

  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group) override {
    const absl::Status status = script_->NextLoad();
    if (!status.ok()) return status;
    return sink_->LoadPositions(consumer_group);
  }

 private:
  absl::Status Pass(const Batch& rows, const WriteContext& context,
                    std::vector<RefusedRow>& refused) {
    const absl::Status status = script_->Refuse(rows, refused);
    if (!status.ok() || !refused.empty()) return status;
    return sink_->Write(rows, context, refused);
  }

  const std::shared_ptr<Sink> sink_;
  const std::shared_ptr<Script> script_;
};

FaultyTables::FaultyTables(std::shared_ptr<TableProvider> tables)
    : tables_(std::move(tables)), script_(std::make_shared<Script>()) {}
FaultyTables::~FaultyTables() = default;

void FaultyTables::Pass(int times) { script_->Add({}, times); }
void FaultyTables::Return(absl::Status status, int times) {
  script_->Add({.kind = Fault::Kind::kReturn, .status = status}, times);
}
void FaultyTables::ApplyThenReturn(absl::Status status, int times) {
  script_->Add({.kind = Fault::Kind::kApplyThenReturn, .status = status},
               times);
}
void FaultyTables::Throw(std::string_view what, int times) {
  script_->Add({.kind = Fault::Kind::kThrow, .what = std::string(what)}, times);
}
void FaultyTables::RefuseMissingRow(int times) {
  script_->Add({.kind = Fault::Kind::kRefuseMissingRow}, times);
}
void FaultyTables::Block() { script_->SetBlocked(true); }
void FaultyTables::Release() { script_->SetBlocked(false); }
bool FaultyTables::WaitUntilBlocked(absl::Duration timeout) const {
  return script_->WaitUntilBlocked(timeout);
}
void FaultyTables::RefuseRows(RowRule rule, std::string_view column) {
  script_->SetRules(std::move(rule), column, nullptr);
}
void FaultyTables::RefuseBatchesWith(RowRule rule) {
  script_->SetRules(nullptr, "", std::move(rule));
}
void FaultyTables::FailOpen(absl::Status status, int times) {
  script_->FailOpen(status, times);
}
void FaultyTables::FailLoadPositions(absl::Status status, int times) {
  script_->FailLoad(status, times);
}
void FaultyTables::EndFaults() { script_->EndFaults(); }
int FaultyTables::num_calls() const { return script_->num_calls(); }

absl::StatusOr<std::shared_ptr<Sink>> FaultyTables::OpenTable(
    std::string_view name) {
  const absl::Status status = script_->NextOpen();
  if (!status.ok()) return status;
  auto sink = tables_->OpenTable(name);
  if (!sink.ok()) return sink.status();
  return std::make_shared<FaultySink>(*std::move(sink), script_);
}

}  // namespace rowfall::testing
