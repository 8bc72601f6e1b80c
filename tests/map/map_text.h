// SPDX-License-Identifier: Apache-2.0
// Mapping in words: leaves and messages from text, rows and errors to text.
#ifndef ROWFALL_TESTS_MAP_MAP_TEXT_H_
#define ROWFALL_TESTS_MAP_MAP_TEXT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/leaf.h"
#include "map/mapper.h"
#include "rowfall/batch.h"
#include "rowfall/message.h"

namespace rowfall::map {

// Reads e.g. "id bigint, GlossDef.size json, t['a b'][0] text". What stands
// before the path is both column and key.
std::vector<data::Leaf> ParseLeaves(std::string_view text);

// Returns `text` with each <hh> in it (two hex digits) as that byte.
std::string Unescape(std::string_view text);

MessageBatch MakeMessages(const std::vector<std::string>& payloads);

std::unique_ptr<Mapper> MakeMapper(std::string_view leaves,
                                   MapLimits limits = {});

// What became of messages: rows, where they came from, errors.
struct Mapped {
  Batch batch;
  std::vector<MapError> errors;
};
Mapped MapPayloads(Mapper& mapper, const std::vector<std::string>& payloads);

// "0: {...}" a row and "0: reason [column x, byte 7]" an error, by message.
std::string ToText(const Mapped& mapped);

// ToText() of a new mapper.
std::string MapToText(std::string_view leaves,
                      const std::vector<std::string>& payloads,
                      MapLimits limits = {});

}  // namespace rowfall::map

#endif  // ROWFALL_TESTS_MAP_MAP_TEXT_H_
