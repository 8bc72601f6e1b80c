// SPDX-License-Identifier: Apache-2.0
// Cuts the text of a statement into tokens.
#ifndef ROWFALL_SQL_LEXER_H_
#define ROWFALL_SQL_LEXER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "rowfall/error.h"

namespace rowfall::sql {

struct Token {
  enum class Kind : uint8_t {
    kEnd,
    kWord,        // A keyword or a name.
    kQuotedName,  // `name`
    kString,      // 'text' or "text"
    kNumber,      // 1, 1.5, .5, 1e9; unsigned
    kSymbol,
  };
  Kind kind = Kind::kEnd;
  // Whether white space, a comment or the text's start is before it.
  bool gap_before = false;
  TextPlace place;
  // As written, with quotes; a view into the statement.
  std::string_view text;
  // What the quotes hold, unescaped. Empty for other kinds.
  std::string value;
};

// Reads tokens one by one from a text that must outlive it and its tokens.
// The text need not be checked before.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  // Returns the next token, kEnd again and again at the end.
  // Errors: InvalidArgument with place: what is no token; a string, name or
  // comment that does not end; an unknown escape; a limit.
  absl::StatusOr<Token> Next();

 private:
  using Kind = Token::Kind;

  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  TextPlace PlaceAt(size_t position);
  absl::Status SkipBlanks();
  absl::StatusOr<Token> Finish(Kind kind, size_t end);
  absl::StatusOr<Token> ReadWord();
  absl::StatusOr<Token> ReadNumber();
  absl::StatusOr<Token> ReadQuoted(char quote);
  absl::Status ReadEscape(size_t& i, std::string& value);
  absl::StatusOr<Token> ReadSymbol();

  std::string_view text_;
  size_t position_ = 0;
  bool gap_ = true;
  // The place of what was asked for last; places are asked for in order.
  size_t place_position_ = 0;
  TextPlace place_ = {1, 1};
};

// Returns all tokens and one kEnd, whose place is behind the last token.
// Errors: as Next(), and a text that is too long, not UTF-8, or holds NUL.
absl::StatusOr<std::vector<Token>> Tokenize(std::string_view text);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_LEXER_H_
