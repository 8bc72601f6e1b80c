// SPDX-License-Identifier: Apache-2.0
// A dead-letter side in memory.
#include "rowfall/testing/recording_reject_handler.h"

#include <stdexcept>

#include "absl/time/time.h"

namespace rowfall::testing {
namespace {

std::optional<std::string> Copy(std::string_view bytes, bool is_there) {
  if (!is_there) return std::nullopt;
  return std::string(bytes);
}

RecordedReject Copy(const Reject& reject) {
  RecordedReject copy;
  copy.source = reject.source;
  copy.view = reject.view;
  copy.stage = reject.stage;
  copy.topic = reject.message.topic;
  copy.partition = reject.message.partition;
  copy.offset = reject.message.offset;
  copy.timestamp_ms = reject.message.timestamp_ms;
  copy.payload = Copy(reject.message.payload, reject.message.has_payload);
  copy.key = Copy(reject.message.key, reject.message.has_key);
  for (const Header& header : reject.message.headers) {
    copy.headers.emplace_back(header.name,
                              Copy(header.value, header.has_value));
  }
  copy.column = reject.column;
  copy.reason = reject.reason;
  copy.payload_offset = reject.payload_offset;
  copy.row = reject.row;
  copy.row_number = reject.row_number;
  copy.attempt = reject.attempt;
  copy.may_be_repeat = reject.may_be_repeat;
  copy.id = reject.Id();
  copy.text = reject.ToString();
  return copy;
}

}  // namespace

absl::Status RecordingRejectHandler::OnReject(const Reject& reject) {
  const std::lock_guard lock(mutex_);
  ++num_calls_;
  if (!faults_.empty()) {
    const Fault fault = std::move(faults_.front());
    faults_.pop_front();
    if (!fault.exception.empty()) throw std::runtime_error(fault.exception);
    return fault.status;
  }
  rejects_.push_back(Copy(reject));
  recorded_.notify_all();
  return absl::OkStatus();
}

std::vector<RecordedReject> RecordingRejectHandler::rejects() const {
  const std::lock_guard lock(mutex_);
  return rejects_;
}

std::vector<std::string> RecordingRejectHandler::texts() const {
  std::vector<std::string> texts;
  for (const RecordedReject& reject : rejects()) texts.push_back(reject.text);
  return texts;
}

size_t RecordingRejectHandler::num_rejects() const {
  const std::lock_guard lock(mutex_);
  return rejects_.size();
}

int RecordingRejectHandler::num_calls() const {
  const std::lock_guard lock(mutex_);
  return num_calls_;
}

void RecordingRejectHandler::Return(absl::Status status, int times) {
  const std::lock_guard lock(mutex_);
  faults_.insert(faults_.end(), static_cast<size_t>(times), {status, ""});
}

void RecordingRejectHandler::Throw(std::string what, int times) {
  const std::lock_guard lock(mutex_);
  faults_.insert(faults_.end(), static_cast<size_t>(times),
                 {absl::OkStatus(), what});
}

void RecordingRejectHandler::EndFaults() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
}

bool RecordingRejectHandler::WaitForRejects(size_t count,
                                            absl::Duration timeout) const {
  std::unique_lock lock(mutex_);
  return recorded_.wait_for(lock, absl::ToChronoMilliseconds(timeout),
                            [&] { return rejects_.size() >= count; });
}

}  // namespace rowfall::testing
