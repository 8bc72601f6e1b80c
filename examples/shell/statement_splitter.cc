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

bool StatementSplitter::AtCommand() const {
  return state_ == State::kText && text_[position_] == '.' &&
         SkipBlank(text_) == position_;
}

bool StatementSplitter::InTrigger() const {
  std::vector<std::string> words = FirstWords(text_, 3);
  words.resize(3);
  const bool temporary = words[1] == "temp" || words[1] == "temporary";
  if (words[0] != "create" || words[temporary ? 2 : 1] != "trigger") {
    return false;
  }
  // It ends with "; END": the END of a CASE has no semicolon before it.
  const size_t statement = text_.rfind(';', position_ - 1);
  if (statement == text_.npos) return true;
  const std::string last =
      text_.substr(statement + 1, position_ - statement - 1);
  return FirstWords(last, 2) != std::vector<std::string>{"end"};
}

void StatementSplitter::Step(std::vector<std::string>& items) {
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
      if (c == ';' && !InTrigger()) {
        items.push_back(text_.substr(0, position_));
        text_.erase(0, position_ + 1);
        position_ = 0;
        return;
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
}

std::vector<std::string> StatementSplitter::AddLine(std::string_view line) {
  text_.append(line).push_back('\n');
  std::vector<std::string> items;
  while (position_ < text_.size() && !AtCommand()) Step(items);
  if (position_ < text_.size()) {
    items.push_back(text_.substr(position_, text_.size() - position_ - 1));
    text_.clear();
  }
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
