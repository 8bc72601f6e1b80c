// SPDX-License-Identifier: Apache-2.0
// The default source factory: consumers of librdkafka.
#include <utility>

#include "rowfall/options.h"
#include "source/kafka_source.h"

namespace rowfall {

SourceFactory KafkaSourceFactory(const EngineOptions& options) {
  return [max_prefetch_bytes = options.max_prefetch_bytes, log = options.log,
          clock = options.clock](const SourceConfig& config) {
    source::KafkaOptions kafka;
    kafka.max_prefetch_bytes = max_prefetch_bytes;
    kafka.clock = clock;
    if (log != nullptr) {
      kafka.log = [log, view = config.view, worker = config.worker](
                      LogLevel level, std::string_view text) {
        log({level, view, worker, text});
      };
    }
    return source::MakeKafkaSource(config, kafka);
  };
}

}  // namespace rowfall
