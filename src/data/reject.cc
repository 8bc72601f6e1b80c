// SPDX-License-Identifier: Apache-2.0
// Names and text of rejects.
#include "rowfall/reject.h"

#include "base/text.h"

namespace rowfall {

std::string_view RejectStageName(RejectStage stage) {
  switch (stage) {
    case RejectStage::kParse:
      return "parse";
    case RejectStage::kType:
      return "type";
    case RejectStage::kEvaluate:
      return "evaluate";
    case RejectStage::kSink:
      return "sink";
    case RejectStage::kCrash:
      return "crash";
  }
  return "";
}

std::string Reject::Id() const {
  return base::Cat(message.topic, "/", message.partition, "@", message.offset,
                   "#", row_number, " ", RejectStageName(stage), " ", view);
}

std::string Reject::ToString() const {
  return base::Cat(base::EscapeControl(reason), " [",
                   base::EscapeControl(message.topic), "/", message.partition,
                   "@", message.offset, column.empty() ? "" : ", column ",
                   base::EscapeControl(column), "]");
}

}  // namespace rowfall
