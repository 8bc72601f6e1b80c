// SPDX-License-Identifier: Apache-2.0
// A batch in parts, where memory does not suffice for the whole, and the ranges
// of what is left of it.
#include <algorithm>

#include "engine/batch_job.h"

namespace rowfall::engine {

void BatchJob::BeginPart(size_t begin) {
  begin_ = begin;
  end_ = std::min(messages_.size(), begin + max_part_);
  num_rejected_ = num_rejected_before_ = 0;
  num_bad_before_ = bad_.size();
  step_ = Step::kProcess;
}

bool BatchJob::StartOver() {
  // What was begun goes on where it is: rejects that were handed over, and rows
  // that were written, must not come twice without need.
  if (step_ == Step::kRejects || step_ == Step::kCount ||
      (step_ == Step::kWrite && writer_->rows_written() != 0)) {
    return false;
  }
  step_ = Step::kProcess;
  num_rejected_ = num_rejected_before_;
  const size_t size = end_ - begin_;
  if (size < 2 || rows_written_before_ != 0) return false;
  max_part_ = size / 2;
  end_ = begin_ + max_part_;
  return true;
}

std::vector<PartitionRange> BatchJob::PartRanges() const {
  if (begin_ == 0 && end_ == messages_.size()) return ranges_;
  std::vector<PartitionRange> ranges;
  for (const PartitionRange& range : ranges_) {
    const int64_t from = begin_ == 0 ? range.from : OffsetBefore(begin_, range);
    const int64_t to = OffsetBefore(end_, range);
    if (from == to) continue;
    ranges.push_back({range.partition, from, to, range.mark, range.from_mark});
    // The last part in which the partition was is where it begins.
    const auto before = std::find_if(
        parts_.rbegin(), parts_.rend(), [&](const PartitionRange& part) {
          return part.partition == range.partition;
        });
    if (before != parts_.rend()) ranges.back().from_mark = before->mark;
  }
  return ranges;
}

int64_t BatchJob::OffsetBefore(size_t i, const PartitionRange& range) const {
  for (; i < messages_.size(); ++i) {
    const MessageBatch::Position position = messages_.position(i);
    if (position.partition == range.partition.partition &&
        position.topic == range.partition.topic) {
      return position.offset;
    }
  }
  return range.to;
}

void BatchJob::CutRanges(size_t num_messages) {
  // Partitions keep their order within a batch, so the first message that is
  // given back is where its partition ends.
  for (size_t i = messages_.size(); i-- > num_messages;) {
    const MessageBatch::Position position = messages_.position(i);
    for (PartitionRange& range : ranges_) {
      if (range.partition.partition == position.partition &&
          range.partition.topic == position.topic) {
        range.to = position.offset;
      }
    }
  }
  std::erase_if(ranges_, [](const PartitionRange& range) {
    return range.from == range.to;
  });
}

}  // namespace rowfall::engine
