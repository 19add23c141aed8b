"""Runs the examples of a document as they stand there.

document.py DOCUMENT runs them in the current folder and prints a list, as JSON: for each
example its language and its rows, whose values are text.
"""

import json
import re
import sys

import chdb
import duckdb
import pandas


def with_duckdb(text):
    return [[str(value) for value in row] for row in duckdb.sql(text).fetchall()]


def with_clickhouse(text):
    # ClickHouse's engine looks below its own folder for what is not absolute.
    lines = str(chdb.query(text, "JSONCompactStringsEachRow")).splitlines()
    return [json.loads(line) for line in lines if line]


def with_python(text):
    names = {}
    exec(text, names)
    frame = names["answer"]
    assert isinstance(frame, pandas.DataFrame), type(frame)
    return [[str(value) for value in row] for row in frame.itertuples(index=False)]


def main():
    languages = {
        "sql duckdb": with_duckdb,
        "sql clickhouse": with_clickhouse,
        "python": with_python,
    }
    with open(sys.argv[1], encoding="utf-8") as file:
        document = file.read()
    answers = []
    for language, text in re.findall(r"^```([a-z ]+)\n(.*?)^```$", document, re.M | re.S):
        if language in languages:
            answers.append([language, languages[language](text)])
    json.dump(answers, sys.stdout)


main()
