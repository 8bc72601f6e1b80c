// SPDX-License-Identifier: Apache-2.0
// One engine of the soak with its view, opened and closed at will.
#ifndef ROWFALL_TESTS_FAULT_SOAK_HOST_H_
#define ROWFALL_TESTS_FAULT_SOAK_HOST_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "rowfall/engine.h"

namespace rowfall::soak {

// Says what went wrong; thread-safe.
using Findings = std::function<void(const std::string& text)>;

// Actions come from one thread, looks from any.
class Host {
 public:
  // With `catalog_file` definitions survive Close().
  Host(std::string name, EngineOptions options, std::string catalog_file,
       std::string create_source, std::string create_view, Findings findings);

  const std::string& name() const { return name_; }
  bool is_open() const { return engine() != nullptr; }

  // Opens the engine; creates what its catalog does not hold.
  void Open();
  void Close();
  void Suspend() { Execute("ALTER MV v suspended=1"); }
  void Resume() { Execute("ALTER MV v suspended=0"); }
  void RecreateView();
  void RecreateSource();

  // The view's status; without name where the engine is closed.
  ViewStatus Status() const;
  // A view that failed is a finding, and is started again.
  void CureFailure();

 private:
  std::shared_ptr<Engine> engine() const;
  void Execute(const std::string& sql);

  const std::string name_;
  const EngineOptions options_;
  const std::string catalog_file_;
  const std::string create_source_;
  const std::string create_view_;
  const Findings findings_;
  mutable std::mutex mutex_;
  std::shared_ptr<Engine> engine_;
};

}  // namespace rowfall::soak

#endif  // ROWFALL_TESTS_FAULT_SOAK_HOST_H_
