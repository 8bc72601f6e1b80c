// SPDX-License-Identifier: Apache-2.0
// Cuts lines of a script into statements and dot commands.
#ifndef ROWFALL_EXAMPLES_SHELL_STATEMENT_SPLITTER_H_
#define ROWFALL_EXAMPLES_SHELL_STATEMENT_SPLITTER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rowfall::shell {

/// Collects lines and returns what is complete. A statement ends at a
/// semicolon that is in no quotes and no comment, a CREATE TRIGGER at that of
/// its END; a dot where a statement would begin makes a command of the rest of
/// the line.
class StatementSplitter {
 public:
  /// Adds a line without its line break; returns the items that it ends:
  /// statements without the semicolon, commands with their dot.
  std::vector<std::string> AddLine(std::string_view line);

  /// Returns the statement that was begun and never ended, if there is one.
  std::optional<std::string> Finish();

  /// Whether a statement has begun.
  bool in_statement() const;

 private:
  enum class State { kText, kQuote, kLineComment, kBlockComment };

  // Takes text_[position_], and the character after it where both belong
  // together; adds the statement that ends there.
  void Step(std::vector<std::string>& items);
  // Whether a command stands at position_.
  bool AtCommand() const;
  // Whether the semicolon at position_ is one within a trigger.
  bool InTrigger() const;
  bool AtPair(char first, char second) const;

  std::string text_;     // The statement so far.
  size_t position_ = 0;  // What was scanned of it.
  State state_ = State::kText;
  char quote_ = 0;
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_STATEMENT_SPLITTER_H_
