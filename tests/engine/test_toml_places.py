"""The line of every key of a TOML document."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.configuration.toml_places import line_of, toml_places
from tests.support.shared import ROOT

SHOWN = '''# a remark = 1
key = "complaint"   # another
title = { zh-CN = "投诉", "en" = "a = b # c" }

[facts.people]
type = "integer"
note = """
fake = 1
[fake]
"""
writes = [
    "a", # ]
    "b",
    { c = 1 },
]

[[clocks.respond.rungs]]
at = '75 %'

[[clocks.respond.rungs]]
at = "due"
  [clocks.respond.rungs.more]
  x.y = 1979-05-27 07:32:00

[[clocks.resolve.rungs]]
at.once = true
'''


def test_every_key_is_found_on_its_line() -> None:
    assert toml_places(SHOWN) == {
        "key": 2,
        "title": 3,
        "title.zh-CN": 3,
        "title.en": 3,
        "facts": 5,
        "facts.people": 5,
        "facts.people.type": 6,
        "facts.people.note": 7,
        "facts.people.writes": 11,
        "facts.people.writes[0]": 12,
        "facts.people.writes[1]": 13,
        "facts.people.writes[2]": 14,
        "facts.people.writes[2].c": 14,
        "clocks": 17,
        "clocks.respond": 17,
        "clocks.respond.rungs": 17,
        "clocks.respond.rungs[0]": 17,
        "clocks.respond.rungs[0].at": 18,
        "clocks.respond.rungs[1]": 20,
        "clocks.respond.rungs[1].at": 21,
        "clocks.respond.rungs[1].more": 22,
        "clocks.respond.rungs[1].more.x": 23,
        "clocks.respond.rungs[1].more.x.y": 23,
        "clocks.resolve": 25,
        "clocks.resolve.rungs": 25,
        "clocks.resolve.rungs[0]": 25,
        "clocks.resolve.rungs[0].at": 26,
        "clocks.resolve.rungs[0].at.once": 26,
    }


def test_what_is_absent_has_the_line_of_what_should_hold_it() -> None:
    places = toml_places(SHOWN)
    assert line_of(places, "clocks.respond.rungs[1].to") == 20
    assert line_of(places, "clocks.respond.rungs[7].to") == 17
    assert line_of(places, "facts.people.label.ko") == 5
    assert line_of(places, "undo.seconds") is None
    assert line_of(places, "") is None


def keys_of(value: Any, at: str = "") -> set[str]:
    """Return every key of a document that was read."""
    found = {at} - {""}
    if isinstance(value, dict):
        for name, inner in value.items():
            found |= keys_of(inner, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found |= keys_of(inner, f"{at}[{number}]")
    return found


def test_the_files_that_ship_are_walked_whole() -> None:
    files = sorted((ROOT / "bpmn").rglob("*.toml"))
    assert len(files) > 8
    for path in files:
        text = path.read_text(encoding="utf-8")
        places = toml_places(text)
        assert places.keys() == keys_of(tomllib.loads(text)), path
        lines = text.splitlines()
        for key, line in places.items():
            last = key.rsplit(".", 1)[-1].split("[")[0]
            assert last in lines[line - 1] or key.endswith("]"), (path, key, line)


VALUES = st.recursive(
    st.integers(-9, 9).map(str)
    | st.sampled_from(
        ['"a # [b] = {"', "'''x\n[y]\nz = 1'''", '"""\n\\"\\"\\" = 1\n"""', "true", "1979-05-27", "'\\'"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: "[\n" + ", # x\n".join(found) + "\n]")
        | st.lists(inner, max_size=3).map(
            lambda found: "{" + ", ".join(f"k{number} = {value}" for number, value in enumerate(found)) + "}"
        )
    ),
    max_leaves=6,
)


@given(st.lists(VALUES, max_size=5))
def test_whatever_can_be_written_is_walked_whole(values: list[str]) -> None:
    text = "".join(f"v{number} = {value}\n\n" for number, value in enumerate(values))
    assert toml_places(text).keys() == keys_of(tomllib.loads(text))


@given(st.text(max_size=80) | st.text(alphabet="[]{}=\"'.,# \nab1", max_size=40))
def test_nothing_makes_it_raise(text: str) -> None:
    for key, line in toml_places(text).items():
        assert key
        assert 1 <= line <= text.count("\n") + 1
