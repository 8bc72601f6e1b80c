# SPDX-License-Identifier: Apache-2.0
"""DuckDB's read_json on the messages of the workload 'design', one thread.

usage: duckdb_peer.py FILE ROUNDS

The columns are declared, so that nothing is guessed. GlossDef.size is read in
two ways and the rows go two ways, into a table and into an aggregate; each is
a contender. Prints a line of JSON a run.
"""
import json
import sys
import time

import duckdb

SIZES = {
    "list": ("STRUCT(size INTEGER[])", "GlossDef.size"),
    "json": ("JSON", "GlossDef->'size'"),
}


def select(path, size):
    kind, value = SIZES[size]
    return (
        "SELECT id, term AS name, abbrev AS short_name, "
        f"now() AS received_at, {value} AS size FROM read_json('{path}', "
        "format='newline_delimited', columns={id: 'BIGINT', term: 'VARCHAR', "
        f"abbrev: 'VARCHAR', GlossDef: '{kind}'}})"
    )


def into_table(connection, query):
    connection.execute(f"CREATE OR REPLACE TEMP TABLE result AS {query}")
    return connection.execute("SELECT COUNT(*) FROM result").fetchone()[0]


def into_aggregate(connection, query):
    return connection.execute(
        "SELECT COUNT(id), MAX(strlen(name)), MAX(strlen(short_name)), "
        f"MAX(epoch_us(received_at)), MAX(size) FROM ({query})"
    ).fetchone()[0]


def main(path, rounds):
    connection = duckdb.connect()
    connection.execute("SET threads=1")
    for number in range(1, rounds + 1):
        for size in SIZES:
            for way in (into_table, into_aggregate):
                start = time.monotonic()
                rows = way(connection, select(path, size))
                seconds = time.monotonic() - start
                print(json.dumps({
                    "bench": "transform", "workload": "design",
                    "contender": f"duckdb {size} {way.__name__}",
                    "round": number, "messages": rows, "rows": rows,
                    "seconds": round(seconds, 3),
                    "messages_per_s": round(rows / seconds)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
