// SPDX-License-Identifier: Apache-2.0
// The tokens of a statement with a position, as the parser reads them.
#ifndef ROWFALL_SQL_TOKEN_STREAM_H_
#define ROWFALL_SQL_TOKEN_STREAM_H_

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rowfall/error.h"
#include "sql/lexer.h"

namespace rowfall::sql {

// A name as the user wrote it.
struct WrittenName {
  std::string value;  // Without backticks, case kept.
  std::string text;   // As SHOW prints it, with backticks.
  TextPlace place;
};

class TokenStream {
 public:
  // REQUIRES: `tokens` ends in kEnd.
  explicit TokenStream(std::vector<Token> tokens)
      : tokens_(std::move(tokens)) {}

  // The token `ahead` of the position; kEnd behind the last one.
  const Token& Peek(size_t ahead = 0) const;
  // Returns the token at the position and goes on, but never behind kEnd.
  const Token& Take();
  size_t position() const { return position_; }

  // Whether an unquoted word (any case) or a symbol is there.
  bool AtWord(std::string_view word, size_t ahead = 0) const;
  bool AtSymbol(std::string_view symbol, size_t ahead = 0) const;
  bool AtEnd() const { return Peek().kind == Token::Kind::kEnd; }
  // Goes on behind it if it is there.
  bool AcceptWord(std::string_view word);
  bool AcceptSymbol(std::string_view symbol);
  // Errors: InvalidArgument: something else is there.
  absl::Status ExpectWord(std::string_view word);
  absl::Status ExpectSymbol(std::string_view symbol);

  // Takes a name: in backticks or a word that is not reserved. `what` is for
  // the error: "Expected <what>, found ...".
  absl::StatusOr<WrittenName> ExpectName(std::string_view what);
  // The same with every word, where no keyword can be meant.
  absl::StatusOr<WrittenName> ExpectAnyWord(std::string_view what);

  // Returns the error "Expected <what>, found <the token there>" and, where
  // that is a word near one of `words`, the nearest.
  absl::Status Unexpected(
      std::string_view what,
      std::initializer_list<std::string_view> words = {}) const;

  // Returns the tokens from `first` up to (without) `end` as text: what is
  // between two of them is one blank or nothing.
  std::string TextOf(size_t first, size_t end) const;
  std::string TextFrom(size_t first) const { return TextOf(first, position_); }

 private:
  WrittenName TakeName();

  std::vector<Token> tokens_;
  size_t position_ = 0;
};

// Returns `token` as SHOW prints it: as written, but strings with control
// characters are written anew with escapes, so that lines stay lines.
std::string TokenText(const Token& token);

// Returns `value` as a string literal in single quotes.
std::string StringLiteral(std::string_view value);

}  // namespace rowfall::sql

#endif  // ROWFALL_SQL_TOKEN_STREAM_H_
