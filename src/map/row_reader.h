// SPDX-License-Identifier: Apache-2.0
// Reads the objects of a message into columns, one row each.
#ifndef ROWFALL_MAP_ROW_READER_H_
#define ROWFALL_MAP_ROW_READER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/leaf.h"
#include "json/scanner.h"
#include "map/leaf_tree.h"
#include "rowfall/column.h"

namespace rowfall::map {

// A value that does not fit its column.
struct ValueError {
  uint32_t leaf = 0;
  std::string reason;
  const char* at = nullptr;
};

// Not copyable: knows its columns and notes what it saw. Recurses as deep as
// the paths of the leaves lead, at most json::kMaxDepth levels: 130 KB of the
// stack in a debug build.
class RowReader {
 public:
  RowReader(std::span<const data::Leaf> leaves, int max_depth,
            size_t max_value_bytes);
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

  // Sets the columns to write to, one a leaf, all with `rows` rows.
  void SetColumns(std::span<Column* const> columns, size_t rows);
  size_t num_rows() const { return rows_; }
  // Why and where the last call that returned null failed.
  json::ScanContext& context() { return context_; }

  // Reads the object at `p`, which stands inside of `depth` arrays. Returns
  // its end, or null where it is no JSON; Truncate() must follow then. A row
  // with a FatalError() is not kept.
  const char* ReadRow(const char* p, int depth);
  // The values of the last row that do not fit, in order, one a leaf at most.
  // They are NULL if the row was kept.
  std::span<const ValueError> errors() const { return errors_; }
  // The first of them whose leaf is not replaceable, or null.
  const ValueError* FatalError() const;

  // Removes all rows from `rows` on, the unfinished one too.
  void Truncate(size_t rows);

 private:
  struct Target {
    Column* column;
    Type type;
    bool replaceable;
  };

  // A key that was read: where its value begins (null: failed), what it leads
  // to, and the guess that knows it.
  struct Key {
    const char* value = nullptr;
    uint32_t node = kNoNode;
    size_t position = 0;
  };

  const char* Fail(json::ScanError error, const char* at) {
    return context_.Fail(error, at);
  }
  const char* ReadObject(Node& node, const char* p, int depth);
  Key ReadKey(Node& node, const char* p, size_t i);
  uint32_t FindChild(const Node& node, const char* key, const char* quote,
                     bool escaped);
  const char* ReadArray(Node& node, const char* p, int depth);
  const char* ReadNode(Node& node, const char* p, int depth);
  const char* ReadBranch(Node& node, const char* p, int depth);
  const char* ReadLeaf(uint32_t leaf, const char* p, int depth);
  const char* ReadLeafSlowly(uint32_t leaf, const char* p, int depth);
  const char* ReadJson(uint32_t leaf, const char* p, int depth);
  const char* Skip(const char* p, int depth, ShapeGuess* shape = nullptr);
  void AppendValue(uint32_t leaf, const char* begin, const char* end);
  void Forget(uint32_t leaf);
  void Reset(const Node& node);
  void FinishRow();
  // Drops values of the row at `begin` that are too large.
  void CheckValues(const char* begin);

  json::ScanContext context_;
  LeafTree tree_;
  std::vector<Target> targets_;
  std::vector<ShapeGuess> shapes_;  // Of json leaves.
  const size_t max_value_bytes_;
  size_t rows_ = 0;
  uint64_t row_stamp_ = 0;          // Never the same for two rows.
  std::vector<ValueError> errors_;  // Of the row, one a leaf at most.
  std::string reason_;
  std::string decoded_key_;
};

}  // namespace rowfall::map

#endif  // ROWFALL_MAP_ROW_READER_H_
