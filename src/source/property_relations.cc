// SPDX-License-Identifier: Apache-2.0
// What client properties must be to one another.
#include "source/property_relations.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "source/handle.h"
#include "source/property_table.h"
#include "source/redactor.h"

namespace rowfall::source {
namespace {

// What both together have, and who said it.
class Merged {
 public:
  Merged(const Properties& sql, const Properties& host) : sql_(sql), all_(sql) {
    all_.insert(host.begin(), host.end());
  }
  bool OfSql(std::string_view key) const {
    return sql_.contains(std::string(key));
  }
  bool Has(std::string_view key) const {
    return all_.contains(std::string(key));
  }
  bool HasAny(std::string_view prefix) const {
    const auto found = all_.lower_bound(std::string(prefix));
    return found != all_.end() && found->first.starts_with(prefix);
  }
  std::string Lower(std::string_view key) const {
    const auto found = all_.find(std::string(key));
    return found == all_.end() ? "" : base::ToLower(found->second);
  }
  int64_t Number(std::string_view key, int64_t otherwise) const {
    const auto found = all_.find(std::string(key));
    if (found == all_.end()) return otherwise;
    int64_t number = otherwise;
    const std::string& text = found->second;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }
  const Properties& sql() const { return sql_; }
  const Properties& all() const { return all_; }

 private:
  const Properties& sql_;
  Properties all_;
};

PropertyFault Fault(std::string_view key, std::string_view text) {
  return {std::string(key), absl::InvalidArgumentError(base::ToAbsl(text))};
}

// large >= factor * small + more. The defaults are those of kafka_settings.cc
// and of librdkafka; 0: what nobody sets follows the other one.
struct Relation {
  std::string_view large;
  int64_t large_default;
  std::string_view small;
  int64_t small_default;
  int64_t factor;
  int64_t more;
  std::string_view why;
};

std::optional<PropertyFault> CheckNumbers(const Merged& merged,
                                          size_t max_prefetch_bytes) {
  // As librdkafka adjusts it.
  const int64_t fetch = std::max<int64_t>(
      1'000'000,
      std::min<int64_t>(52'428'800, static_cast<int64_t>(max_prefetch_bytes)));
  const auto relations = std::to_array<Relation>({
      {"max.poll.interval.ms", 300'000, "session.timeout.ms", 45'000, 1, 0,
       "the client refuses to start otherwise"},
      {"session.timeout.ms", 45'000, "heartbeat.interval.ms", 3'000, 2, 0,
       "one heartbeat that is late would lose the partitions"},
      {"socket.timeout.ms", 30'000, "fetch.wait.max.ms", 100, 1, 900,
       "each fetch without messages would end the connection"},
      {"reconnect.backoff.max.ms", 10'000, "reconnect.backoff.ms", 100, 1, 0,
       "the client refuses to start otherwise"},
      {"receive.message.max.bytes", 0, "fetch.max.bytes", fetch, 1, 512,
       "the client refuses to start otherwise"},
  });
  for (const Relation& it : relations) {
    if (!merged.OfSql(it.large) && !merged.OfSql(it.small)) continue;
    const int64_t large = merged.Number(it.large, it.large_default);
    if (large == 0) continue;
    const int64_t small = merged.Number(it.small, it.small_default);
    const int64_t least = it.factor * small + it.more;
    if (large >= least) continue;
    return Fault(merged.OfSql(it.large) ? it.large : it.small,
                 base::Cat("Properties do not fit together, ", it.large, " is ",
                           large, " and must be at least ", least, " where ",
                           it.small, " is ", small, ", as ", it.why));
  }
  return std::nullopt;
}

std::optional<PropertyFault> CheckOtherNames(const Merged& merged) {
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"sasl.mechanism", "sasl.mechanisms"},
      {"fetch.message.max.bytes", "max.partition.fetch.bytes"}};
  for (const auto& [name, other] : kNames) {
    if (!merged.OfSql(name) || !merged.OfSql(other)) continue;
    return Fault(other, base::Cat("Property is given twice, ", other,
                                  " is another name of ", name));
  }
  return std::nullopt;
}

