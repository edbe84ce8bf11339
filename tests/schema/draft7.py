"""The part of JSON Schema that `a3s schema --json` (draft-07) and docs/openapi.json use.

    mistakes(schema, value) -> ["service.web[0].port: 99999 is above 65535", ...]

A keyword that is not known here is an error, so that nothing goes unchecked.
"""
import re

KINDS = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and v == int(v),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}
ANNOTATIONS = {"$schema", "title", "description", "default", "definitions"}


def type_(root, names, value, at):
    names = [names] if isinstance(names, str) else names
    if not any(KINDS[name](value) for name in names):
        yield f"{at}: {value!r} is not of type {' or '.join(names)}"


def ref(root, path, value, at):
    schema = root
    for part in path.removeprefix("#/").split("/"):
        schema = schema[part]
    yield from check(root, schema, value, at)


def any_of(root, schemas, value, at):
    if not any(not list(check(root, each, value, at)) for each in schemas):
        yield f"{at}: {value!r} is none of what it may be"


def enum(root, words, value, at):
    if value not in words:
        yield f"{at}: {value!r} is not one of {words}"


def limit(kind, measure, holds, what):
    def keyword(root, bound, value, at):
        if KINDS[kind](value) and not holds(measure(value), bound):
            yield f"{at}: {value!r} is {what} {bound}"
    return keyword


def required(root, names, value, at):
    if isinstance(value, dict):
        yield from (f"{at}: {name} is missing" for name in names if name not in value)


def items(root, schema, value, at):
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from check(root, schema, item, f"{at}[{number}]")


def property_names(root, schema, value, at):
    if isinstance(value, dict):
        for name in value:
            yield from check(root, schema, name, f"{at}: the name {name!r}")


def members(root, schema, value, at):
    """properties and additionalProperties, which belong together."""
    if not isinstance(value, dict):
        return
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in known:
            yield from check(root, known[name], member, f"{at}.{name}")
        elif other is False:
            yield f"{at}: {name} is unknown"
        elif other is not True:
            yield from check(root, other, member, f"{at}.{name}")


KEYWORDS = {
    "type": type_, "$ref": ref, "anyOf": any_of, "enum": enum, "required": required,
    "items": items, "propertyNames": property_names,
    "minimum": limit("number", lambda v: v, lambda v, b: v >= b, "below"),
    "maximum": limit("number", lambda v: v, lambda v, b: v <= b, "above"),
    "maxLength": limit("string", len, lambda v, b: v <= b, "longer than"),
    "minItems": limit("array", len, lambda v, b: v >= b, "shorter than"),
    "maxItems": limit("array", len, lambda v, b: v <= b, "longer than"),
    "minProperties": limit("object", len, lambda v, b: v >= b, "smaller than"),
    "pattern": limit("string", lambda v: v, lambda v, b: re.search(b, v), "not like"),
}


def check(root, schema, value, at):
    for name, argument in schema.items():
        if name in KEYWORDS:
            yield from KEYWORDS[name](root, argument, value, at)
        elif name not in ANNOTATIONS | {"properties", "additionalProperties"}:
            raise ValueError(f"{at}: the keyword {name} is not known")
    yield from members(root, schema, value, at)


def mistakes(schema, value):
    return list(check(schema, schema, value, "A3sfile"))
