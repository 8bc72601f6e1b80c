// SPDX-License-Identifier: Apache-2.0
// Client properties that do not fit together, and what is no PEM.
#include "source/property_relations.h"

#include "base/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rowfall::source {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kPrefetch = 8u << 20;

// "key: text", or nothing.
std::string Fault(const Properties& sql, const Properties& host = {}) {
  const auto fault = CheckTogether(sql, host, kPrefetch);
  if (!fault.has_value()) return "";
  return base::Cat(fault->key, ": ", base::FromAbsl(fault->status.message()));
}

// Issue 11, 8.
TEST(CheckTogetherTest, NumbersMustFitOneAnother) {
  EXPECT_EQ(Fault({}), "");
  EXPECT_EQ(Fault({{"session.timeout.ms", "6000"}}), "");
  EXPECT_EQ(
      Fault({{"session.timeout.ms", "5999"}}),
      "session.timeout.ms: Properties do not fit together, "
      "session.timeout.ms is 5999 and must be at least 6000 where "
      "heartbeat.interval.ms is 3000, as one heartbeat that is late would "
      "lose the partitions");
  EXPECT_EQ(Fault({{"max.poll.interval.ms", "45000"}}), "");
  EXPECT_THAT(Fault({{"max.poll.interval.ms", "44999"}}),
              HasSubstr("max.poll.interval.ms is 44999 and must be at least "
                        "45000 where session.timeout.ms is 45000"));
  EXPECT_EQ(
      Fault({{"socket.timeout.ms", "5900"}, {"fetch.wait.max.ms", "5000"}}),
      "");
  EXPECT_THAT(
      Fault({{"socket.timeout.ms", "5899"}, {"fetch.wait.max.ms", "5000"}}),
      HasSubstr("socket.timeout.ms is 5899 and must be at least 5900"));
  EXPECT_THAT(Fault({{"reconnect.backoff.ms", "20000"}}),
              HasSubstr("reconnect.backoff.max.ms is 10000"));
  EXPECT_EQ(Fault({{"fetch.max.bytes", "2000000"},
                   {"receive.message.max.bytes", "2000512"}}),
            "");
  EXPECT_THAT(Fault({{"fetch.max.bytes", "2000000"},
                     {"receive.message.max.bytes", "2000511"}}),
              HasSubstr("must be at least 2000512"));
  EXPECT_THAT(Fault({{"receive.message.max.bytes", "8000000"}}),
              HasSubstr("must be at least 8389120"));
}

TEST(CheckTogetherTest, ThoseOfTheHostCountWithThem) {
  EXPECT_THAT(Fault({{"session.timeout.ms", "60000"}},
                    {{"max.poll.interval.ms", "50000"}}),
              HasSubstr("session.timeout.ms: Properties do not fit together"));
  // What SQL does not touch is the host's matter.
  EXPECT_EQ(Fault({{"client.id", "x"}}, {{"max.poll.interval.ms", "50"}}), "");
}

TEST(CheckTogetherTest, APropertyHasOneName) {
  EXPECT_THAT(Fault({{"fetch.message.max.bytes", "2000"},
                     {"max.partition.fetch.bytes", "3000"}}),
              HasSubstr("max.partition.fetch.bytes is another name of "
                        "fetch.message.max.bytes"));
}

// Issue 11, 18.
TEST(CheckTogetherTest, WhatWouldNotProtectIsRefused) {
  EXPECT_THAT(Fault({{"ssl.ca.pem", "x"}}),
              HasSubstr("ssl.ca.pem: Property has no effect, write "
                        "security.protocol='ssl'"));
  EXPECT_THAT(Fault({{"sasl.username", "me"}, {"security.protocol", "ssl"}}),
              HasSubstr("write security.protocol='sasl_ssl'"));
  EXPECT_THAT(Fault({{"security.protocol", "SASL_SSL"}}),
              HasSubstr("Property sasl.mechanism is needed"));
  EXPECT_THAT(Fault({{"security.protocol", "sasl_plaintext"},
                     {"sasl.mechanism", "PLAIN"},
                     {"sasl.username", "me"}}),
              HasSubstr("Property sasl.password is needed"));
  EXPECT_EQ(Fault({{"security.protocol", "sasl_ssl"},
                   {"sasl.mechanism", "PLAIN"},
                   {"sasl.username", "me"},
                   {"sasl.password", "x"}}),
            "");
}

TEST(CheckTogetherTest, WhatIsNoPemIsRefused) {
  EXPECT_THAT(
      Fault({{"security.protocol", "ssl"}, {"ssl.ca.pem", "nonsense"}}),
      HasSubstr("ssl.ca.pem: The client cannot use property ssl.ca.pem, "
                "expected the text of a PEM file"));
  EXPECT_THAT(Fault({{"security.protocol", "ssl"}, {"ssl.key.pem", "x"}}),
              HasSubstr("Property ssl.certificate.pem is needed"));
  EXPECT_THAT(
      Fault({{"security.protocol", "ssl"}, {"ssl.certificate.pem", "x"}}),
      HasSubstr("Property ssl.key.pem is needed"));
  const std::string both = Fault({{"security.protocol", "ssl"},
                                  {"ssl.certificate.pem", "x"},
                                  {"ssl.key.pem", "hunter2"}});
  EXPECT_THAT(both, HasSubstr("The client cannot use property ssl."));
  EXPECT_THAT(both, Not(HasSubstr("hunter2")));
  EXPECT_THAT(Fault({{"security.protocol", "ssl"},
                     {"ssl.cipher.suites", "no-such-suite"}}),
              HasSubstr("The client cannot use property ssl.cipher.suites"));
}

}  // namespace
}  // namespace rowfall::source
