// SPDX-License-Identifier: Apache-2.0
// A table of the host that takes each message exactly once.
#ifndef ROWFALL_EXAMPLES_EXACTLY_ONCE_TERMS_TABLE_H_
#define ROWFALL_EXAMPLES_EXACTLY_ONCE_TERMS_TABLE_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "examples/exactly_once/journal.h"
#include "rowfall/sink.h"

namespace rowfall::examples {

// Rows (id, name) and, beside them, how far each consumer group has come. Both
// change in one record of a journal, so that neither is ever there without the
// other: this is all that "exactly once" needs. The table has no key; a message
// that came twice would be there twice.
//
// Shared by all workers that write to it, and by those that were thought dead
// and are not. Thread-safe.
class TermsTable {
 public:
  explicit TermsTable(std::string journal_path)
      : path_(std::move(journal_path)) {}

  // As Sink::Write().
  absl::Status Write(const Batch& rows, const WriteContext& context);
  // As Sink::LoadPositions().
  absl::StatusOr<std::vector<PartitionOffset>> LoadPositions(
      std::string_view consumer_group);

  // The rows as JSON objects, in the order of writing.
  absl::StatusOr<std::vector<std::string>> Rows();

 private:
  // A group's position in a partition.
  using Key = std::pair<std::string, TopicPartition>;
  struct Position {
    int64_t offset = 0;
    std::string mark;
  };

  // Opens the journal and learns from it what is there, if that is not known.
  absl::Status Learn();
  absl::Status Compare(const WriteContext& context) const;
  void Apply(std::string_view record);

  const std::string path_;
  std::mutex mutex_;
  // All below is guarded by mutex_. Null: what is stored is not known.
  std::unique_ptr<Journal> journal_;
  Journal::IfAbsent if_absent_ = Journal::IfAbsent::kMake;
  std::map<Key, Position> positions_;
  std::vector<std::string> rows_;
};

// Gives the table the name `terms`.
std::shared_ptr<TableProvider> MakeTables(std::shared_ptr<TermsTable> table);

}  // namespace rowfall::examples

#endif  // ROWFALL_EXAMPLES_EXACTLY_ONCE_TERMS_TABLE_H_
