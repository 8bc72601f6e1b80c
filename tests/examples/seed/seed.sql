-- "Syncing with Kafka" of the manual, sentence by sentence; @ is this folder.

-- The source, as it is printed there but for the broker.
CREATE SOURCE kafka
(id bigint, term text, abbrev text, GlossDef json)
type='kafka'
broker_list='embedded'
topic_list='my-data'
consumer_group='manticore'
num_consumers='2'
batch=50
;

-- The destination table.
CREATE TABLE destination_kafka
(id bigint, name text, short_name text, received_at text, size multi);

-- The materialized view.
CREATE MATERIALIZED VIEW view_table
TO destination_kafka AS
SELECT id, term as name, abbrev as short_name,
       UTC_TIMESTAMP() as received_at, GlossDef.size as size FROM kafka

;

-- Listing.
SHOW SOURCES
;
SHOW SOURCE kafka;
SHOW MVS
;
SHOW MV view_table
;
SHOW MATERIALIZED VIEWS;
show materialized view VIEW_TABLE;

-- Schema keys are case-insensitive, unnecessary keys are left out, fields are
-- renamed, and fewer messages than a batch come on timeout.
.produce my-data @/glossary.ndjson
.wait destination_kafka 4 60
.caughtup 60
SELECT id, name, short_name, received_at LIKE '____-__-__ __:__:__' AS dated,
       size FROM destination_kafka ORDER BY id;

-- Altering: a suspended view reads nothing.
ALTER MATERIALIZED VIEW view_table suspended=1
;
SHOW MV view_table;
.produce my-data @/more.ndjson
.sleep 1
SELECT COUNT(*) FROM destination_kafka;
-- Resumed it goes on; a row with an id that is there replaces the old one.
ALTER MATERIALIZED VIEW view_table suspended=0;
.wait destination_kafka 5 60
.caughtup 60
SELECT id, name, short_name, size FROM destination_kafka ORDER BY id;

-- Without its source the view is suspended, with a new one it stays so until
-- it is resumed by hand.
DROP SOURCE kafka;
SHOW SOURCES;
SHOW MV view_table;
ALTER MATERIALIZED VIEW view_table suspended=0;
CREATE SOURCE kafka
(ID bigint, Term text, `abbrev` text, GlossDef json)
TYPE='kafka', BROKER_LIST="embedded", Topic_List='my-data',
num_consumers=1, batch='20';
SHOW SOURCE kafka;
SHOW MV view_table;
.produce my-data @/last.ndjson
.sleep 1
SELECT COUNT(*) FROM destination_kafka;
ALTER MATERIALIZED VIEW view_table suspended=0;
.wait destination_kafka 9 60
.caughtup 60
SELECT id, name FROM destination_kafka WHERE id > 4 ORDER BY id;

-- A second view on the source, with sorting, grouping and another function.
CREATE TABLE sizes (id bigint, first text, n bigint);
CREATE MV groups TO sizes SELECT LENGTH(term) AS id, MIN(UPPER(term)) AS first,
  COUNT(*) AS n FROM kafka WHERE term IS NOT NULL GROUP BY LENGTH(term)
  HAVING n < 9 ORDER BY n DESC;
SHOW MVS;
SHOW MV groups;
.wait sizes 5 60
.restart
.caughtup 60
SHOW MVS;

-- Only kafka is a type, and names that are not there are told.
CREATE SOURCE files (id int) type='file' broker_list='embedded' topic_list='x';
SHOW SOURCE files;
ALTER MATERIALIZED VIEW nothing suspended=1;
ALTER MATERIALIZED VIEW groups suspended=0;
CREATE MATERIALIZED VIEW broken TO sizes AS SELECT trem AS first FROM kafka;

DROP MV groups;
DROP MATERIALIZED VIEW view_table;
DROP SOURCE kafka;
SHOW MVS;
SHOW SOURCES;
SELECT COUNT(*) FROM destination_kafka;
