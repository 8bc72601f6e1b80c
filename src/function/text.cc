// SPDX-License-Identifier: Apache-2.0
// CONCAT, UPPER, LOWER and CHAR_LENGTH.
#include <cstdint>

#include "coerce/reason.h"
#include "data/memory_budget.h"
#include "function/resolver.h"
#include "function/row_loop.h"
#include "function/type_rules.h"

namespace rowfall::function {
namespace {

struct ConcatKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors& errors) const {
    const size_t max_bytes = data::MaxValueBytes();
    Buffer& bytes = out.mutable_values();
    for (size_t row = 0; row < num_rows; ++row) {
      if (AnyNull(arguments, row)) {
        out.AppendNull();
        continue;
      }
      if (SizeOf(arguments, row) > max_bytes) {
        out.AppendNull();
        errors.Add(row, coerce::TooLargeText(max_bytes));
        continue;
      }
      for (const Argument& argument : arguments) {
        const std::string_view text =
            argument.column->Text(argument.RowOf(row));
        bytes.Append(text.data(), text.size());
      }
      out.FinishList();
    }
  }

  static size_t SizeOf(std::span<const Argument> arguments, size_t row) {
    size_t size = 0;
    for (const Argument& argument : arguments) {
      size += argument.column->Text(argument.RowOf(row)).size();
    }
    return size;
  }
};

// The letters whose other case differs by a fixed step and takes two bytes of
// UTF-8 as well: Latin-1, Greek, Cyrillic.
struct LetterRange {
  uint16_t upper_first, upper_last, to_lower;
};
constexpr LetterRange kLetterRanges[] = {
    {0xc0, 0xd6, 32},    {0xd8, 0xde, 32},    {0x386, 0x386, 38},
    {0x388, 0x38a, 37},  {0x38c, 0x38c, 64},  {0x38e, 0x38f, 63},
    {0x391, 0x3a1, 32},  {0x3a3, 0x3ab, 32},  {0x400, 0x40f, 80},
    {0x410, 0x42f, 32},
};
// Blocks in which upper and lower case letters take turns.
struct PairBlock {
  uint16_t first_upper, last_lower;
};
constexpr PairBlock kPairBlocks[] = {
    {0x100, 0x12f}, {0x132, 0x137}, {0x139, 0x148}, {0x14a, 0x177},
    {0x179, 0x17e}, {0x460, 0x481}, {0x48a, 0x4bf}, {0x4d0, 0x52f},
};

uint16_t LowerOf(uint16_t point) {
  if (point == 0x178) return 0xff;
  for (const LetterRange& range : kLetterRanges) {
    if (point >= range.upper_first && point <= range.upper_last) {
      return static_cast<uint16_t>(point + range.to_lower);
    }
  }
  for (const PairBlock& block : kPairBlocks) {
    if (point >= block.first_upper && point <= block.last_lower) {
      return static_cast<uint16_t>(point + 1 - ((point - block.first_upper) & 1));
    }
  }
  return point;
}

uint16_t UpperOf(uint16_t point) {
  if (point == 0xff) return 0x178;
  if (point == 0x3c2) return 0x3a3;  // The sigma at the end of words.
  for (const LetterRange& range : kLetterRanges) {
    const uint16_t upper = static_cast<uint16_t>(point - range.to_lower);
    if (upper >= range.upper_first && upper <= range.upper_last) return upper;
  }
  for (const PairBlock& block : kPairBlocks) {
    if (point >= block.first_upper && point <= block.last_lower) {
      return static_cast<uint16_t>(point - ((point - block.first_upper) & 1));
    }
  }
  return point;
}

struct ToUpperCase {
  static uint8_t Ascii(uint8_t c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }
  static uint16_t Other(uint16_t point) { return UpperOf(point); }
};
struct ToLowerCase {
  static uint8_t Ascii(uint8_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }
  static uint16_t Other(uint16_t point) { return LowerOf(point); }
};

// Changes the case in place; no letter changes its length.
template <typename Case>
void ChangeCase(std::span<uint8_t> bytes) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint8_t byte = bytes[i];
    if (byte < 0x80) {
      bytes[i] = Case::Ascii(byte);
    } else if (byte >= 0xc2 && byte < 0xe0 && i + 1 < bytes.size()) {
      const uint16_t point =
          Case::Other(static_cast<uint16_t>((byte & 0x1f) << 6 |
                                            (bytes[i + 1] & 0x3f)));
      bytes[i] = static_cast<uint8_t>(0xc0 | point >> 6);
      bytes[++i] = static_cast<uint8_t>(0x80 | (point & 0x3f));
    }
  }
}

template <typename Case>
struct CaseKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      if (argument.IsNull(row)) {
        out.AppendNull();
      } else {
        out.AppendText(argument.column->Text(argument.RowOf(row)));
      }
    }
    // All rows at once: a text never ends within a character.
    ChangeCase<Case>(out.mutable_values().MutableAs<uint8_t>());
  }
};

struct CharLengthKernel {
  void operator()(const CallContext&, std::span<const Argument> arguments,
                  size_t num_rows, Column& out, RowErrors&) const {
    const Argument& argument = arguments[0];
    for (size_t row = 0; row < num_rows; ++row) {
      int64_t characters = 0;
      for (const char c : argument.column->Text(argument.RowOf(row))) {
        characters += (static_cast<uint8_t>(c) & 0xc0) != 0x80;
      }
      out.AppendBigint(characters);
    }
    PropagateNulls(arguments, num_rows, out);
  }
};

}  // namespace

absl::StatusOr<Resolved> ResolveConcat(const Call& call) {
  return MakeResolved(Type::kText,
                      std::vector<Type>(call.arguments.size(), Type::kText),
                      ConcatKernel());
}

absl::StatusOr<Resolved> ResolveChangeCase(const Call& call) {
  const Type type = call.arguments[0].value_or(Type::kText);
  if (!IsScalar(type)) return WrongType(call, "text", type);
  if (call.name == "upper") {
    return MakeResolved(Type::kText, {Type::kText}, CaseKernel<ToUpperCase>());
  }
  return MakeResolved(Type::kText, {Type::kText}, CaseKernel<ToLowerCase>());
}

absl::StatusOr<Resolved> ResolveCharLength(const Call& call) {
  const Type type = call.arguments[0].value_or(Type::kText);
  if (type != Type::kText && type != Type::kJson) {
    return WrongType(call, "text", type);
  }
  return MakeResolved(Type::kBigint, {Type::kText}, CharLengthKernel());
}

}  // namespace rowfall::function
