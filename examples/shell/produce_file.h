// SPDX-License-Identifier: Apache-2.0
// Sends the lines of a file as messages.
#ifndef ROWFALL_EXAMPLES_SHELL_PRODUCE_FILE_H_
#define ROWFALL_EXAMPLES_SHELL_PRODUCE_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "examples/kafka/client.h"

namespace rowfall::shell {

enum class Lines {
  kValues,  ///< A line is a value.
  kKeyed,   ///< A line is a key, a tab and a value.
};

/// Sends a message a line and waits until the broker has them all; returns
/// how many there were.
/// Errors: NotFound: the file. InvalidArgument: a line without a tab.
absl::StatusOr<int64_t> ProduceFile(examples::KafkaClient& client,
                                    const std::string& topic,
                                    const std::string& path, Lines lines);

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_PRODUCE_FILE_H_
