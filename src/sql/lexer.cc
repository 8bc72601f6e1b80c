// SPDX-License-Identifier: Apache-2.0
// The tokens of grammar.md, section "Tokens".
#include "sql/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/status.h"
#include "base/text.h"
#include "sql/limits.h"
#include "sql/utf8.h"

namespace rowfall::sql {
namespace {

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsWordStart(char c) {
  const char lower = base::ToLower(c);
  return (lower >= 'a' && lower <= 'z') || c == '_';
}
bool IsWordPart(char c) { return IsWordStart(c) || IsDigit(c); }
bool IsControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// Longer ones first. Some are known only to be refused by name.
constexpr std::array<std::string_view, 37> kSymbols = {
    "<=>", "->>", "<=", ">=", "<>", "!=", "&&", "||", "<<", ">>",
    "->",  ":=",  "::", "(",  ")",  "+",  "-",  "*",  "/",  "%",
    ",",   ";",   "=",  "<",  ">",  ".",  "[",  "]",  "{",  "}",
    "!",   "&",   "|",  "^",  "~",  ":",  "@"};

absl::Status TooLong(TextPlace place, std::string_view what, size_t max_bytes,
                     std::string_view text) {
  return base::InvalidAt(place, base::Cat(what, " is longer than ", max_bytes,
                                          " bytes: ", base::Quote(text, 20)));
}

int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = base::ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

TextPlace Lexer::PlaceAt(size_t position) {
  for (; place_position_ < position; ++place_position_) {
    if (text_[place_position_] == '\n') {
      ++place_.line;
      place_.column = 1;
    } else {
      ++place_.column;
    }
  }
  return place_;
}

absl::Status Lexer::SkipBlanks() {
  while (position_ < text_.size()) {
    if (IsBlank(text_[position_])) {
      ++position_;
    } else if (text_.substr(position_, 2) == "--") {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (text_.substr(position_, 2) == "/*") {
      const size_t end = text_.find("*/", position_ + 2);
      if (end == std::string_view::npos) {
        return base::InvalidAt(PlaceAt(position_), "Comment does not end");
      }
      position_ = end + 2;
    } else {
      break;
    }
    gap_ = true;
  }
  return absl::OkStatus();
}

absl::StatusOr<Token> Lexer::Finish(Kind kind, size_t end) {
  Token token;
  token.kind = kind;
  token.gap_before = gap_;
  token.place = PlaceAt(position_);
  token.text = text_.substr(position_, end - position_);
  position_ = end;
  gap_ = false;
  return token;
}

absl::StatusOr<Token> Lexer::Next() {
  ROWFALL_RETURN_IF_ERROR(SkipBlanks());
  if (position_ == text_.size()) return Finish(Kind::kEnd, position_);
  const char c = text_[position_];
  if (IsWordStart(c)) return ReadWord();
  if (IsDigit(c) || (c == '.' && IsDigit(At(position_ + 1)))) {
    return ReadNumber();
  }
  if (c == '\'' || c == '"' || c == '`') return ReadQuoted(c);
  return ReadSymbol();
}

absl::StatusOr<Token> Lexer::ReadWord() {
  size_t end = position_;
  while (IsWordPart(At(end))) ++end;
  if (end - position_ > kMaxNameBytes) {
    return TooLong(PlaceAt(position_), "Name", kMaxNameBytes,
                   text_.substr(position_, end - position_));
  }
  return Finish(Kind::kWord, end);
}

absl::StatusOr<Token> Lexer::ReadNumber() {
  size_t end = position_;
  while (IsDigit(At(end))) ++end;
  if (At(end) == '.') ++end;
  while (IsDigit(At(end))) ++end;
  if (base::ToLower(At(end)) == 'e') {
    const size_t sign = At(end + 1) == '+' || At(end + 1) == '-' ? 1 : 0;
    if (IsDigit(At(end + 1 + sign))) {
      end += 1 + sign;
      while (IsDigit(At(end))) ++end;
    }
  }
  if (IsWordPart(At(end)) || At(end) == '.') {
    while (IsWordPart(At(end)) || At(end) == '.') ++end;
    return base::InvalidAt(
        PlaceAt(position_),
        base::Cat("Malformed number: ",
                  base::Quote(text_.substr(position_, end - position_))));
  }
  if (end - position_ > kMaxLiteralBytes) {
    return TooLong(PlaceAt(position_), "Number", kMaxLiteralBytes,
                   text_.substr(position_, end - position_));
  }
  return Finish(Kind::kNumber, end);
}

// \ escapes only in strings; a doubled quote stands for one everywhere.
absl::StatusOr<Token> Lexer::ReadQuoted(char quote) {
  const bool is_name = quote == '`';
  std::string value;
  size_t i = position_ + 1;
  while (true) {
    if (i >= text_.size()) {
      return base::InvalidAt(
          PlaceAt(position_),
          base::Cat(is_name ? "Quoted name" : "String", " does not end"));
    }
    if (text_[i] == quote) {
      if (At(i + 1) != quote) break;
      value += quote;
      i += 2;
    } else if (text_[i] == '\\' && !is_name) {
      ROWFALL_RETURN_IF_ERROR(ReadEscape(i, value));
    } else if (is_name && IsControl(text_[i])) {
      return base::InvalidAt(PlaceAt(i), "Quoted name has a control character");
    } else {
      value += text_[i++];
    }
  }
  if (is_name && value.size() > kMaxNameBytes) {
    return TooLong(PlaceAt(position_), "Name", kMaxNameBytes, value);
  }
  if (!is_name && value.size() > kMaxLiteralBytes) {
    // Without the text, which could be a secret.
    return base::InvalidAt(PlaceAt(position_),
                           base::Cat("String is longer than ", kMaxLiteralBytes,
                                     " bytes: ", value.size()));
  }
  if (is_name && value.empty()) {
    return base::InvalidAt(PlaceAt(position_), "Quoted name is empty");
  }
  auto token = Finish(is_name ? Kind::kQuotedName : Kind::kString, i + 1);
  if (token.ok()) token->value = std::move(value);
  return token;
}

// `i` is at the backslash and goes behind the escape.
absl::Status Lexer::ReadEscape(size_t& i, std::string& value) {
  constexpr std::string_view kLetters = "'\"`\\nrtbf";
  constexpr std::string_view kValues = "'\"`\\\n\r\t\b\f";
  const char c = At(i + 1);
  const size_t known = c == '\0' ? kLetters.npos : kLetters.find(c);
  if (known != kLetters.npos) {
    value += kValues[known];
    i += 2;
    return absl::OkStatus();
  }
  const int code = c != 'x' || HexDigit(At(i + 2)) < 0
                       ? -1
                       : HexDigit(At(i + 2)) * 16 + HexDigit(At(i + 3));
  if (code > 0 && code < 0x80 && HexDigit(At(i + 3)) >= 0) {
    value += static_cast<char>(code);
    i += 4;
    return absl::OkStatus();
  }
  const size_t length =
      i + 1 < text_.size() ? Utf8Length(text_.substr(i + 1)) : 0;
  return base::InvalidAt(
      PlaceAt(i), base::Cat("Unknown escape in string, a backslash is written "
                            "twice: ",
                            base::Quote(text_.substr(i, 1 + length))));
}

absl::StatusOr<Token> Lexer::ReadSymbol() {
  for (const std::string_view symbol : kSymbols) {
    if (text_.substr(position_, symbol.size()) == symbol) {
      return Finish(Kind::kSymbol, position_ + symbol.size());
    }
  }
  const size_t length =
      std::max<size_t>(1, Utf8Length(text_.substr(position_)));
  return base::InvalidAt(
      PlaceAt(position_),
      base::Cat("Unexpected character: ",
                base::Quote(text_.substr(position_, length))));
}

absl::StatusOr<std::vector<Token>> Tokenize(std::string_view text) {
  if (text.size() > kMaxStatementBytes) {
    return base::InvalidAt(
        {1, 1}, base::Cat("Statement is longer than ", kMaxStatementBytes,
                          " bytes: ", text.size()));
  }
  if (const size_t bad = FindInvalidUtf8(text); bad != text.npos) {
    return base::InvalidAt(base::PlaceOf(text, bad), "Statement is not UTF-8");
  }
  if (const size_t bad = text.find('\0'); bad != text.npos) {
    return base::InvalidAt(base::PlaceOf(text, bad),
                           "Statement has a NUL character");
  }
  Lexer lexer(text);
  std::vector<Token> tokens;
  while (true) {
    ROWFALL_ASSIGN_OR_RETURN(Token token, lexer.Next());
    const bool is_end = token.kind == Token::Kind::kEnd;
    if (is_end && !tokens.empty()) {
      const std::string_view last = tokens.back().text;
      token.place = base::PlaceOf(
          text, static_cast<size_t>(last.data() - text.data()) + last.size());
    }
    if (!is_end && tokens.size() == kMaxTokens) {
      return base::InvalidAt(token.place, base::Cat("Statement has more than ",
                                                    kMaxTokens, " tokens"));
    }
    tokens.push_back(std::move(token));
    if (is_end) return tokens;
  }
}

}  // namespace rowfall::sql
