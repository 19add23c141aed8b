"""Holds every example of an OpenAPI document against the schema that it is an example of.

Reads the document from standard input, and prints a line for each example that is wrong, then
how many there are.
"""

import json
import sys

import jsonschema_rs

DOCUMENT = json.load(sys.stdin)


def resolved(value):
    while "$ref" in value:
        path = value["$ref"].removeprefix("#/").split("/")
        value = DOCUMENT
        for name in path:
            value = value[name]
    return value


def faults(schema, value):
    # The references of a schema are those of the document.
    schema = {"components": DOCUMENT["components"], "allOf": [schema]}
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    return [error.message for error in validator.iter_errors(value)]


def examples(node):
    """Of a schema, parameter, header or media type: each example, with its schema."""
    schema = node.get("schema", node)
    if "example" in node:
        yield schema, node["example"]
    named = node.get("examples", [])
    if isinstance(named, dict):
        named = [resolved(example)["value"] for example in named.values()]
    for example in named:
        yield schema, example


def found(node, where):
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from found(item, f"{where}/{index}")
    elif isinstance(node, dict):
        is_one = "schema" in node or "type" in node or "$ref" in node
        if is_one and not where.endswith("/properties"):
            for schema, example in examples(node):
                yield where, schema, example
        for name, item in node.items():
            if name not in ("example", "examples", "default", "enum"):
                yield from found(item, f"{where}/{name}")


count = 0
for where, schema, example in found(DOCUMENT, "#"):
    count += 1
    for fault in faults(schema, example):
        print(f"{where}: {fault}")
print(f"{count} examples")
