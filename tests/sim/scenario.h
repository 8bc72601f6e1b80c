// SPDX-License-Identifier: Apache-2.0
// What a seed decides before the first step: the views, and what may go wrong.
#ifndef ROWFALL_TESTS_SIM_SCENARIO_H_
#define ROWFALL_TESTS_SIM_SCENARIO_H_

#include <cstdint>
#include <string>

#include "rowfall/sink.h"
#include "rowfall/source.h"
#include "tests/sim/random.h"

namespace rowfall::tests {

enum class OnError : uint8_t { kSkip, kDeadLetter, kStop, kNull };

enum class CatalogKind : uint8_t { kMemory, kFile };
enum class OnGap : uint8_t { kFail, kEarliest, kLatest };

// What an operator decides about a source.
struct SourceOptions {
  OnError on_error = OnError::kSkip;
  int num_consumers = 1;
  bool limits_errors = false;  // By the scenario's max_errors.
  OnGap on_gap = OnGap::kFail;
  Isolation isolation = Isolation::kReadCommitted;
  friend bool operator==(const SourceOptions&, const SourceOptions&) = default;

  // Travels as client.id to whoever watches the source.
  std::string ToClientId() const;
  // Of these only limits_errors and on_gap; isolation is another property.
  static SourceOptions FromClientId(const std::string& client_id);
};

struct Scenario {
  uint64_t seed = 0;
  int num_topics = 1;
  int num_partitions = 1;  // Of each topic, at first.
  int num_consumers = 1;
  int batch = 1;
  int batch_timeout_ms = 100;
  int num_processes = 1;  // Engines that share groups and tables.
  int num_views = 1;
  int num_steps = 100;
  OnError on_error = OnError::kSkip;
  SinkTraits traits;
  CatalogKind catalog = CatalogKind::kMemory;
  bool filters = false;         // The views have a WHERE.
  bool grouped = false;         // They count and sum up by log.
  bool distinct = false;        // They are SELECT DISTINCT.
  bool calls_function = false;  // n goes through a function of the host.
  bool bad_messages = false;
  int max_errors = 0;  // 0: any number.
  int max_errors_window = 1;
  bool retention = false;   // The log is cut in front.
  bool other_logs = false;  // Logs are cut behind, topics are made again.
  bool restores = false;    // Tables go back to a backup.
  // Messages come in transactions, which may be aborted, and isolation.level
  // changes.
  bool transactions = false;
  // One view's table is away, for as long as the other view needs to recover.
  bool endless_fault = false;
  OnGap on_gap = OnGap::kFail;
  bool by_pattern = false;       // topic_list is a regular expression.
  uint32_t listed = 0;           // partition_list, a bit each; 0: none.
  bool from_latest = false;      // start_from='latest'.
  bool adds_partitions = false;  // And topics, where a pattern is given.
  bool polls_mix = false;  // A poll brings events of several kinds at once.
  bool stale_messages =
      false;  // Of an assignment that is gone, or read before.
  // What may go wrong. All false: a calm run, in which no row comes twice.
  bool sink_faults = false;
  bool refusals = false;
  bool handler_faults = false;
  bool broker_faults = false;
  bool commit_faults = false;
  bool crashes = false;
  bool function_faults = false;

  bool calm() const {
    return !function_faults && !sink_faults && !refusals && !handler_faults &&
           !broker_faults && !commit_faults && !crashes;
  }

  static Scenario FromSeed(uint64_t seed);
  std::string ToString() const;

  bool Reads(int partition) const {
    return listed == 0 || (listed >> partition & 1u) != 0;
  }

  static std::string TopicName(int topic);
  std::string ViewName(int view) const;
  std::string TableName(int view) const;
  std::string Group(int view) const;
  // As it is at first.
  SourceOptions Options() const;
  std::string CreateSource(const SourceOptions& options) const;
  std::string CreateView(int view) const;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_SIM_SCENARIO_H_
