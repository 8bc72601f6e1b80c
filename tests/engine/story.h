// SPDX-License-Identifier: Apache-2.0
// Tells stories to an engine: statements, messages, faults and time, one
// command a golden block.
#ifndef ROWFALL_TESTS_ENGINE_STORY_H_
#define ROWFALL_TESTS_ENGINE_STORY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rowfall/engine.h"
#include "rowfall/testing/fake_clock.h"
#include "rowfall/testing/faulty_sink.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_reject_handler.h"
#include "rowfall/testing/recording_sink.h"
#include "tests/engine/death.h"

namespace rowfall::tests {

// An engine whose workers the story drives itself, on a broker in memory and
// under a clock that stands still: the same story always ends the same way.
//
//   SQL                        executes a statement
//   open [handler]             opens the engine (done at the first statement),
//                              with a reject handler or without
//   stop | restart             stops it | and opens it again from the catalog
//   kill COLUMN VALUE | kill handler | kill nothing
//                              a row with that JSON value kills the process in
//                              the write | each reject in the handler;
//                              lasts over the next engines
//   die                        the process dies without a write
//   lives N                    opens and runs until nothing dies, or N times
//   catalog                    prints the notes of crashes in the catalog
//   fail catalog               it cannot be stored to from now on
//   table NAME [replaces] [positions]
//   <columns as in CREATE SOURCE, one a line, "not null" allowed>
//   topic NAME PARTITIONS
//   produce TOPIC/PARTITION    a message a line; <tombstone> has no payload
//   repeat TOPIC/PARTITION N   produces the line below N times
//   transaction NAME TOPIC/PARTITION
//                              as produce, in a transaction that stays open
//   commit NAME | abort NAME   ends it
//   skip TOPIC/PARTITION N     offsets without messages
//   delete TOPIC/PARTITION N   retention removes what is before N
//   truncate TOPIC/PARTITION N
//   replace TOPIC              its logs are empty and begin at 0, nobody knows
//   remove TOPIC               it is deleted, and what groups have of it
//   cluster NAME               what the cluster calls itself
//   run                        gives workers turns until nothing happens;
//                              prints what was written and rejected
//   advance MILLISECONDS       moves the clock
//   rows TABLE | writes TABLE  prints rows | the batches and their ranges
//   committed GROUP TOPIC      prints the committed offsets
//   positions TABLE GROUP      prints the stored positions
//   marks TABLE GROUP          prints their marks
//   mark GROUP TOPIC/PARTITION prints the mark of the committed offset
//   set committed GROUP TOPIC/PARTITION N
//   set position TABLE GROUP TOPIC/PARTITION N
//   status VIEW                prints state, reason and figures
//   errors VIEW                prints what was skipped, dead-lettered, nulled
//   letters                    prints Ids of the rejects since the last time
//   log                        prints the log since the last time
//   fail sink CODE [TIMES] [applied]
//   fail handler CODE [TIMES]
//   fail open CODE [TIMES]
//   fail commit GROUP CODE [TIMES]
//   heal                       ends the faults of the sink
//   refuse COLUMN VALUE [unnamed]   rows with that JSON value are refused
//   rebalance GROUP | lose GROUP | trouble GROUP CODE
class Story {
 public:
  Story();
  ~Story();

  std::string Tell(const std::string& input);

 private:
  using Words = std::vector<std::string>;
  using Command =
      std::function<std::string(const Words& words, const Words& lines)>;

  void AddSetup();
  void AddMessages();
  void AddFaults();
  void AddLooks();
  std::string Execute(const std::string& sql);
  std::string Run();
  // What is left of a process that died: its engine ends unheard.
  void Bury();
  void AddDeaths();
  void Open(bool with_handler);

  testing::FakeClock clock_;
  testing::MemoryBroker broker_;
  std::shared_ptr<testing::RecordingTables> tables_;
  std::shared_ptr<testing::FaultyTables> faulty_;
  std::shared_ptr<testing::RecordingRejectHandler> handler_;
  std::shared_ptr<Catalog> catalog_;
  std::shared_ptr<Death> death_;  // Of the engine that is open.
  std::function<bool(const Batch& batch, size_t row)> kills_;
  bool handler_kills_ = false;
  std::unique_ptr<Engine> engine_;
  bool with_handler_ = false;
  std::vector<std::string> log_;
  size_t rejects_shown_ = 0;
  size_t letters_shown_ = 0;
  std::map<std::string, Command> commands_;
};

}  // namespace rowfall::tests

#endif  // ROWFALL_TESTS_ENGINE_STORY_H_
