// SPDX-License-Identifier: Apache-2.0
// A view that may run: everything that its workers need, resolved.
#ifndef ROWFALL_ENGINE_VIEW_SPEC_H_
#define ROWFALL_ENGINE_VIEW_SPEC_H_

#include <memory>
#include <string>

#include "engine/environment.h"
#include "plan/source_plan.h"
#include "plan/view_plan.h"

namespace rowfall::engine {

// Unchanging; shared by the workers of the view.
struct ViewSpec {
  std::shared_ptr<const Environment> env;
  std::string name;
  std::string table;
  std::string consumer_group;
  plan::SourcePlan source;
  std::shared_ptr<const plan::ViewPlan> plan;
  // kStop, kSkip or kDeadLetter; what kNull replaces is in the plan.
  plan::OnError on_error = plan::OnError::kStop;
  // What is shown while the plan's functions of the host are called. Empty:
  // there are none.
  std::string functions_note;
};

}  // namespace rowfall::engine

#endif  // ROWFALL_ENGINE_VIEW_SPEC_H_
