"""What natconnd's document can say in words only, for schemathesis.

Values whose `format` is natconnd's own, bodies that are lines, and what the parameters of
one request must be to each other. Nothing here weakens a check: a request that is right by
its schema and wrong by the words is made right, and must then be taken.
"""

import json
import os
import urllib.parse
from datetime import datetime, timedelta, timezone

import schemathesis
import schemathesis.core.transport
from hypothesis import strategies as st
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.core.parameters import ParameterLocation

# Every stream of events begins with a comment, and for most filters nothing comes after it:
# it counts as what there is to look at, so that nobody waits for more. Private, but the
# version is pinned.
assert schemathesis.core.transport._carries_data(b"data: x")
schemathesis.core.transport._carries_data = lambda block: True

PORTS = st.integers(0, 65535)
V4 = st.ip_addresses(v=4).map(str)
V6 = st.ip_addresses(v=6).map(str)
# Addresses of the test's gateway, so that answers are not all empty.
KNOWN = st.sampled_from(["100.64.2.1", "100.64.2.10", "fd00:2::1", "192.168.248.2"])


def ranges(numbers):
    two = st.tuples(numbers, numbers).map(sorted)
    return st.one_of(numbers.map(str), two.map(lambda pair: f"{pair[0]}-{pair[1]}"))


def network(addresses, bits):
    return st.one_of(
        addresses, st.tuples(addresses, st.integers(0, bits)).map(lambda it: f"{it[0]}/{it[1]}")
    )


def endpoints():
    v4 = network(V4, 32)
    v6 = network(V6, 128)
    with_ports = st.tuples(st.one_of(v4, v6.map(lambda it: f"[{it}]")), ranges(PORTS))
    return st.one_of(
        KNOWN,
        v4,
        v6,
        v6.map(lambda it: f"[{it}]"),
        ranges(PORTS).map(lambda it: f":{it}"),
        with_ports.map(lambda it: f"{it[0]}:{it[1]}"),
    )


