// SPDX-License-Identifier: Apache-2.0
// Messages to batches: the forms of a message, its errors, the columns' reuse.
#include "map/mapper.h"

#include <atomic>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "data/column_memory.h"
#include "data/memory_budget.h"
#include "json/scanner.h"
#include "json/value.h"
#include "map/leaf_schema.h"
#include "map/row_reader.h"

namespace rowfall::map {
namespace {

using json::ScanError;

// Offsets in columns have 32 bits, and no value takes more of them than its
// text has bytes.
constexpr uint64_t kMaxBatchBytes = UINT32_MAX;

class ScanningMapper : public Mapper {
 public:
  ScanningMapper(std::vector<data::Leaf> leaves, MapLimits limits)
      : leaves_(std::move(leaves)),
        limits_(limits),
        schema_(LeafSchema(leaves_)),
        columns_(leaves_.size()),
        column_pointers_(leaves_.size()),
        reader_(leaves_, limits.max_depth, limits.max_value_bytes) {}

  using Mapper::Map;
  Batch Map(const MessageBatch& messages, size_t begin, size_t end,
            std::vector<MapError>& errors) override;
  bool MapInParts(const MessageBatch& messages, size_t message, size_t max_rows,
                  const std::function<void(const Batch&)>& take,
                  std::vector<MapError>& errors) override;
  size_t HeldBytes() const override;

 private:
  void Start(std::vector<MapError>& errors);
  Batch TakeRows() const;
  void HandOver();
  void PrepareColumns();
  // Returns whether it gives rows.
  bool MapMessage(const MessageBatch& messages, uint32_t i);
  const char* ReadMessage(const char* p);
  const char* ReadObjects(const char* p);
  const char* ReadArray(const char* p);
  const char* ReadRow(const char* p, int depth);
  void ReportValue(const ValueError& error, int64_t row, bool replaced);
  // Returns false.
  bool RejectMessage(std::string reason, int64_t payload_offset);
  std::string ParseReason();

  const std::vector<data::Leaf> leaves_;
  const MapLimits limits_;
  const std::shared_ptr<const Schema> schema_;
  std::vector<std::shared_ptr<Column>> columns_;
  std::vector<Column*> column_pointers_;
  RowReader reader_;
  std::vector<uint32_t> origins_;

  uint64_t batch_bytes_ = 0;
  // In parts: how many rows one has at most, and who takes it.
  size_t max_part_rows_ = SIZE_MAX;
  const std::function<void(const Batch&)>* take_ = nullptr;

  // The message that is being read.
  uint32_t message_ = 0;
  const char* begin_ = nullptr;
  size_t first_row_ = 0;
  size_t first_error_ = 0;
  size_t rows_handed_over_ = 0;
  size_t rows_left_out_ = 0;
  std::vector<MapError>* errors_ = nullptr;
};

Batch ScanningMapper::Map(const MessageBatch& messages, size_t begin,
                          size_t end, std::vector<MapError>& errors) {
  Start(errors);
  for (size_t i = begin; i < end; ++i) {
    MapMessage(messages, static_cast<uint32_t>(i));
  }
  return TakeRows();
}

bool ScanningMapper::MapInParts(const MessageBatch& messages, size_t message,
                                size_t max_rows,
                                const std::function<void(const Batch&)>& take,
                                std::vector<MapError>& errors) {
  Start(errors);
  max_part_rows_ = max_rows;
  take_ = &take;
  const bool good = MapMessage(messages, static_cast<uint32_t>(message));
  if (good) HandOver();
  return good;
}

void ScanningMapper::Start(std::vector<MapError>& errors) {
  PrepareColumns();
  reader_.SetColumns(column_pointers_, 0);
  origins_.clear();
  batch_bytes_ = 0;
  max_part_rows_ = SIZE_MAX;
  errors_ = &errors;
}

Batch ScanningMapper::TakeRows() const {
  return Batch(schema_,
               std::vector<std::shared_ptr<const Column>>(columns_.begin(),
                                                          columns_.end()),
               reader_.num_rows(), origins_);
}

void ScanningMapper::HandOver() {
  (*take_)(TakeRows());
  rows_handed_over_ += reader_.num_rows();
  PrepareColumns();
  reader_.SetColumns(column_pointers_, 0);
  origins_.clear();
}

size_t ScanningMapper::HeldBytes() const {
  size_t bytes = origins_.capacity() * sizeof(uint32_t);
  for (const auto& column : columns_) {
    if (column != nullptr) bytes += data::HeldBytes(*column);
  }
  return bytes;
}

// Columns of an earlier batch that somebody still holds are left to them.
void ScanningMapper::PrepareColumns() {
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] != nullptr && columns_[i].use_count() == 1 &&
        !data::IsOversized(*columns_[i])) {
      // The last holder may have been another thread.
      std::atomic_thread_fence(std::memory_order_acquire);
      columns_[i]->Clear();
    } else {
      columns_[i] = std::make_shared<Column>(leaves_[i].type);
    }
    column_pointers_[i] = columns_[i].get();
  }
}

