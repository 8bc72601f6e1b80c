// SPDX-License-Identifier: Apache-2.0
// Reading tokens, and the error of a token that is not what must be there.
#include "sql/token_stream.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "sql/words.h"

namespace rowfall::sql {
namespace {

using Kind = Token::Kind;

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

std::string Found(const Token& token) {
  if (token.kind == Kind::kEnd) return "the end of the statement";
  // What is in it could be a secret.
  if (token.kind == Kind::kString) return "a text in quotes";
  return base::Quote(token.text);
}

}  // namespace

const Token& TokenStream::Peek(size_t ahead) const {
  return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

const Token& TokenStream::Take() {
  const Token& token = Peek();
  if (token.kind != Kind::kEnd) ++position_;
  return token;
}

bool TokenStream::AtWord(std::string_view word, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == Kind::kWord && base::EqualsIgnoreCase(token.text, word);
}

bool TokenStream::AtSymbol(std::string_view symbol, size_t ahead) const {
  const Token& token = Peek(ahead);
  return token.kind == Kind::kSymbol && token.text == symbol;
}

bool TokenStream::AcceptWord(std::string_view word) {
  if (!AtWord(word)) return false;
  Take();
  return true;
}

bool TokenStream::AcceptSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Take();
  return true;
}

absl::Status TokenStream::ExpectWord(std::string_view word) {
  if (AcceptWord(word)) return absl::OkStatus();
  return Unexpected(word, {word});
}

absl::Status TokenStream::ExpectSymbol(std::string_view symbol) {
  if (AcceptSymbol(symbol)) return absl::OkStatus();
  return Unexpected(base::Cat("'", symbol, "'"));
}

WrittenName TokenStream::TakeName() {
  const Token& token = Take();
  return {
      token.kind == Kind::kQuotedName ? token.value : std::string(token.text),
      TokenText(token), token.place};
}

absl::StatusOr<WrittenName> TokenStream::ExpectName(std::string_view what) {
  if (Peek().kind == Kind::kWord && IsReserved(Peek().text)) {
    return Unexpected(what);
  }
  return ExpectAnyWord(what);
}

absl::StatusOr<WrittenName> TokenStream::ExpectAnyWord(std::string_view what) {
  if (Peek().kind != Kind::kWord && Peek().kind != Kind::kQuotedName) {
    return Unexpected(what);
  }
  return TakeName();
}

absl::Status TokenStream::Unexpected(
    std::string_view what,
    std::initializer_list<std::string_view> words) const {
  const Token& token = Peek();
  std::string text = base::Cat("Expected ", what, ", found ", Found(token));
  // Single letters are near to everything short.
  const bool is_known = std::any_of(words.begin(), words.end(), [&](auto word) {
    return base::EqualsIgnoreCase(word, token.text);
  });
  if (token.kind == Kind::kWord && token.text.size() > 1 && !is_known) {
    const std::vector<std::string> known(words.begin(), words.end());
    text += base::DidYouMean(token.text, known);
  }
  return base::InvalidAt(token.place, text);
}

std::string TokenStream::TextOf(size_t first, size_t end) const {
  std::string text;
  for (size_t i = first; i < end; ++i) {
    if (i > first && tokens_[i].gap_before) text += ' ';
    text += TokenText(tokens_[i]);
  }
  return text;
}

std::string TokenText(const Token& token) {
  if (token.kind == Kind::kString && HasControl(token.text)) {
    return StringLiteral(token.value);
  }
  return std::string(token.text);
}

std::string StringLiteral(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') {
      text += '\\';
      text += c;
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (c == '\t') {
      text += "\\t";
    } else if (HasControl({&c, 1})) {
      text += base::EscapeControl({&c, 1});
    } else {
      text += c;
    }
  }
  text += '\'';
  return text;
}

}  // namespace rowfall::sql
