"""`process.toml`: read as written, and every mistake at once with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config_file import parse_rung_time, read_config
from engine.model.config import RungTime
from tests.engine.rich_case import CONFIG

TITLE = 'title = { zh-CN = "a", ko = "a", en = "a" }\n'
LABEL = 'label = { zh-CN = "a", ko = "a", en = "a" }\n'
CLOCK = f"[clocks.c]\n{LABEL}"
BUDGET = '[[clocks.c.budget]]\nmode = "wall"\namount = 60\n'
RUNG = '[[clocks.c.rungs]]\nname = "r"\nat = "due"\nto = ["owner"]\ntemplate = "t"\n'


def problems(text: str) -> list[tuple[str | None, str]]:
    """Key and message of every mistake."""
    _, found = read_config(f'key = "k"\nprocess = "p"\n{TITLE}{text}'.encode(), "process.toml")
    return [(p.element, p.message) for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("75 %", RungTime("start", percent=75)),
        ("start + 45 min", RungTime("start", minutes=45)),
        ("start + 2 h", RungTime("start", minutes=120)),
        ("start + 2 working_days", RungTime("start", working_days=2)),
        ("due", RungTime("due")),
        ("due + 50 %", RungTime("due", percent=50)),
        ("due + 1 working_day", RungTime("due", working_days=1)),
        ("due+60 minutes", RungTime("due", minutes=60)),
        ("start", None),
        ("due - 5 min", None),
        ("tomorrow", None),
        ("", None),
        ("due + 1 week", None),
    ],
)
def test_the_time_of_a_rung_is_read_as_written(text: str, expected: RungTime | None) -> None:
    assert parse_rung_time(text) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{CLOCK}", "clocks.c.budget"),
        (f'{CLOCK}[[clocks.c.budget]]\nmode = "moon"\namount = 1\n{BUDGET}', "clocks.c.budget[0].mode"),
        (f'{CLOCK}[[clocks.c.budget]]\nmode = "wall"\namount = -1\n{BUDGET}', "clocks.c.budget[0].amount"),
        (f'{CLOCK}[[clocks.c.budget]]\nwhen = "n > 1"\nmode = "wall"\namount = 1\n{BUDGET}', "clocks.c.budget"),
        (f"{CLOCK}{BUDGET}{RUNG}{RUNG}", "clocks.c.rungs"),
        (f"{CLOCK}{BUDGET}{RUNG.replace('due', 'soon')}", "clocks.c.rungs[0].at"),
        (f'{CLOCK}from = "birth"\n{BUDGET}', "clocks.c.from"),
        (f'[facts.n]\ntype = "colour"\n{LABEL}', "facts.n.type"),
        (f'[facts.n]\ntype = "integer"\ndefault = "many"\n{LABEL}', "facts.n.default"),
        ('[facts.n]\ntype = "integer"\nlabel = { en = "a" }', "facts.n.label"),
        ('[derived]\na = "b + 1"\nb = "1"\n', "derived.a"),
        ('[derived]\na = "a + 1"\n', "derived.a"),
        ('[derived]\na = "n.__class__"\n', "derived.a"),
        ('[[tables]]\ndecision = "d"\nwrites = ["nowhere"]\n', "tables.d"),
        ('[[throws]]\nwhen = "True"\n', "throws[0].message"),
        ("undo = 5\n", "undo"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str) -> None:
    assert place in [key for key, _ in problems(text)]


def test_every_mistake_is_told_at_once() -> None:
    assert len(problems(f'[derived]\na = "("\n[facts.n]\ntype = "colour"\n{LABEL}{CLOCK}')) >= 3


def test_a_file_without_mistakes_has_none() -> None:
    config, found = read_config(CONFIG, "process.toml")
    assert found == []
    assert config is not None
    assert [name for name, _ in config.derived] == ["many"]
    assert {rung.name: rung.daily for rung in config.clocks["resolve"].rungs} == {"soon": False, "nag": True}


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(noise: bytes) -> None:
    config, found = read_config(noise, "process.toml")
    assert config is not None or found


LINES = CONFIG.decode().splitlines(keepends=True)


@given(st.lists(st.integers(0, len(LINES) - 1), max_size=6), st.text(max_size=12))
def test_no_damage_to_a_good_file_makes_it_raise(gone: list[int], noise: str) -> None:
    damaged = [line for number, line in enumerate(LINES) if number not in gone]
    for number in gone:
        damaged.insert(number % (len(damaged) + 1), LINES[number].replace('"', noise or '"', 1))
    config, found = read_config("".join(damaged).encode("utf-8", "surrogatepass"), "process.toml")
    assert config is not None or found
