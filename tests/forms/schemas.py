"""Random forms of the subset with answers that fit them, for the properties that hold for every form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.forms.samples import labels

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=30)
LINES = st.lists(TEXT, max_size=3).map("\n".join)
CODES = st.lists(st.from_regex(r"[a-z]{1,4}", fullmatch=True), min_size=1, max_size=8, unique=True)
MONEY: dict[str, Any] = {
    "type": "object",
    "format": "money",
    "properties": {"amount": {"type": "string"}, "currency": {"type": "string", "enum": ["CNY", "KRW"]}},
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
AMOUNTS = st.one_of(
    st.fixed_dictionaries({"amount": st.integers(0, 10**12).map(str), "currency": st.sampled_from(["CNY", "KRW"])}),
    st.decimals(min_value=0, max_value=10**9, places=2).map(
        lambda amount: {"amount": f"{amount:.2f}", "currency": "CNY"}
    ),
)
INSTANTS = st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")

Made = tuple[dict[str, Any], dict[str, Any], st.SearchStrategy[Any]]
"""A field's schema, its UI entry (without label), and the answers that fit it."""


def _options(codes: list[str]) -> dict[str, Any]:
    return {code: labels(code.upper()) for code in codes}


SCALARS: st.SearchStrategy[Made] = st.one_of(
    st.just(({"type": "string", "maxLength": 100}, {}, TEXT)),
    st.just(({"type": "string"}, {"widget": "textarea"}, LINES)),
    st.just(({"type": "string"}, {"widget": "people"}, TEXT)),
    st.just(({"type": "string", "format": "date"}, {}, st.dates().map(str))),
    st.just(({"type": "string", "format": "date-time"}, {}, INSTANTS)),
    st.just(({"type": "string", "format": "email"}, {}, st.just("a.b@example.com"))),
    st.just(({"type": "string", "format": "uri"}, {}, st.just("https://example.com/?a=1&b=2"))),
    st.just(({"type": "integer"}, {}, st.integers(-(2**53) + 1, 2**53 - 1))),
    st.just(({"type": "number"}, {}, st.floats(-1e15, 1e15) | st.integers(-1000, 1000))),
    st.just(({"type": "boolean"}, {}, st.booleans())),
    st.just(({"type": "boolean"}, {"widget": "select"}, st.booleans())),
    st.just(({"type": "boolean", "const": True}, {}, st.just(True))),
    st.just((MONEY, {}, AMOUNTS)),
    CODES.map(lambda codes: ({"type": "string", "enum": codes}, {"options": _options(codes)}, st.sampled_from(codes))),
    CODES.map(
        lambda codes: (
            {"type": "array", "items": {"type": "string", "enum": codes}},
            {"options": _options(codes)},
            st.lists(st.sampled_from(codes), unique=True),
        )
    ),
    st.just(({"type": "array", "items": {"type": "string"}}, {"widget": "file-ref"}, st.lists(TEXT, max_size=4))),
)


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Made]) -> Made:
    """Draw an object with some fields, each present or absent in the answers."""
    made = {name: draw(inner) for name in draw(st.lists(NAMES, max_size=5, unique=True))}
    schema = {
        "type": "object",
        "properties": {name: field[0] for name, field in made.items()},
        "required": draw(st.lists(st.sampled_from(sorted(made)), unique=True)) if made else [],
        "additionalProperties": False,
    }
    ui = {"fields": {name: {"label": labels(name), **field[1]} for name, field in made.items()}}
    return schema, ui, st.fixed_dictionaries({}, optional={name: field[2] for name, field in made.items()})


def rows(inner: Made) -> Made:
    """Turn an object into a repeating group of it."""
    return {"type": "array", "maxItems": 8, "items": inner[0]}, inner[1], st.lists(inner[2], max_size=4)


@st.composite
def forms(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], st.SearchStrategy[dict[str, Any]]]:
    """Draw a whole form: its schema, its UI schema, and the answers whose types fit (limits and `required` may not)."""
    groups = objects(SCALARS)
    schema, ui, answers = draw(objects(st.one_of(SCALARS, SCALARS, groups, groups.map(rows))))
    choices = {n: f["enum"] for n, f in schema["properties"].items() if "enum" in f}
    others = sorted(set(schema["properties"]) - set(choices) - set(schema["required"]))
    if choices and others:
        name, target = draw(st.sampled_from(sorted(choices))), draw(st.sampled_from(others))
        value = draw(st.sampled_from(choices[name]))
        schema["allOf"] = [
            {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": {"required": [target]}}
        ]
        ui["fields"][target]["show_if"] = {"field": name, "in": [value]}
    if schema["properties"] and draw(st.booleans()):
        first = draw(st.lists(st.sampled_from(sorted(schema["properties"])), unique=True, min_size=1))
        ui["groups"] = [{"id": "g", "title": labels("Group"), "fields": first}]
    return schema, {"title": labels("Made"), **ui}, answers


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
"""Any value that a JSON reader can return, NaN and lone surrogates included."""
