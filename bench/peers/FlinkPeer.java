// SPDX-License-Identifier: Apache-2.0
// Flink SQL on the example view: Kafka to a blackhole, in a mini cluster.
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/**
 * Arguments: brokers, topic, messages, partitions, rounds, then parallelisms.
 *
 * <p>A job ends at its last message. Its start is not Flink's speed: the time
 * of a job over a few messages is taken off, and that job, and one over a
 * tenth, warm the machine up first.
 */
public final class FlinkPeer {
  private static final String COLUMNS =
      "(id BIGINT, term STRING, abbrev STRING, GlossDef ROW<size ARRAY<INT>>)";
  private static final long FEW = 400;

  private final String brokers;
  private final String topic;
  private final int partitions;

  private FlinkPeer(String brokers, String topic, int partitions) {
    this.brokers = brokers;
    this.topic = topic;
    this.partitions = partitions;
  }

  private String source(long messages) {
    List<String> ends = new ArrayList<>();
    for (int p = 0; p < partitions; ++p) {
      ends.add("partition:" + p + ",offset:" + messages / partitions);
    }
    return "CREATE TEMPORARY TABLE kafka " + COLUMNS + " WITH ("
        + "'connector'='kafka', 'format'='json', 'topic'='" + topic + "', "
        + "'properties.bootstrap.servers'='" + brokers + "', "
        + "'properties.group.id'='flink-" + System.nanoTime() + "', "
        + "'scan.startup.mode'='earliest-offset', "
        + "'scan.bounded.mode'='specific-offsets', "
        + "'scan.bounded.specific-offsets'='" + String.join(";", ends) + "')";
  }

  /** Returns the seconds that a job over so many messages runs. */
  private double run(long messages, int parallelism) throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("parallelism.default", "" + parallelism);
    configuration.setString("pipeline.object-reuse", "true");
    TableEnvironment environment = TableEnvironment.create(
        EnvironmentSettings.newInstance()
            .inStreamingMode().withConfiguration(configuration).build());
    environment.executeSql(source(messages));
    environment.executeSql(
        "CREATE TEMPORARY TABLE destination (id BIGINT, name STRING, "
            + "short_name STRING, received_at TIMESTAMP_LTZ(3), "
            + "`size` ARRAY<INT>) WITH ('connector'='blackhole')");
    return environment.executeSql(
            "INSERT INTO destination SELECT id, term AS name, "
                + "abbrev AS short_name, CURRENT_TIMESTAMP AS received_at, "
                + "GlossDef.`size` AS `size` FROM kafka")
        .getJobClient().get().getJobExecutionResult().get()
        .getNetRuntime(TimeUnit.MILLISECONDS) / 1000.0;
  }

  private void measure(long messages, int rounds, int parallelism)
      throws Exception {
    run(FEW, parallelism);
    run(messages / 10, parallelism);
    for (int round = 1; round <= rounds; ++round) {
      double start = run(FEW, parallelism);
      double seconds = run(messages, parallelism) - start;
      System.out.printf(
          "{\"bench\": \"end_to_end\", \"workload\": \"design\", "
              + "\"contender\": \"flink parallelism=%d\", \"round\": %d, "
              + "\"messages\": %d, \"seconds\": %.3f, "
              + "\"messages_per_s\": %.0f, \"start_s\": %.3f}%n",
          parallelism, round, messages, seconds, messages / seconds, start);
    }
  }

  public static void main(String[] arguments) throws Exception {
    FlinkPeer peer = new FlinkPeer(
        arguments[0], arguments[1], Integer.parseInt(arguments[3]));
    for (int i = 5; i < arguments.length; ++i) {
      peer.measure(Long.parseLong(arguments[2]),
          Integer.parseInt(arguments[4]), Integer.parseInt(arguments[i]));
    }
    System.exit(0);  // Threads of the cluster may be left.
  }
}
