"""Random TOML documents: valid in form, senseless in content, built around the words that the reader knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st


def written(value: Any) -> str:
    """Return a value as inline TOML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, str) and value.startswith("raw:"):
        return value.removeprefix("raw:")
    return json.dumps(value) if isinstance(value, str | bool) else repr(value)


def document(table: Mapping[str, Any]) -> bytes:
    """Return a table as a TOML document."""
    return "".join(f"{json.dumps(key)} = {written(item)}\n" for key, item in table.items()).encode()


scalars = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [
            "raw:2026-10-01", "raw:2026-10-01T10:00:00", "raw:10:00:00", "raw:0001-01-01", "raw:9999-12-31", "raw:inf",
            "always", "mon", "mon-fri", "sun-sat", "working", "every", "10:00-21:00", "00:00-24:00", "23:00-01:00",
            "Asia/Shanghai", "../etc/passwd", "Asia", "", " ", "x", "phone", "staff", "service", "leadership",
        ]
    ),
)  # fmt: skip


def tables(*words: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return tables whose keys are mostly the given words."""
    keys = st.one_of(st.sampled_from(words), st.text("abz-_#.ü ", max_size=4))
    values = st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
        max_leaves=20,
    )
    return st.dictionaries(keys, values, max_size=8)


def spoilt(table: dict[str, Any], words: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a good table with one value somewhere in it replaced, removed, or one key added."""

    @st.composite
    def draw_one(draw: st.DrawFn) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(table))
        here: Any = copy
        while True:
            places = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not places:
                return copy
            place = draw(st.sampled_from(places))
            if not isinstance(here[place], dict | list) or draw(st.integers(0, 3)) == 0:
                break
            here = here[place]
        what = draw(st.sampled_from(["replace", "remove", "add"]))
        if what == "replace":
            here[place] = draw(st.one_of(scalars, st.lists(scalars, max_size=2)))
        elif what == "remove":
            del here[place]
        elif isinstance(here, dict):
            here[draw(st.sampled_from(words))] = draw(scalars)
        return copy

    return draw_one()
