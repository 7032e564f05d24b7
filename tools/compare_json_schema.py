#!/usr/bin/env python3
"""Holds what linnet's grammars of JSON Schema produce against the package jsonschema.

    compare_json_schema.py PROGRAM [FOLDER] [--count 40]

PROGRAM is json_schema_conformance; FOLDER holds the JSON Schema Test Suite, whose schemas are tried beside
those listed here. Random texts of each grammar have to be JSON that satisfies the schema, formats included.
Needs the package jsonschema with its extra "format". Exit status 1 if a text does not, or if a grammar leads
to a dead end.
"""
import argparse
import decimal
import json
import pathlib
import subprocess
import sys

import jsonschema
from jsonschema import Draft202012Validator

PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 40},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "role": {"enum": ["admin", "user", "guest"]},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "maxItems": 4},
        "next": {"$ref": "#"},
    },
    "required": ["name", "role"],
    "additionalProperties": False,
}
SCHEMAS = [
    PERSON,
    {"type": "number", "minimum": -1.25, "exclusiveMaximum": 1000.5, "multipleOf": 0.25},
    {"type": "number", "not": {"type": "integer"}, "minimum": 3, "maximum": 12},
    {"type": "integer", "not": {"multipleOf": 3}, "minimum": -40},
    {"type": "integer", "not": {"enum": [1, 5, 7]}, "minimum": 0, "maximum": 9},
    {"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}], "type": "integer", "minimum": -100, "maximum": 100},
    {"type": "string", "pattern": "^a.*z$", "not": {"pattern": "q"}, "minLength": 4, "maxLength": 7},
    {"type": "string", "not": {"enum": ["", "a", "ab"]}, "maxLength": 3},
    {"type": "object",
     "patternProperties": {"^s": {"type": "string", "maxLength": 2}, "n$": {"type": "integer"}},
     "additionalProperties": {"type": "boolean"}, "minProperties": 2, "maxProperties": 3},
    {"type": "object", "properties": {"a": {"type": "integer"}}, "not": {"required": ["b"]},
     "minProperties": 1, "additionalProperties": {"enum": [1, 2]}},
    {"type": "object", "not": {"additionalProperties": {"type": "integer"}},
     "additionalProperties": {"enum": [1, "x", None]}, "maxProperties": 3},
    {"type": "object", "dependentRequired": {"a": ["b"]},
     "properties": {"a": {"const": 1}, "b": {"const": 2}}, "additionalProperties": False},
    {"type": "array", "items": {"enum": [1, 2, 3, "x"]}, "contains": {"type": "string"}, "maxContains": 2,
     "minItems": 2, "maxItems": 6},
    {"type": "array", "items": {"enum": [1, 2, 3, None]}, "uniqueItems": True, "minItems": 3},
    {"type": "array", "prefixItems": [{"type": "boolean"}, {"enum": ["a", "b"]}], "items": {"type": "null"},
     "not": {"maxItems": 1}, "maxItems": 5},
    {"anyOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]},
               {"properties": {"b": {"type": "null"}}, "required": ["b"]}],
     "type": "object", "unevaluatedProperties": False},
    {"if": {"properties": {"kind": {"const": "dog"}}, "required": ["kind"]},
     "then": {"properties": {"bark": {"type": "boolean"}}, "required": ["bark"]},
     "else": {"properties": {"meow": {"const": 1}}, "required": ["meow"]},
     "properties": {"kind": {"enum": ["dog", "cat"]}}, "required": ["kind"], "type": "object",
     "maxProperties": 4},
    {"type": "object", "propertyNames": {"pattern": "^[a-c]{1,2}$"}, "additionalProperties": {"const": 0}},
    {"oneOf": [{"type": "object", "properties": {"t": {"const": kind}, "v": {"type": type_}},
                "required": ["t", "v"], "additionalProperties": False}
               for kind, type_ in (("i", "integer"), ("s", "string"), ("b", "boolean"))]},
    {"const": {"a": [1, {"b": None}], "c": "\n\"é"}},
    {"type": "array", "items": {"type": "object", "properties": {"x": {"type": "integer", "minimum": 0},
     "y": {"type": "integer", "maximum": 0}}, "required": ["y", "x"], "additionalProperties": False},
     "minItems": 1},
    *({"type": "string", "format": name} for name in (
        "date", "time", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "uri", "uri-reference",
        "uuid", "json-pointer", "relative-json-pointer")),
]


def suite_schemas(folder):
    for path in sorted((folder / "draft2020-12").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            text = json.dumps(case["schema"])
            if "localhost:1234" not in text and "\\p{" not in text and path.name != "format.json":
                yield case["schema"]


def exact(text):
    """A number without rounding: 0.3 is a multiple of 0.1, and 2.0 is 2."""
    number = decimal.Decimal(text)
    return int(number) if number.adjusted() < 400 and number == number.to_integral_value() else number


def distinct(pairs):
    """An object. That a name which the schema does not tell is there once is not enforced."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise LookupError
    return dict(pairs)


def problem_of(validator, text):
    if text is None:
        return "this cannot be ended"
    try:
        validator.validate(json.loads(text, parse_float=exact, object_pairs_hook=distinct))
    except LookupError:
        return None
    except decimal.InvalidOperation:  # more digits than decimal has by default
        return None
    except (ValueError, jsonschema.ValidationError) as error:
        # RFC 3339 has a year 0, Python has none.
        return None if '"0000-' in text else str(error).splitlines()[0]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=40)
    args = parser.parse_args()
    schemas = SCHEMAS + (list(suite_schemas(args.folder)) if args.folder else [])
    lines = "".join(json.dumps(schema) + "\n" for schema in schemas)
    done = subprocess.run([args.program, "--sample", str(args.count)], input=lines, capture_output=True,
                          text=True, check=True)
    n_texts = n_refused = n_wrong = 0
    parsed = [json.loads(line, parse_float=exact) for line in lines.splitlines()]
    for schema, line in zip(parsed, done.stdout.splitlines(), strict=True):
        texts = json.loads(line)
        if isinstance(texts, str):
            n_refused += 1
            continue
        validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for text in texts:
            n_texts += 1
            problem = problem_of(validator, text)
            if problem:
                n_wrong += 1
                print(f"{str(schema)[:200]}\n  {str(text)[:200]}\n  {problem}")
    print(f"{len(schemas)} schemas, {n_refused} refused; {n_texts} texts, {n_wrong} wrong")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
