// SPDX-License-Identifier: Apache-2.0
// What was produced: the partitions of all topics, numbered, with their facts.
#include "tests/sim/logs.h"

#include <utility>

#include "base/text.h"

namespace rowfall::tests {

int Logs::Add(Log log) {
  logs_.push_back(std::move(log));
  return size() - 1;
}

int Logs::Find(const TopicPartition& partition) const {
  return Find(partition.topic, partition.partition);
}

int Logs::Find(std::string_view topic, int32_t partition) const {
  for (int i = size(); i-- > 0;) {
    const TopicPartition& other = (*this)[i].partition;
    if (other.partition == partition && other.topic == topic) return i;
  }
  return -1;
}

std::string Logs::Name(int number) const {
  return (*this)[number].partition.ToString();
}

std::string Logs::Place(int number, int64_t offset) const {
  return base::Cat(Name(number), "@", offset);
}

}  // namespace rowfall::tests
