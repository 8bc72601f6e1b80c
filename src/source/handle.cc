// SPDX-License-Identifier: Apache-2.0
// Lists of partitions for librdkafka.
#include "source/handle.h"

#include <cstring>

namespace rowfall::source {
namespace {

ListHandle NewList(size_t size) {
  return ListHandle(rd_kafka_topic_partition_list_new(static_cast<int>(size)));
}

}  // namespace

ListHandle ToList(std::span<const PartitionOffset> positions) {
  ListHandle list = NewList(positions.size());
  for (const PartitionOffset& position : positions) {
    rd_kafka_topic_partition_t* element = rd_kafka_topic_partition_list_add(
        list.get(), position.partition.topic.c_str(),
        position.partition.partition);
    element->offset = position.offset;
    if (position.mark.empty()) continue;
    // The list frees it.
    element->metadata = strdup(position.mark.c_str());
    if (element->metadata != nullptr)
      element->metadata_size = position.mark.size();
  }
  return list;
}

ListHandle ToList(std::span<const TopicPartition> partitions) {
  ListHandle list = NewList(partitions.size());
  for (const TopicPartition& partition : partitions) {
    rd_kafka_topic_partition_list_add(list.get(), partition.topic.c_str(),
                                      partition.partition);
  }
  return list;
}

rd_kafka_resp_err_t AssignPartitions(
    rd_kafka_t* handle, const rd_kafka_topic_partition_list_t* list) {
  // The client's main thread works in order: behind the first question the
  // stops of the assignment before are done, behind the second it knows that.
  for (int i = 0; i < 2; ++i) {
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(handle, &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      break;
    }
    rd_kafka_topic_partition_list_destroy(assigned);
  }
  return rd_kafka_assign(handle, list);
}

}  // namespace rowfall::source
