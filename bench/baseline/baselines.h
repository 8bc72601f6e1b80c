// SPDX-License-Identifier: Apache-2.0
// What a user would write, or could at best have, without the library.
#ifndef ROWFALL_BENCH_BASELINE_BASELINES_H_
#define ROWFALL_BENCH_BASELINE_BASELINES_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "bench/runner/figures.h"

namespace rowfall::bench {

/// What librdkafka alone delivers, messages thrown away: the ceiling of every
/// consumer. The two ways of asking for messages take turns in being the
/// better one, so that a fair ceiling is the better of both.
absl::StatusOr<Figures> ReadInBatches(const Job& job);
absl::StatusOr<Figures> ReadOneByOne(const Job& job);

/// The program that one writes first: librdkafka with default settings,
/// RapidJSON's DOM, a vector of structs of std::string, and a commit that is
/// waited for after each `batch` messages. Reads messages of DesignShape.
absl::StatusOr<Figures> RunPlainProgram(const Job& job, size_t batch);

/// The program of somebody who takes trouble: batches, RapidJSON's SAX in
/// situ into four columns, commits without waiting five times a second. Reads
/// messages of DesignShape.
absl::StatusOr<Figures> RunSaxProgram(const Job& job, size_t batch);

/// RunSaxProgram() with the rows inserted into a SQLite table by its C API:
/// one prepared statement, one transaction a batch, the pragmas of
/// rowfall::sqlite. Keeps no positions: it may write messages twice.
absl::StatusOr<Figures> RunSqliteProgram(const Job& job, size_t batch);

}  // namespace rowfall::bench

#endif  // ROWFALL_BENCH_BASELINE_BASELINES_H_
