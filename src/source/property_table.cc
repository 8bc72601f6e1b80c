// SPDX-License-Identifier: Apache-2.0
// What rowfall thinks of each librdkafka property.
#include "source/property_table.h"

#include <algorithm>
#include <array>

namespace rowfall::source {
namespace {

constexpr int64_t kMiB = 1 << 20;

constexpr std::string_view kCommits =
    "rowfall itself decides which offsets are committed";
constexpr std::string_view kReset =
    "rowfall itself decides where reading starts, a silent reset loses "
    "messages";
constexpr std::string_view kStrategy =
    "other protocols of assignment lose commits or abort in some versions of "
    "librdkafka";
constexpr std::string_view kEngine = "rowfall itself sets it";
constexpr std::string_view kCode = "it can run code in the host's process";
constexpr std::string_view kFile = "it opens a file of the host";
constexpr std::string_view kAddress =
    "it makes the host call an address of its own";
constexpr std::string_view kTrust = "it would weaken the check of the broker";
constexpr std::string_view kMemory =
    "the engine's max_prefetch_bytes bounds the memory";

// Why numbers of SQL are bounded.
constexpr std::string_view kSession =
    "a shorter time loses the partitions at each pause, a longer one leaves "
    "them with a worker that is gone";
constexpr std::string_view kRetries =
    "a shorter time floods the broker, a longer one does not notice that it "
    "is back";
constexpr std::string_view kWaits = "messages would wait at the broker";
constexpr std::string_view kFetch =
    "a smaller size fetches nothing but single messages, a larger one takes "
    "the host's memory";
constexpr std::string_view kSilence =
    "a shorter time ends connections that live, a longer one keeps those that "
    "are dead";
constexpr std::string_view kBuffer = "a larger one takes the host's memory";
constexpr std::string_view kMoved =
    "a broker that has moved would not be found";
constexpr std::string_view kMetadata =
    "a shorter time floods the broker, a longer one or none does not find "
    "partitions that are added";

constexpr auto kRules = std::to_array<PropertyRule>({
    // Security.
    {"security.protocol", Access::kSql,
     "plaintext|ssl|sasl_plaintext|sasl_ssl"},
    {"sasl.mechanism", Access::kSql,
     "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512|OAUTHBEARER"},
    {"sasl.mechanisms", Access::kSql,
     "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512|OAUTHBEARER"},
    {"sasl.username", Access::kSql, ""},
    {"sasl.password", Access::kSql, ""},
    {"sasl.oauthbearer.method", Access::kSql, "default|oidc"},
    {"sasl.oauthbearer.client.id", Access::kSql, ""},
    {"sasl.oauthbearer.client.secret", Access::kSql, ""},
    {"sasl.oauthbearer.scope", Access::kSql, ""},
    {"sasl.oauthbearer.extensions", Access::kSql, ""},
    {"ssl.ca.pem", Access::kSql, ""},
    {"ssl.certificate.pem", Access::kSql, ""},
    {"ssl.key.pem", Access::kSql, ""},
    {"ssl.key.password", Access::kSql, ""},
    {"ssl.cipher.suites", Access::kSql, ""},
    {"ssl.curves.list", Access::kSql, ""},
    {"ssl.sigalgs.list", Access::kSql, ""},
    {"ssl.endpoint.identification.algorithm", Access::kSql, "https"},
    {"enable.ssl.certificate.verification", Access::kSql, "true"},
    // Identity and session.
    {"client.id", Access::kSql, ""},
    {"group.instance.id", Access::kSql, ""},
    {"session.timeout.ms", Access::kSql, kSession, {1'000, 1'800'000}},
    {"heartbeat.interval.ms", Access::kSql, kSession, {100, 60'000}},
    {"max.poll.interval.ms", Access::kSql, kSession, {1'000, 86'400'000}},
    {"coordinator.query.interval.ms",
     Access::kSql,
     kRetries,
     {1'000, 3'600'000}},
    {"partition.assignment.strategy", Access::kSql,
     "range|roundrobin|range,roundrobin|roundrobin,range"},
    // Fetching.
    {"isolation.level", Access::kSql, "read_committed|read_uncommitted"},
    {"check.crcs", Access::kSql, "true"},
    {"fetch.wait.max.ms", Access::kSql, kWaits, {0, 10'000}},
    {"fetch.min.bytes", Access::kSql, kWaits, {1, kMiB}},
    {"fetch.message.max.bytes", Access::kSql, kFetch, {1'000, 128 * kMiB}},
    {"max.partition.fetch.bytes", Access::kSql, kFetch, {1'000, 128 * kMiB}},
    {"fetch.max.bytes", Access::kSql, kFetch, {1'000'000, 128 * kMiB}},
    {"receive.message.max.bytes",
     Access::kSql,
     kFetch,
     {1'000'512, 256 * kMiB}},
    {"fetch.error.backoff.ms", Access::kSql, kRetries, {10, 60'000}},
    // Connections.
    {"socket.timeout.ms", Access::kSql, kSilence, {1'000, 300'000}},
    {"socket.connection.setup.timeout.ms",
     Access::kSql,
     kSilence,
     {1'000, 300'000}},
    {"socket.keepalive.enable", Access::kSql, "true|false"},
    {"socket.nagle.disable", Access::kSql, "true|false"},
    {"socket.send.buffer.bytes", Access::kSql, kBuffer, {0, 16 * kMiB}},
    {"socket.receive.buffer.bytes", Access::kSql, kBuffer, {0, 16 * kMiB}},
    {"socket.max.fails", Access::kSql, kSilence, {1, 100}},
    {"connections.max.idle.ms", Access::kSql, kRetries, {10'000, 86'400'000}},
    {"broker.address.family", Access::kSql, "any|v4|v6"},
    {"broker.address.ttl", Access::kSql, kMoved, {0, 3'600'000}},
    {"reconnect.backoff.ms", Access::kSql, kRetries, {10, 60'000}},
    {"reconnect.backoff.max.ms", Access::kSql, kRetries, {10, 300'000}},
    {"metadata.max.age.ms", Access::kSql, kMetadata, {1'000, 3'600'000}},
    {"topic.metadata.refresh.interval.ms",
     Access::kSql,
     kMetadata,
     {100, 900'000}},
    {"topic.metadata.refresh.fast.interval.ms",
     Access::kSql,
     kMetadata,
     {10, 60'000}},

    // What would break the delivery promise, for the host as well.
    {"enable.auto.commit", Access::kRefused, kCommits},
    {"auto.commit.*", Access::kRefused, kCommits},
    {"enable.auto.offset.store", Access::kRefused, kCommits},
    {"offset.store.*", Access::kRefused, kCommits},
    {"auto.offset.reset", Access::kRefused, kReset},
    {"enable.partition.eof", Access::kRefused, kEngine},
    {"group.id", Access::kRefused, "the option consumer_group sets it"},
    {"bootstrap.servers", Access::kRefused, "the option broker_list sets it"},
    {"metadata.broker.list", Access::kRefused,
     "the option broker_list sets it"},
    {"group.protocol", Access::kRefused, kStrategy},
    {"group.protocol.type", Access::kRefused, kStrategy},
    {"group.remote.assignor", Access::kRefused, kStrategy},
    {"allow.auto.create.topics", Access::kRefused,
     "a mistyped topic must not be created"},
    {"queued.*", Access::kRefused, kMemory},
    {"fetch.queue.backoff.ms", Access::kRefused, kEngine},
    {"log.queue", Access::kRefused, kEngine},
    {"enabled_events", Access::kRefused, kEngine},
    {"opaque", Access::kRefused, kEngine},
    {"internal.termination.signal", Access::kRefused, kEngine},
    {"*_cb", Access::kRefused, kEngine},

    // What the host may set, but not SQL.
    {"plugin.library.paths", Access::kHost, kCode},
    {"interceptors", Access::kHost, kCode},
    {"ssl.engine.*", Access::kHost, kCode},
    {"ssl_engine_*", Access::kHost, kCode},
    {"ssl.providers", Access::kHost, kCode},
    {"sasl.kerberos.*", Access::kHost, kCode},
    {"ssl.ca.location", Access::kHost, kFile},
    {"ssl.ca.certificate.stores", Access::kHost, kFile},
    {"ssl.certificate.location", Access::kHost, kFile},
    {"ssl.crl.location", Access::kHost, kFile},
    {"ssl.key.location", Access::kHost, kFile},
    {"ssl.keystore.*", Access::kHost, kFile},
    {"https.ca.*", Access::kHost, kFile},
    {"sasl.oauthbearer.*", Access::kHost, kAddress},
    {"enable.sasl.oauthbearer.unsecure.jwt", Access::kHost, kTrust},
    {"client.rack", Access::kHost,
     "old versions of librdkafka loop when a follower lags"},
    {"debug", Access::kHost, "it floods the log"},
    {"log_level", Access::kHost, "it floods the log"},
});

bool Matches(std::string_view pattern, std::string_view key) {
  if (pattern.starts_with('*')) return key.ends_with(pattern.substr(1));
  if (!pattern.ends_with('*')) return key == pattern;
  pattern.remove_suffix(1);
  return key.starts_with(pattern);
}

constexpr auto kSecrets = std::to_array<std::string_view>(
    {"sasl.password", "ssl.key.password", "ssl.key.pem",
     "ssl.keystore.password", "sasl.oauthbearer.client.secret",
     "sasl.oauthbearer.config", "sasl.oauthbearer.extensions",
     "sasl.oauthbearer.assertion.private.key.pem",
     "sasl.oauthbearer.assertion.private.key.passphrase"});

}  // namespace

std::span<const PropertyRule> PropertyRules() { return kRules; }

const PropertyRule* FindPropertyRule(std::string_view key) {
  auto rule = std::find_if(
      kRules.begin(), kRules.end(),
      [&](const PropertyRule& rule) { return Matches(rule.key, key); });
  return rule == kRules.end() ? nullptr : &*rule;
}

bool IsSecretProperty(std::string_view key) {
  return std::find(kSecrets.begin(), kSecrets.end(), key) != kSecrets.end();
}

}  // namespace rowfall::source
