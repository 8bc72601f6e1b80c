// SPDX-License-Identifier: Apache-2.0
// The engine of the shell: its tables, catalog and brokers.
#ifndef ROWFALL_EXAMPLES_SHELL_ENGINE_HOST_H_
#define ROWFALL_EXAMPLES_SHELL_ENGINE_HOST_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "examples/kafka/client.h"
#include "examples/shell/args.h"
#include "rowfall/engine.h"
#include "rowfall/testing/embedded_broker.h"

namespace rowfall::shell {

/// Opens the engine on a SQLite database and opens it again for .restart.
class EngineHost {
 public:
  /// Starts the embedded broker, if there is to be one, and the engine.
  static absl::StatusOr<std::unique_ptr<EngineHost>> Open(
      const Args& args, const std::string& db_path);

  /// REQUIRES: is_open().
  Engine& engine() { return *engine_; }
  bool is_open() const { return engine_ != nullptr; }
  absl::Status Stop();
  /// Stops the engine and opens it again from the catalog; where that fails
  /// none is open.
  absl::Status Restart();

  /// Returns a client of the brokers that .produce sends to.
  /// Errors: FailedPrecondition: neither --brokers nor an embedded one.
  absl::StatusOr<examples::KafkaClient*> producer();

  /// Returns whether no running view has lag, asking the brokers themselves
  /// where each topic ends.
  /// Errors: FailedPrecondition: a view has failed.
  absl::StatusOr<bool> CaughtUp();

 private:
  /// What a view reads, as its consumers were told.
  struct Reading {
    std::string brokers;
    std::vector<std::string> topics;
    std::vector<int32_t> partitions;
  };

  EngineHost() = default;
  absl::Status OpenEngine();
  SourceFactory MakeSourceFactory(const EngineOptions& options);
  absl::StatusOr<SourceConfig> Resolve(SourceConfig config);
  absl::StatusOr<examples::KafkaClient*> Client(const std::string& brokers);
  bool CaughtUp(const ViewStatus& view, const Reading& reading);

  Args args_;
  std::string db_path_;
  std::unique_ptr<testing::EmbeddedBroker> broker_;
  std::shared_ptr<MemoryCatalog> memory_catalog_;
  std::unique_ptr<Engine> engine_;
  std::map<std::string, std::unique_ptr<examples::KafkaClient>> clients_;
  std::mutex mutex_;
  std::map<std::string, Reading> readings_;  // By view; guarded by mutex_.
};

}  // namespace rowfall::shell

#endif  // ROWFALL_EXAMPLES_SHELL_ENGINE_HOST_H_
