// SPDX-License-Identifier: Apache-2.0
// Runs a program of the build and returns what it printed.
#ifndef ROWFALL_TESTS_EXAMPLES_PROGRAM_H_
#define ROWFALL_TESTS_EXAMPLES_PROGRAM_H_

#include <string>
#include <vector>

namespace rowfall {

struct Outcome {
  int exit_status = -1;  ///< 128 + signal, where one ended it.
  std::string out;
  std::string err;
};

/// Runs `command`, with `input` as its standard input, to its end.
Outcome RunProgram(const std::vector<std::string>& command,
                   const std::string& input = "");

/// A new folder that goes, with its files, with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::string& path() const { return path_; }
  /// Returns the path of a file in it.
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file and returns its path.
  std::string Write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

}  // namespace rowfall

#endif  // ROWFALL_TESTS_EXAMPLES_PROGRAM_H_
