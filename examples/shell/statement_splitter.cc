// SPDX-License-Identifier: Apache-2.0
// Finds where statements end.
#include "examples/shell/statement_splitter.h"

#include <utility>

#include "examples/shell/words.h"

namespace rowfall::shell {

bool StatementSplitter::in_statement() const {
  return state_ != State::kText || SkipBlank(text_) < text_.size();
}

bool StatementSplitter::AtPair(char first, char second) const {
  return text_[position_] == first && position_ + 1 < text_.size() &&
         text_[position_ + 1] == second;
}

bool StatementSplitter::Step(std::vector<std::string>& items) {
  const char c = text_[position_];
  switch (state_) {
    case State::kQuote:
      // A doubled quote ends and begins again, which comes to the same.
      // SQLite knows no backslash escapes.
      if (c == '\\' && quote_ != '`' && IsEngineStatement(text_)) ++position_;
      if (c == quote_) state_ = State::kText;
      break;
    case State::kLineComment:
      if (c == '\n') state_ = State::kText;
      break;
    case State::kBlockComment:
      if (!AtPair('*', '/')) break;
      ++position_;
      state_ = State::kText;
      break;
    case State::kText:
      if (c == ';') {
        items.push_back(text_.substr(0, position_));
        text_.erase(0, position_ + 1);
        position_ = 0;
        return true;
      }
      if (c == '\'' || c == '"' || c == '`') {
        quote_ = c;
        state_ = State::kQuote;
      } else if (AtPair('-', '-')) {
        state_ = State::kLineComment;
      } else if (AtPair('/', '*')) {
        ++position_;
        state_ = State::kBlockComment;
      }
  }
  ++position_;
  return false;
}

std::vector<std::string> StatementSplitter::AddLine(std::string_view line) {
  if (!in_statement() && line.starts_with('.')) {
    text_.clear();
    position_ = 0;
    return {std::string(line)};
  }
  text_.append(line).push_back('\n');
  std::vector<std::string> items;
  while (position_ < text_.size()) Step(items);
  std::erase_if(items, [](const std::string& item) {
    return SkipBlank(item) == item.size();
  });
  if (!in_statement()) {
    text_.clear();
    position_ = 0;
  }
  return items;
}

std::optional<std::string> StatementSplitter::Finish() {
  if (!in_statement()) return std::nullopt;
  position_ = 0;
  state_ = State::kText;
  return std::exchange(text_, {});
}

}  // namespace rowfall::shell
