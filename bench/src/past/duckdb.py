"""Answers lookups out of the segments of a history with DuckDB.

Called as `python -c … FOLDER`. Each line of input is one question in JSON, each
line of output its answer, with the seconds that DuckDB took for it.
"""

import json
import sys
import time

import duckdb

QUESTION = """
SELECT DISTINCT internal_address, internal_port
FROM read_parquet(?)
WHERE protocol = ? AND nat_address = ? AND nat_port = ?
  AND remote_address = ? AND remote_port = ?
  AND started_at <= ?::TIMESTAMPTZ AND ended_at >= ?::TIMESTAMPTZ
"""

files = sys.argv[1] + "/*.parquet"
connection = duckdb.connect()
connection.execute("SET TimeZone = 'UTC'")
# What natconnd does too: footers are read once.
try:
    connection.execute("SET parquet_metadata_cache = true")
except duckdb.Error:
    pass
print(json.dumps({"version": duckdb.__version__}), flush=True)
for line in sys.stdin:
    one = json.loads(line)
    values = [
        files,
        one["protocol"],
        one["nat_address"],
        one["nat_port"],
        one["remote_address"],
        one["remote_port"],
        one["at"],
        one["at"],
    ]
    start = time.perf_counter()
    rows = connection.execute(QUESTION, values).fetchall()
    seconds = time.perf_counter() - start
    found = [f"{address}:{port}" for address, port in rows]
    print(json.dumps({"seconds": seconds, "found": found}), flush=True)