NOW = datetime.now(timezone.utc)
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda it: timezone(timedelta(minutes=it)))
MOMENTS = st.tuples(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=(NOW - timedelta(days=2)).replace(tzinfo=None)),
    OFFSETS,
).map(lambda it: it[0].replace(tzinfo=it[1]))
TIMES = st.one_of(
    MOMENTS.map(lambda it: it.isoformat()),
    MOMENTS.map(lambda it: it.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")),
    MOMENTS.map(lambda it: it.strftime("%d/%b/%Y:%H:%M:%S %z")),
    MOMENTS.map(lambda it: str(int(it.timestamp()))),
    MOMENTS.map(lambda it: f"{it.timestamp():.3f}"),
)

NAMES = ["tcp", "udp", "icmp", "sctp"]
WORDS = st.lists(st.one_of(endpoints(), st.sampled_from(NAMES)), min_size=1, max_size=8).map(" ".join)

schemathesis.openapi.format("endpoint", endpoints())
schemathesis.openapi.format("address", st.one_of(KNOWN, V4, V6))
schemathesis.openapi.format("words", WORDS)
schemathesis.openapi.format("moment", TIMES)
schemathesis.openapi.format(
    "timezone", st.sampled_from(["UTC", "Z", "+01:00", "-0330", "Europe/Berlin", "America/New_York"])
)

schemathesis.openapi.format("percent-encoded", st.text(max_size=50).map(urllib.parse.quote))

DOCUMENT = json.load(open(os.path.join(os.path.dirname(__file__), "../../../../docs/openapi.json")))
SCHEMAS = DOCUMENT["components"]["schemas"]
for name in ["Cursor", "RecordsCursor"]:
    # Nobody can make one: they come from pages, and the document has one.
    schemathesis.openapi.format(SCHEMAS[name]["format"], st.sampled_from(SCHEMAS[name]["examples"]))
schemathesis.openapi.format(
    "named-column", st.sampled_from(["nat_address=src_ip", "nat=src_ip", "nat_port=2", "at=timestamp", "at="])
)


# Bodies of CSV have the columns that the examples name.

ADDRESSES = st.one_of(KNOWN, V4, V6)
SEEN = st.one_of(TIMES.filter(lambda it: "," not in it), st.just("yesterday"))


ROWS = st.lists(st.tuples(ADDRESSES, PORTS, SEEN).map(lambda it: ",".join(map(str, it)) + "\n"), max_size=5)

schemathesis.openapi.format("csv-lines", ROWS.map(lambda it: "src_ip,src_port,timestamp\n" + "".join(it)))


@schemathesis.serializer("application/x-ndjson")
def to_lines(context, value):
    rows = value if isinstance(value, list) else [value]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@schemathesis.serializer("message/rfc822", "text/csv")
def to_bytes(context, value):
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.deserializer("application/x-ndjson")
def of_lines(context, response):
    return [json.loads(line) for line in response.content.decode().splitlines()]


@schemathesis.deserializer("application/vnd.apache.parquet")
def of_parquet(context, response):
    if response.content[:4] != b"PAR1" or response.content[-4:] != b"PAR1":
        raise ValueError("it is no Parquet file")
    return "PAR1"


# What the parameters of one request must be to each other.


def moment(text):
    """The time that a value says, as Unix seconds; None where it is none."""
    text = str(text)
    try:
        if text.replace(".", "", 1).isdigit():
            return float(text)
        if "/" in text:
            return datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z").timestamp()
        return datetime.fromisoformat(text.replace(" UTC", "+00:00")).timestamp()
    except ValueError:
        return None


def mend_times(query):
    for name in ["at", "from", "to"]:
        if name in query and (moment(query[name]) is None or moment(query[name]) > NOW.timestamp()):
            query[name] = "1700000000"
    if "at" in query:
        query.pop("from", None)
        query.pop("to", None)
    if "from" in query and "to" in query and moment(query["from"]) > moment(query["to"]):
        query["from"], query["to"] = query["to"], query["from"]


def mend_words(query):
    if "protocol" in query and "q" in query:
        query["q"] = " ".join(word for word in query["q"].split(" ") if word not in NAMES)


def mend_ports(query):
    if "from" in query and "to" in query and int(query["from"]) > int(query["to"]):
        query["from"], query["to"] = query["to"], query["from"]


def mend_question(query, is_about_the_past):
    if not any(name in query for name in ["nat", "remote", "internal"]):
        query["nat"] = "100.64.2.1"
    if not any(name in query for name in ["at", "from", "to"]):
        if is_about_the_past:
            query["at"] = "1700000000"
        else:
            query.pop("tolerance", None)


def negated(case):
    return [place for place in ParameterLocation if case.meta.is_negative_at(place)]


@schemathesis.hook
def before_add_examples(context, examples):
    for case in examples:
        mend(case)


@schemathesis.hook
def map_case(context, case):
    mend(case)
    return case


def mend(case):
    if case.meta is not None and ParameterLocation.QUERY in negated(case):
        return
    query = case.query
    if case.operation.path == "/api/v1/ports":
        mend_ports(query)
        return
    mend_times(query)
    mend_words(query)
    if case.operation.path == "/api/v1/lookup":
        mend_question(query, False)
    elif "{case}" in case.operation.path and case.method.upper() == "PUT":
        mend_question(query, True)
    elif case.operation.path == "/api/v1/connections" and "cursor" in query:
        query.pop("sort", None)
    elif case.operation.path == "/api/v1/lookups":
        formats = {"text/csv": "csv", "application/x-ndjson": "ndjson", "text/plain": "text", "message/rfc822": "mail"}
        if "format" in query:
            query["format"] = formats[case.media_type]
        if case.media_type != "text/csv":
            query.pop("columns", None)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # Whatever is made of a body that shall not be lines is sent as lines. No such body is wrong
    # as a whole, but for CSV without a header: a line that cannot be read is answered by why.
    is_any_body_right = case.media_type in ("application/x-ndjson", "message/rfc822", "text/plain")
    is_accepted = isinstance(failure, AcceptedNegativeData)
    return not (is_accepted and is_any_body_right and negated(case) == [ParameterLocation.BODY])
