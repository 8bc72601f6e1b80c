// SPDX-License-Identifier: Apache-2.0
// What every part of a running engine shares: options with defaults, the log.
#ifndef ROWFALL_ENGINE_ENVIRONMENT_H_
#define ROWFALL_ENGINE_ENVIRONMENT_H_

#include <memory>
#include <string_view>

#include "engine/host_clock.h"
#include "rowfall/options.h"

namespace rowfall::engine {

// Unchanging and shared, so that a worker that was left behind keeps alive
// what it still uses.
class Environment {
 public:
  // Fills in defaults. Errors: InvalidArgument: an option that cannot be.
  static absl::StatusOr<std::shared_ptr<const Environment>> Make(
      EngineOptions options);

  const EngineOptions& options() const { return options_; }
  Clock& clock() const { return clock_; }

  // Hands a line to the host's log; swallows what the host throws.
  void Log(LogLevel level, std::string_view view, int worker,
           std::string_view text) const;

 private:
  explicit Environment(EngineOptions options)
      : options_(std::move(options)), clock_(options_.clock) {}
  EngineOptions options_;
  mutable HostClock clock_;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_ENVIRONMENT_H_
