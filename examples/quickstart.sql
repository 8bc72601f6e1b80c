-- A topic of glossary entries becomes a table. Run it by examples/quickstart.sh.

CREATE SOURCE kafka (id bigint, term text, abbrev text, GlossDef json)
  type='kafka'
  broker_list='embedded'
  topic_list='my-data'
  consumer_group='manticore'
  num_consumers='2'
  batch=50;

CREATE TABLE destination_kafka
  (id bigint, name text, short_name text, received_at text, size multi);

CREATE MATERIALIZED VIEW view_table TO destination_kafka AS
  SELECT id, term as name, abbrev as short_name,
         UTC_TIMESTAMP() as received_at, GlossDef.size as size FROM kafka;

.produce my-data examples/quickstart.ndjson
.wait destination_kafka 5 60

SHOW SOURCES;
SHOW SOURCE kafka;
SHOW MVS;
SHOW MV view_table;
SELECT * FROM destination_kafka ORDER BY id;