bool ScanningMapper::MapMessage(const MessageBatch& messages, uint32_t i) {
  message_ = i;
  first_row_ = reader_.num_rows();
  first_error_ = errors_->size();
  rows_handed_over_ = 0;
  rows_left_out_ = 0;
  if (!messages.has_payload(i)) {
    return RejectMessage("Message has no payload", -1);
  }
  const std::string_view payload = messages.payload(i);
  if (payload.size() > limits_.max_message_bytes) {
    return RejectMessage(
        base::Cat("Message is larger than ", limits_.max_message_bytes,
                  " bytes: ", payload.size()),
        -1);
  }
  if (batch_bytes_ += payload.size(); batch_bytes_ > kMaxBatchBytes) {
    return RejectMessage("Batch of messages is larger than 4 GiB", -1);
  }
  if (payload.empty()) return RejectMessage("Message is empty", 0);
  begin_ = payload.data();
  json::ScanContext& context = reader_.context();
  context.end = begin_ + payload.size();
  const char* const p = json::SkipSpace(begin_);
  if (p == context.end) {
    return RejectMessage("Message holds only white space", 0);
  }
  if (ReadMessage(p) == nullptr) {
    return RejectMessage(ParseReason(), context.error_at - begin_);
  }
  return true;
}

const char* ScanningMapper::ReadMessage(const char* p) {
  if (*p == '{') [[likely]]
    return ReadObjects(p);
  if (*p == '[') return ReadArray(p);
  const bool byte_order_mark = std::string_view(p, 3) == "\xef\xbb\xbf";
  return reader_.context().Fail(
      byte_order_mark ? ScanError::kByteOrderMark : ScanError::kExpectedObject,
      p);
}

// One object, or several with or without white space between them.
const char* ScanningMapper::ReadObjects(const char* p) {
  do {
    p = ReadRow(p, 0);
    if (p == nullptr) return nullptr;
    p = json::SkipSpace(p);
  } while (*p == '{');
  if (p == reader_.context().end) [[likely]]
    return p;
  return reader_.context().Fail(ScanError::kExpectedEnd, p);
}

const char* ScanningMapper::ReadArray(const char* p) {
  json::ScanContext& context = reader_.context();
  p = json::SkipSpace(p + 1);
  while (*p != ']') {
    if (*p != '{') return context.Fail(ScanError::kExpectedElement, p);
    p = ReadRow(p, 1);
    if (p == nullptr) return nullptr;
    p = json::SkipSpace(p);
    if (*p == ']') break;
    if (*p != ',') return context.Fail(ScanError::kExpectedCommaOrBracket, p);
    p = json::SkipSpace(p + 1);
    // A comma is followed by an element.
    if (*p == ']') return context.Fail(ScanError::kExpectedElement, p);
  }
  p = json::SkipSpace(p + 1);
  if (p == context.end) return p;
  return context.Fail(ScanError::kExpectedEnd, p);
}

// Reads an object as a row; one with a value that does not fit is reported,
// and left out unless NULL may replace the value.
const char* ScanningMapper::ReadRow(const char* p, int depth) {
  if (reader_.num_rows() >= max_part_rows_) [[unlikely]]
    HandOver();
  const size_t kept = rows_handed_over_ + reader_.num_rows() - first_row_;
  if (kept >= limits_.max_message_rows) {
    return reader_.context().Fail(ScanError::kTooManyObjects, p);
  }
  const char* const end = reader_.ReadRow(p, depth);
  if (end == nullptr) return nullptr;
  if (reader_.errors().empty()) [[likely]] {
    origins_.push_back(message_);
    return end;
  }
  const auto row = static_cast<int64_t>(kept + rows_left_out_);
  if (const ValueError* const error = reader_.FatalError()) {
    ReportValue(*error, row, false);
    ++rows_left_out_;
    return end;
  }
  for (const ValueError& error : reader_.errors()) {
    ReportValue(error, row, true);
  }
  origins_.push_back(message_);
  return end;
}

void ScanningMapper::ReportValue(const ValueError& error, int64_t row,
                                 bool replaced) {
  errors_->push_back({message_, RejectStage::kType,
                      LeafName(leaves_[error.leaf]), error.reason,
                      error.at - begin_, row, replaced});
  // It becomes a reject, too.
  data::TakeMemory(2 * (sizeof(MapError) + error.reason.capacity()));
}

bool ScanningMapper::RejectMessage(std::string reason, int64_t payload_offset) {
  reader_.Truncate(first_row_);
  origins_.resize(first_row_);
  errors_->resize(first_error_);
  errors_->push_back(
      {message_, RejectStage::kParse, "", std::move(reason), payload_offset});
  return false;
}

std::string ScanningMapper::ParseReason() {
  const json::ScanContext& context = reader_.context();
  return json::ScanErrorText(context.error, context.error_at, context.end);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mapper>> Mapper::Make(
    std::vector<data::Leaf> leaves, MapLimits limits) {
  constexpr size_t kMaxLeaves = 4096;
  if (leaves.size() > kMaxLeaves) {
    return absl::InvalidArgumentError(
        base::ToAbsl(base::Cat("More than ", kMaxLeaves,
                               " columns and paths to read: ", leaves.size())));
  }
  if (limits.max_depth < 1 || limits.max_depth > json::kMaxDepth) {
    return absl::InvalidArgumentError(
        base::ToAbsl(base::Cat("Expected max_depth from 1 to ", json::kMaxDepth,
                               ": ", limits.max_depth)));
  }
  return std::make_unique<ScanningMapper>(std::move(leaves), limits);
}

}  // namespace rowfall::map
