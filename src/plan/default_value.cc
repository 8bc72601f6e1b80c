// SPDX-License-Identifier: Apache-2.0
// The default of each type.
#include "plan/default_value.h"

#include <string>
#include <vector>

namespace rowfall::plan {

Value DefaultValue(Type type) {
  switch (type) {
    case Type::kInt:
    case Type::kBigint:
    case Type::kTimestamp:
      return int64_t{0};
    case Type::kFloat:
    case Type::kDouble:
      return 0.0;
    case Type::kBool:
      return false;
    case Type::kText:
      return std::string();
    case Type::kJson:
      return std::string("null");
    case Type::kMulti:
    case Type::kMulti64:
      return std::vector<int64_t>();
    case Type::kFloatVector:
      return std::vector<float>();
  }
  return {};
}

}  // namespace rowfall::plan
