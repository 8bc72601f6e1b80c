// SPDX-License-Identifier: Apache-2.0
// Fuzzes the catalog: whatever is in its file, an engine opens with all of it
// or not at all.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "catalog/catalog_format.h"
#include "rowfall/engine.h"
#include "rowfall/testing/memory_source.h"
#include "rowfall/testing/recording_sink.h"

namespace rowfall {
namespace {

void Check(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "Broken: %s\n", law);
  std::abort();
}

// An input is a file as it is, or in words, so that mutations go behind the
// checksums: S name, newline, SQL, or V (running) or W (suspended) and name,
// newline, group, newline, SQL; an empty line ends each.
CatalogState FromWords(std::string_view text) {
  const auto take = [&text](std::string_view end) {
    const size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = text.substr(0, at);
    text.remove_prefix(std::min(at + end.size(), text.size()));
    return std::string(taken);
  };
  CatalogState state;
  while (!text.empty()) {
    const char kind = text[0];
    text.remove_prefix(1);
    std::string name = take("\n");
    if (kind == 'S') {
      state.sources.push_back({std::move(name), take("\n\n")});
      continue;
    }
    std::string group = take("\n");
    state.views.push_back(
        {std::move(name), take("\n\n"), std::move(group), kind == 'W'});
  }
  return state;
}

void CheckOpens(const CatalogState& state) {
  static testing::MemoryBroker* const broker = new testing::MemoryBroker();
  static const auto tables = [] {
    auto made = std::make_shared<testing::RecordingTables>();
    made->Add("t", Schema({{.name = "id", .type = Type::kBigint}}));
    return made;
  }();
  broker->SetPollWaits(false);
  auto catalog = std::make_shared<MemoryCatalog>();
  Check(catalog->Store(state).ok(), "a state is stored");
  EngineOptions options;
  options.tables = tables;
  options.catalog = catalog;
  options.source_factory = broker->Factory();
  options.threading = Threading::kHostThreads;
  options.random_seed = 1;
  auto engine = Engine::Open(std::move(options));
  // But for what is noted of the starts of views.
  CatalogState opened = *catalog->Load();
  for (size_t i = 0; i < std::min(opened.views.size(), state.views.size());
       ++i) {
    opened.views[i].crash = state.views[i].crash;
  }
  Check(opened == state, "opening changes no definition");
  if (!engine.ok()) {
    Check(!engine.status().message().empty(), "an error has a reason");
    return;
  }
  const auto sources = (*engine)->Execute("SHOW SOURCES");
  const auto views = (*engine)->Execute("SHOW MVS");
  Check(sources.ok() && sources->rows.size() == state.sources.size(),
        "every source is there");
  Check(views.ok() && views->rows.size() == state.views.size(),
        "every view is there");
  for (const ViewStatus& view : (*engine)->Status()) {
    (void)(*engine)->RunOnce(view.name, 0, absl::ZeroDuration());
  }
  Check((*engine)->Stop().ok(), "it stops");
}

}  // namespace
}  // namespace rowfall

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rowfall;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto decoded = catalog::DecodeCatalog(bytes);
  if (decoded.ok()) {
    Check(catalog::EncodeCatalog(*decoded) == bytes, "one state, one file");
    CheckOpens(*decoded);
    return 0;
  }
  const CatalogState state = FromWords(bytes);
  const std::string file = catalog::EncodeCatalog(state);
  const auto again = catalog::DecodeCatalog(file);
  Check(again.ok() && *again == state, "what is written is read");
  CheckOpens(state);
  return 0;
}
