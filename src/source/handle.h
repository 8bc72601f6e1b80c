// SPDX-License-Identifier: Apache-2.0
// Owners of librdkafka's objects, and lists of partitions made from ours.
#ifndef ROWFALL_SOURCE_HANDLE_H_
#define ROWFALL_SOURCE_HANDLE_H_

#include <memory>
#include <span>

#include <librdkafka/rdkafka.h>

#include "rowfall/message.h"

namespace rowfall::source {

template <auto Destroy>
struct Destroyer {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};

using ConfHandle =
    std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using QueueHandle =
    std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using EventHandle =
    std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using ErrorHandle =
    std::unique_ptr<rd_kafka_error_t, Destroyer<rd_kafka_error_destroy>>;
using MessageHandle =
    std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using ListHandle =
    std::unique_ptr<rd_kafka_topic_partition_list_t,
                    Destroyer<rd_kafka_topic_partition_list_destroy>>;

ListHandle ToList(std::span<const PartitionOffset> positions);
ListHandle ToList(std::span<const TopicPartition> partitions);

// rd_kafka_assign(), safe close upon an assignment before; nothing else may
// call it. A partition that is asked to stop twice makes the client abort, and
// it does not look whether it has asked for that already (librdkafka issue
// 5573). `list` null: nothing is assigned.
rd_kafka_resp_err_t AssignPartitions(
    rd_kafka_t* handle, const rd_kafka_topic_partition_list_t* list);

}  // namespace rowfall::source

#endif  // ROWFALL_SOURCE_HANDLE_H_
