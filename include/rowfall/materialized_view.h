// SPDX-License-Identifier: Apache-2.0
// A compiled SELECT that turns batches of a source into batches of a table.
#ifndef ROWFALL_MATERIALIZED_VIEW_H_
#define ROWFALL_MATERIALIZED_VIEW_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rowfall/batch.h"
#include "rowfall/export.h"
#include "rowfall/function.h"
#include "rowfall/schema.h"

namespace rowfall {

/// A row for which an expression failed, and why.
struct FailedRow {
  uint32_t row = 0;    ///< Index in the batch that was read.
  std::string column;  ///< The result column, or the clause, e.g. "WHERE".
  std::string reason;  ///< One sentence without a period.
  friend bool operator==(const FailedRow&, const FailedRow&) = default;
};

/// The SELECT of a view, bound to the columns of a source. Immutable and
/// thread-safe: Apply() may run on several threads at once. Example:
///
///     auto view = MaterializedView::Compile(
///         "SELECT id, UPPER(term) AS name FROM kafka WHERE id > 10", source);
///     auto rows = view->Apply(batch);
class ROWFALL_EXPORT MaterializedView {
 public:
  struct Options {
    /// Functions besides the built-in ones; must outlive the view.
    const FunctionRegistry* functions = nullptr;
    /// The table's columns: results are converted to its types and a result
    /// column that it lacks is refused. Null: results keep their own types.
    const Schema* destination = nullptr;
  };

  /// Compiles a SELECT, or a whole CREATE MATERIALIZED VIEW statement.
  /// Errors: InvalidArgument with the place in the text (error.h): syntax, an
  /// unknown column or function, types that do not fit. Unimplemented: valid
  /// SQL that views do not have.
  static absl::StatusOr<MaterializedView> Compile(std::string_view select,
                                                  const Schema& source,
                                                  const Options& options);
  static absl::StatusOr<MaterializedView> Compile(std::string_view select,
                                                  const Schema& source) {
    return Compile(select, source, Options());
  }

  MaterializedView(MaterializedView&&) noexcept;
  MaterializedView& operator=(MaterializedView&&) noexcept;
  ~MaterializedView();

  /// Returns the columns of the result.
  const Schema& schema() const;

  /// Returns the result for `input`, which has the columns of the source by
  /// name. Rows whose evaluation failed are left out and appended to
  /// `failed`; where that is null they are an error, InvalidArgument. Grouping
  /// and sorting see this batch only. `now` is what UTC_TIMESTAMP() returns.
  absl::StatusOr<Batch> Apply(const Batch& input,
                              std::vector<FailedRow>* failed = nullptr,
                              absl::Time now = absl::Now()) const;

 private:
  struct Impl;
  explicit MaterializedView(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rowfall

#endif  // ROWFALL_MATERIALIZED_VIEW_H_
