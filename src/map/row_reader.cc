// SPDX-License-Identifier: Apache-2.0
// The one pass over a message's objects.
#include "map/row_reader.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "coerce/coerce.h"
#include "coerce/reason.h"
#include "data/column_memory.h"
#include "json/escape.h"
#include "json/walk.h"
#include "map/leaf_writer.h"

namespace rowfall::map {
namespace {

using json::ScanError;

// What ReadKey() finds in place of a key.
constexpr uint32_t kObjectEnd = kNoNode - 1;

}  // namespace

RowReader::RowReader(std::span<const data::Leaf> leaves, int max_depth,
                     size_t max_value_bytes)
    : tree_(leaves), max_value_bytes_(max_value_bytes) {
  context_.max_depth = max_depth;
  for (const data::Leaf& leaf : leaves) {
    targets_.push_back({nullptr, leaf.type, leaf.replaceable});
  }
  shapes_.resize(leaves.size());
}

void RowReader::SetColumns(std::span<Column* const> columns, size_t rows) {
  for (size_t i = 0; i < targets_.size(); ++i) targets_[i].column = columns[i];
  rows_ = rows;
}

const char* RowReader::ReadRow(const char* p, int depth) {
  ++row_stamp_;
  errors_.clear();
  const char* const end = ReadObject(tree_.root(), p, depth);
  if (end == nullptr) return nullptr;
  // No value takes more than four times its text, [1,2] as multi64.
  if (static_cast<size_t>(end - p) > max_value_bytes_ / 4) [[unlikely]]
    CheckValues(p);
  FinishRow();
  return end;
}

void RowReader::CheckValues(const char* begin) {
  for (uint32_t leaf = 0; leaf < targets_.size(); ++leaf) {
    Column& column = *targets_[leaf].column;
    if (column.size() == rows_ ||
        data::ValueBytes(column, rows_) <= max_value_bytes_) {
      continue;
    }
    column.Truncate(rows_);
    errors_.push_back({leaf, coerce::TooLargeText(max_value_bytes_), begin});
  }
}

void RowReader::FinishRow() {
  if (!errors_.empty()) [[unlikely]] {
    std::sort(
        errors_.begin(), errors_.end(),
        [](const ValueError& a, const ValueError& b) { return a.at < b.at; });
    if (FatalError() != nullptr) return Truncate(rows_);
  }
  ++rows_;
  for (const Target& target : targets_) {
    if (target.column->size() != rows_) target.column->AppendNull();
  }
}

const ValueError* RowReader::FatalError() const {
  for (const ValueError& error : errors_) {
    if (!targets_[error.leaf].replaceable) return &error;
  }
  return nullptr;
}

void RowReader::Truncate(size_t rows) {
  for (const Target& target : targets_) {
    if (target.column->size() > rows) target.column->Truncate(rows);
  }
  rows_ = rows;
}

// Reads the object at `p`. No allocation, no lookup and one comparison for a
// key that is where it was in the object before (bench/mapper_bench).
const char* RowReader::ReadObject(Node& node, const char* p, int depth) {
  if (depth >= context_.max_depth) return Fail(ScanError::kTooDeep, p);
  ++p;
  for (size_t i = 0;; ++i) {
    uint32_t child;
    if (const KeyGuess* guess = node.guesses.Match(i, p)) [[likely]] {
      child = guess->node();
      p = json::SkipSpace(p + guess->size());
    } else if (*p == '}') {
      return p + 1;
    } else {
      const Key key = ReadKey(node, p, i);
      p = key.value;
      child = key.node;
      i = key.position;
      if (p == nullptr || child == kObjectEnd) return p;
    }
    p = child == kNoNode ? Skip(p, depth + 1, node.guesses.Shape(i))
                         : ReadNode(tree_.node(child), p, depth + 1);
    if (p == nullptr) return nullptr;
  }
}

// Reads from behind a value, or behind '{' for i = 0, to the next value.
RowReader::Key RowReader::ReadKey(Node& node, const char* p, size_t i) {
  const char* const begin = p;
  p = json::SkipSpace(p);
  if (*p == '}') return {p + 1, kObjectEnd, i};
  if (i != 0) {
    // Some objects lack a key that others have: what is known stays known.
    if (const KeyGuess* next = node.guesses.Match(i + 1, begin)) {
      return {json::SkipSpace(begin + next->size()), next->node(), i + 1};
    }
    if (*p != ',') return {Fail(ScanError::kExpectedCommaOrBrace, p)};
    p = json::SkipSpace(p + 1);
  }
  if (*p != '"') return {Fail(ScanError::kExpectedKey, p)};
  const char* const key = p + 1;
  bool escaped;
  const char* const quote = json::ScanString(key, context_, escaped);
  if (quote == nullptr) return {nullptr};
  const uint32_t child = FindChild(node, key, quote, escaped);
  p = json::ScanColon(quote + 1, context_);
  if (p != nullptr) node.guesses.Learn(i, begin, p, child);
  return {p, child, i};
}

uint32_t RowReader::FindChild(const Node& node, const char* key,
                              const char* quote, bool escaped) {
  const size_t size = static_cast<size_t>(quote - key);
  if (!escaped) return node.keys.Find({key, size});
  decoded_key_.resize(size);
  const char* const end = json::DecodeTo({key, size}, decoded_key_.data());
  decoded_key_.resize(static_cast<size_t>(end - decoded_key_.data()));
  return node.keys.Find(decoded_key_);
}

// Reads the array at `p` for the sake of some of its elements.
const char* RowReader::ReadArray(Node& node, const char* p, int depth) {
  if (depth >= context_.max_depth) return Fail(ScanError::kTooDeep, p);
  p = json::SkipSpace(p + 1);
  if (*p == ']') return p + 1;
  auto wanted = node.indexes.begin();
  while (wanted != node.indexes.end() && wanted->first < 0) ++wanted;
  for (int64_t i = 0;; ++i) {
    if (wanted != node.indexes.end() && wanted->first == i) {
      p = ReadNode(tree_.node(wanted->second), p, depth + 1);
      ++wanted;
    } else {
      p = Skip(p, depth + 1);
    }
    if (p == nullptr) return nullptr;
    p = json::SkipSpace(p);
    if (*p == ']') return p + 1;
    if (*p != ',') return Fail(ScanError::kExpectedCommaOrBracket, p);
    p = json::SkipSpace(p + 1);
  }
}

// Reads a wanted value. Of values under one key the last one counts, and
// nothing below an earlier one.
inline const char* RowReader::ReadNode(Node& node, const char* p, int depth) {
  if (node.row_seen == row_stamp_) [[unlikely]]
    Reset(node);
  node.row_seen = row_stamp_;
  if (node.single_leaf) return ReadLeaf(node.leaves.front(), p, depth);
  return ReadBranch(node, p, depth);
}

const char* RowReader::ReadBranch(Node& node, const char* p, int depth) {
  const char* const begin = p;
  if (*p == '{' && !node.keys.empty()) {
    p = ReadObject(node, p, depth);
  } else if (*p == '[' && !node.indexes.empty()) {
    p = ReadArray(node, p, depth);
  } else {
    p = Skip(p, depth);
  }
  if (p == nullptr) return nullptr;
  for (const uint32_t leaf : node.leaves) AppendValue(leaf, begin, p);
  return p;
}

// Apart from Reset(), whose frames are there once a level.
[[gnu::noinline]] void RowReader::Forget(uint32_t leaf) {
  Column& column = *targets_[leaf].column;
  if (column.size() > rows_) column.Truncate(rows_);
  std::erase_if(errors_,
                [leaf](const ValueError& e) { return e.leaf == leaf; });
}

void RowReader::Reset(const Node& node) {
  for (const uint32_t leaf : node.leaves) Forget(leaf);
  for (const uint32_t child : node.children) Reset(tree_.node(child));
}

inline const char* RowReader::ReadLeaf(uint32_t leaf, const char* p,
                                       int depth) {
  Column& out = *targets_[leaf].column;
  const char* end = nullptr;
  switch (targets_[leaf].type) {
    case Type::kBigint:
    case Type::kTimestamp:
      end = WriteBigint(p, out);
      break;
    case Type::kInt:
      end = WriteInt(p, out);
      break;
    case Type::kText:
      if (*p == '"') return WriteText(p + 1, out, context_);
      break;
    case Type::kJson:
      return ReadJson(leaf, p, depth);
    case Type::kMulti:
      end = WriteMulti(p, out);
      break;
    case Type::kMulti64:
      end = WriteMulti64(p, out);
      break;
    case Type::kDouble:
      end = WriteDouble(p, out);
      break;
    case Type::kFloat:
      end = WriteFloat(p, out);
      break;
    case Type::kBool:
      end = WriteBool(p, out);
      break;
    case Type::kFloatVector:
      end = WriteVector(p, out);
      break;
  }
  return end != nullptr ? end : ReadLeafSlowly(leaf, p, depth);
}

const char* RowReader::ReadLeafSlowly(uint32_t leaf, const char* p, int depth) {
  const char* const end = Skip(p, depth);
  if (end != nullptr) AppendValue(leaf, p, end);
  return end;
}

const char* RowReader::ReadJson(uint32_t leaf, const char* p, int depth) {
  Column& out = *targets_[leaf].column;
  const char* const end = Skip(p, depth, &shapes_[leaf]);
  if (end == nullptr) return nullptr;
  if (*p == 'n') {
    out.AppendNull();
    return end;
  }
  const size_t size = static_cast<size_t>(end - p);
  Buffer& values = out.mutable_values();
  const size_t before = values.size();
  values.Reserve(before + size);
  char* const to = values.data() + before;
  FinishText(out, before,
             static_cast<size_t>(json::CompactPaddedTo({p, size}, to) - to));
  return end;
}

void RowReader::AppendValue(uint32_t leaf, const char* begin, const char* end) {
  Column& out = *targets_[leaf].column;
  const std::string_view text(begin, static_cast<size_t>(end - begin));
  if (coerce::AppendJson(text, out, reason_)) return;
  errors_.push_back({leaf, reason_, begin});
}

// Reads a value for its end alone.
inline const char* RowReader::Skip(const char* p, int depth,
                                   ShapeGuess* shape) {
  if (*p == '"') {
    bool escaped;
    p = json::ScanString(p + 1, context_, escaped);
    return p == nullptr ? p : p + 1;
  }
  if (const char* const end = json::FindNumberEnd(p)) return end;
  if (shape != nullptr && (*p == '{' || *p == '['))
    return shape->Skip(p, depth, context_);
  return json::SkipValue(p, depth, context_);
}

}  // namespace rowfall::map
