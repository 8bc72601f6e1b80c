// SPDX-License-Identifier: Apache-2.0
// rowfall-shell on a real broker, through suspension, recreation and restart.
#include <string>

#include "gtest/gtest.h"
#include "tests/examples/program.h"
#include "tests/kafka/cluster.h"

namespace rowfall {
namespace {

std::string Messages(int first, int last) {
  std::string lines;
  for (int id = first; id <= last; ++id) {
    const std::string text = std::to_string(id);
    lines += "key" + text + "\t{\"id\": " + text + ", \"term\": \"t" + text +
             "\"}\n";
  }
  return lines;
}

TEST(ShellOnKafka, LosesAndRepeatsNothing) {
  KafkaCluster cluster;
  const TemporaryFolder folder;
  const std::string topic = cluster.CreateTopic("shell", 4);
  const std::string group = KafkaCluster::UniqueName("group");
  const auto create_source = [&](int num_consumers) {
    return "CREATE SOURCE kafka (id bigint, term text) type='kafka' "
           "broker_list='" +
           cluster.brokers() + "' topic_list='" + topic + "' consumer_group='" +
           group + "' batch=50 num_consumers=" + std::to_string(num_consumers) +
           ";\n";
  };
  const auto produce = [&](int first, int last) {
    const std::string name = "m" + std::to_string(first);
    return ".produce --keyed " + topic + " " +
           folder.Write(name, Messages(first, last)) + "\n";
  };
  // No key: what came twice would be there twice.
  const std::string script =
      "CREATE TABLE t (number bigint, name text);\n" + create_source(2) +
      "CREATE MV v TO t AS SELECT id AS number, term AS name FROM kafka;\n" +
      produce(1, 1000) + ".wait t 50 60\nALTER MV v suspended=1;\n" +
      produce(1001, 2000) + "ALTER MV v suspended=0;\n.caughtup 60\n" +
      "DROP SOURCE kafka;\n" + create_source(3) + produce(2001, 3000) +
      "ALTER MV v suspended=0;\n.wait t 2500 60\n.restart\n" +
      produce(3001, 4000) + ".caughtup 60\n" +
      "SELECT COUNT(*), COUNT(DISTINCT number), SUM(number) FROM t;\n";
  const Outcome outcome = RunProgram(
      {ROWFALL_SHELL, "--brokers", cluster.brokers(), "--format", "tsv",
       "--catalog", folder.File("catalog"), "--db", folder.File("db")},
      script);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_EQ(outcome.out,
            "COUNT(*)\tCOUNT(DISTINCT number)\tSUM(number)\n"
            "4000\t4000\t8002000\n");
}

}  // namespace
}  // namespace rowfall
