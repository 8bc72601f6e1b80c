// SPDX-License-Identifier: Apache-2.0
// Writing under trouble.
#include "tables.h"

#include <new>

#include "absl/time/clock.h"

namespace rowfall::soak {

class CountingTables::CountingSink : public Sink {
 public:
  explicit CountingSink(CountingTables& tables) : tables_(tables) {}

  const Schema& schema() const override { return schema_; }

  absl::Status Write(const Batch& rows, const WriteContext&,
                     std::vector<RefusedRow>& refused) override {
    const TableTrouble trouble = tables_.trouble_.load();
    switch (trouble) {
      case TableTrouble::kUnavailable:
        return absl::UnavailableError("The table is down");
      case TableTrouble::kNoMemory:
        throw std::bad_alloc();
      case TableTrouble::kSlow:
        absl::SleepFor(absl::Milliseconds(300));
        break;
      case TableTrouble::kBlocking:
        while (tables_.trouble_.load() == TableTrouble::kBlocking) {
          absl::SleepFor(absl::Milliseconds(50));
        }
        break;
      case TableTrouble::kNone:
      case TableTrouble::kAnswerLost:
        break;
    }
    const auto ids = rows.column(*rows.schema().IndexOf("id")).bigints();
    for (uint32_t row = 0; row < rows.num_rows(); ++row) {
      if (IsRefused(ids[row]))
        refused.push_back({row, "id", "Refused by rule"});
    }
    if (!refused.empty()) return absl::OkStatus();
    for (const int64_t id : ids) {
      tables_.oracle_.rows.Add(PartitionOf(id), OffsetOf(id));
    }
    if (trouble != TableTrouble::kAnswerLost) return absl::OkStatus();
    return absl::DeadlineExceededError("The answer was lost");
  }

 private:
  CountingTables& tables_;
  const Schema schema_{{{.name = "id", .type = Type::kBigint},
                        {.name = "term", .type = Type::kText}}};
};

absl::StatusOr<std::shared_ptr<Sink>> CountingTables::OpenTable(
    std::string_view name) {
  if (name != "t") return absl::NotFoundError("No such table");
  return std::make_shared<CountingSink>(*this);
}

}  // namespace rowfall::soak
