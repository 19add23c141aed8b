"""Asks DuckDB, pyarrow, pandas and ClickHouse's engine the same questions.

ask.py FOLDER reads a list of questions from its input, as JSON: each either null, for
all records, or with nat_address, nat_port and at, in milliseconds since 1970. It prints
for each program the list of answers: lists of rows, rows with all columns in order, times
as milliseconds.
"""

import json
import sys

import chdb
import duckdb
import pandas
import pyarrow.compute as compute
import pyarrow.dataset
import pyarrow.parquet

TIMES = ["started_at", "ended_at"]


def with_duckdb(files, question):
    columns = ", ".join(f"epoch_ms({time}) AS {time}" for time in TIMES)
    sql = f"SELECT * REPLACE ({columns}) FROM read_parquet('{files}')"
    if question:
        sql += (
            f" WHERE nat_address = '{question['nat_address']}'"
            f" AND nat_port = {question['nat_port']}"
            f" AND (started_at <= make_timestamptz({question['at']}::BIGINT * 1000)"
            " OR started_at IS NULL)"
            f" AND ended_at >= make_timestamptz({question['at']}::BIGINT * 1000)"
        )
    return [list(row) for row in duckdb.sql(sql).fetchall()]


def with_clickhouse(files, question):
    columns = ", ".join(f"toUnixTimestamp64Milli({time}) AS {time}" for time in TIMES)
    sql = f"SELECT * REPLACE ({columns}) FROM file('{files}', Parquet)"
    if question:
        # An alias hides the column of the same name.
        sql = (
            f"SELECT * REPLACE ({columns}) FROM (SELECT * FROM file('{files}', Parquet)"
            f" WHERE nat_address = '{question['nat_address']}'"
            f" AND nat_port = {question['nat_port']}"
            f" AND (started_at <= fromUnixTimestamp64Milli({question['at']}, 'UTC')"
            " OR started_at IS NULL)"
            f" AND ended_at >= fromUnixTimestamp64Milli({question['at']}, 'UTC'))"
        )
    sql += " SETTINGS output_format_json_quote_64bit_integers = 0"
    lines = str(chdb.query(sql, "JSONCompactEachRow")).splitlines()
    return [json.loads(line) for line in lines if line]


def time(question):
    return pandas.Timestamp(question["at"], unit="ms", tz="UTC")


def with_pyarrow(files, question):
    where = None
    if question:
        field = compute.field
        where = (
            (field("nat_address") == question["nat_address"])
            & (field("nat_port") == question["nat_port"])
            & ((field("started_at") <= time(question)) | field("started_at").is_null())
            & (field("ended_at") >= time(question))
        )
    folder = files.rsplit("/", 1)[0]
    return rows_of(pyarrow.dataset.dataset(folder, format="parquet").to_table(filter=where))


def with_pandas(files, question):
    where = None
    if question:
        exactly = [
            ("nat_address", "==", question["nat_address"]),
            ("nat_port", "==", question["nat_port"]),
            ("ended_at", ">=", time(question)),
        ]
        where = [exactly + [("started_at", "<=", time(question))]]
    folder = files.rsplit("/", 1)[0]
    frame = pandas.read_parquet(folder, filters=where, dtype_backend="pyarrow")
    if question:
        # A filter of pandas has no word for a start that nobody knows.
        every = pandas.read_parquet(folder, filters=[exactly], dtype_backend="pyarrow")
        frame = pandas.concat([frame, every[every["started_at"].isna()]])
    return rows_of(pyarrow.Table.from_pandas(frame, preserve_index=False))


def rows_of(table):
    for column in TIMES:
        place = table.column_names.index(column)
        numbers = table[column].cast(pyarrow.timestamp("ms", "UTC")).cast("int64")
        table = table.set_column(place, column, numbers)
    return [list(row.values()) for row in table.to_pylist()]


def main():
    folder = sys.argv[1]
    questions = json.load(sys.stdin)
    programs = {
        "DuckDB": with_duckdb,
        "ClickHouse": with_clickhouse,
        "pyarrow": with_pyarrow,
        "pandas": with_pandas,
    }
    # pyarrow verifies the pages' checksums where it is told to.
    for file in pyarrow.dataset.dataset(folder, format="parquet").files:
        pyarrow.parquet.read_table(file, page_checksum_verification=True)
    answers = {
        name: [ask(f"{folder}/*.parquet", question) for question in questions]
        for name, ask in programs.items()
    }
    json.dump(answers, sys.stdout)


main()