// What is given and not used would be believed to protect.
std::optional<PropertyFault> CheckProtocol(const Merged& merged) {
  const std::string protocol = merged.Lower("security.protocol");
  const bool is_sasl = protocol.starts_with("sasl");
  const bool is_tls = protocol.ends_with("ssl");
  for (const auto& [key, value] : merged.sql()) {
    const bool for_sasl = key.starts_with("sasl.");
    const bool for_tls =
        key.starts_with("ssl.") || key == "enable.ssl.certificate.verification";
    if (for_sasl && !is_sasl) {
      return Fault(key, base::Cat("Property has no effect, write "
                                  "security.protocol='sasl_ssl' with it: ",
                                  base::Quote(key)));
    }
    if (for_tls && !is_tls) {
      return Fault(key, base::Cat("Property has no effect, write "
                                  "security.protocol='ssl' or 'sasl_ssl' with "
                                  "it: ",
                                  base::Quote(key)));
    }
  }
  if (!is_sasl || !merged.OfSql("security.protocol")) return std::nullopt;
  const std::string mechanism = merged.Has("sasl.mechanism")
                                    ? merged.Lower("sasl.mechanism")
                                    : merged.Lower("sasl.mechanisms");
  if (mechanism.empty()) {
    return Fault("security.protocol",
                 "Property sasl.mechanism is needed with a security.protocol "
                 "of SASL");
  }
  if (mechanism != "plain" && !mechanism.starts_with("scram")) {
    return std::nullopt;
  }
  for (const std::string_view key : {"sasl.username", "sasl.password"}) {
    if (!merged.Lower(key).empty()) continue;
    return Fault("security.protocol", base::Cat("Property ", key,
                                                " is needed with this "
                                                "sasl.mechanism"));
  }
  return std::nullopt;
}

std::optional<PropertyFault> CheckPairs(const Merged& merged) {
  const bool has_key = merged.HasAny("ssl.key.pem") ||
                       merged.HasAny("ssl.key.location") ||
                       merged.HasAny("ssl.keystore") || merged.Has("ssl_key");
  const bool has_certificate = merged.HasAny("ssl.certificate") ||
                               merged.HasAny("ssl.keystore") ||
                               merged.Has("ssl_certificate");
  if (merged.OfSql("ssl.certificate.pem") && !has_key) {
    return Fault("ssl.certificate.pem",
                 "Property ssl.key.pem is needed with ssl.certificate.pem");
  }
  if (merged.OfSql("ssl.key.pem") && !has_certificate) {
    return Fault("ssl.key.pem",
                 "Property ssl.certificate.pem is needed with ssl.key.pem");
  }
  if (merged.OfSql("ssl.key.password") && !has_key) {
    return Fault("ssl.key.password",
                 "Property ssl.key.pem is needed with ssl.key.password");
  }
  return std::nullopt;
}

// Makes a client of the TLS properties alone: no address, no login, no log.
absl::Status TryTls(const Properties& properties) {
  ConfHandle conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);
  rd_kafka_conf_set(conf.get(), "security.protocol", "ssl", nullptr, 0);
  std::vector<std::string> secrets;
  for (const auto& [key, value] : properties) {
    if (!key.starts_with("ssl.")) continue;
    rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), nullptr, 0);
    if (IsSecretProperty(key)) secrets.push_back(value);
  }
  std::array<char, 512> why{};
  rd_kafka_t* client =
      rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size());
  if (client == nullptr) {
    const std::string text = Redactor(std::move(secrets)).Clean(why.data());
    return rd_kafka_last_error() == RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE
               ? absl::ResourceExhaustedError(text)
               : absl::InvalidArgumentError(text);
  }
  (void)conf.release();  // The client's now.
  rd_kafka_destroy(client);
  return absl::OkStatus();
}

constexpr std::string_view kTried[] = {"ssl.ca.pem",      "ssl.certificate.pem",
                                       "ssl.key.pem",     "ssl.cipher.suites",
                                       "ssl.curves.list", "ssl.sigalgs.list"};

std::optional<PropertyFault> CheckTls(const Merged& merged) {
  const auto is_there = [&](std::string_view key) { return merged.OfSql(key); };
  if (std::none_of(std::begin(kTried), std::end(kTried), is_there)) {
    return std::nullopt;
  }
  const absl::Status all = TryTls(merged.all());
  if (all.ok()) return std::nullopt;
  // The one without which there is nothing wrong, else the first.
  std::string_view culprit;
  for (const std::string_view key : kTried) {
    if (!merged.OfSql(key)) continue;
    if (culprit.empty()) culprit = key;
    Properties others = merged.all();
    others.erase(std::string(key));
    if (!TryTls(others).ok()) continue;
    culprit = key;
    break;
  }
  const std::string_view expected =
      culprit.ends_with(".pem")
          ? ", expected the text of a PEM file, from -----BEGIN to -----END, "
            "as in '-----BEGIN CERTIFICATE-----\\nMII...'"
          : "";
  return PropertyFault{
      std::string(culprit),
      absl::Status(
          all.code(),
          base::Cat("The client cannot use property ", culprit, expected, ": ",
                    base::Quote(base::FromAbsl(all.message()), 300)))};
}

}  // namespace

std::optional<PropertyFault> CheckTogether(const Properties& sql,
                                           const Properties& host,
                                           size_t max_prefetch_bytes) {
  if (sql.empty()) return std::nullopt;
  const Merged merged(sql, host);
  if (auto fault = CheckOtherNames(merged)) return fault;
  if (auto fault = CheckNumbers(merged, max_prefetch_bytes)) return fault;
  if (auto fault = CheckProtocol(merged)) return fault;
  if (auto fault = CheckPairs(merged)) return fault;
  return CheckTls(merged);
}

}  // namespace rowfall::source
