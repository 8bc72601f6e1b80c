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

int Logs::Replace(int number, int64_t offset) {
  Log log = (*this)[number];
  Delete(number, offset, log.size());
  (*this)[number].is_present = false;
  log.former = number;
  log.shared = offset;
  log.entries.resize(static_cast<size_t>(offset));
  return Add(std::move(log));
}

int Logs::Origin(int number, int64_t offset) const {
  while (offset < (*this)[number].shared) number = (*this)[number].former;
  return number;
}

int Logs::First(int number) const {
  while ((*this)[number].former >= 0) number = (*this)[number].former;
  return number;
}

void Logs::Delete(int number, int64_t from, int64_t to) {
  for (int64_t o = from; o < to; ++o) {
    (*this)[Origin(number, o)].entries[static_cast<size_t>(o)].deleted = true;
  }
}

std::vector<int> Logs::EndTransaction(int transaction, bool commits) {
  std::vector<int> found;
  for (int i = 0; i < size(); ++i) {
    bool has_some = false;
    for (int64_t o = 0; o < (*this)[i].size(); ++o) {
      const LogEntryFacts& facts = Facts(i, o);
      has_some |= facts.open == transaction && !facts.deleted;
    }
    if (has_some && (*this)[i].is_present) found.push_back(i);
  }
  for (Log& log : logs_) {
    for (LogEntryFacts& facts : log.entries) {
      if (facts.open != transaction) continue;
      facts.open = 0;
      facts.aborted = !commits;
    }
  }
  return found;
}

int64_t Logs::End(int number, Isolation isolation) const {
  const int64_t end = (*this)[number].size();
  if (isolation == Isolation::kReadUncommitted) return end;
  for (int64_t o = 0; o < end; ++o) {
    const LogEntryFacts& facts = Facts(number, o);
    if (facts.open != 0 && !facts.deleted) return o;
  }
  return end;
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
  const bool is_first = (*this)[number].former < 0;
  return base::Cat(Name(number), is_first ? "" : base::Cat("#", number), "@",
                   offset);
}

}  // namespace rowfall::tests
