"""`process.toml`: read as written, and every mistake at once with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.configuration.process_file import parse_rung_time, read_config
from engine.model.config import IntakeRules, ProtectionClass, ProtectionRules, RungTime
from engine.model.problem import Problem
from tests.engine.rich_case import CONFIG

TITLE = 'title = { zh-CN = "a", ko = "a", en = "a" }\n'
LABEL = 'label = { zh-CN = "a", ko = "a", en = "a" }\n'
CLOCK = f"[clocks.c]\n{LABEL}"
EXTENDABLE = f"{CLOCK}extend_once = true\n"
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
        (f'{CLOCK}[[clocks.c.budget]]\nwhen = "n > 1"\nmode = "wall"\namount = 1\n{BUDGET}', "clocks.c.budget[0].when"),
        (f"{CLOCK}{BUDGET}{RUNG}{RUNG}", "clocks.c.rungs[1].name"),
        (f"{CLOCK}{BUDGET}{RUNG}repeat = 'dialy'\n", "clocks.c.rungs[0].repeat"),
        (f"{CLOCK}{BUDGET}{RUNG}repaet = 'daily'\n", "clocks.c.rungs[0].repaet"),
        (f'{CLOCK}scope = "proces"\n{BUDGET}', "clocks.c.scope"),
        (f"{CLOCK}extend = true\n{BUDGET}", "clocks.c.extend"),
        (f'{CLOCK}from = "n"\n{BUDGET}[facts.n]\ntype = "integer"\n{LABEL}', "clocks.c.from"),
        ('deafult_team = "service"\n', "deafult_team"),
        ('[undo]\nnone_when = "n > 1"\n', "undo.none_when"),
        ('[[throws]]\nmessage = "m"\non = ["n"]\n', "throws[0].on"),
        (f'[facts.n]\ntype = "integer"\n{LABEL}[derived]\nn = "1"\n', "derived.n"),
        (f"{CLOCK}{BUDGET}{RUNG.replace('due', 'soon')}", "clocks.c.rungs[0].at"),
        (f'{CLOCK}from = "birth"\n{BUDGET}', "clocks.c.from"),
        (f'[facts.n]\ntype = "colour"\n{LABEL}', "facts.n.type"),
        (f'[facts.n]\ntype = "integer"\ndefault = "many"\n{LABEL}', "facts.n.default"),
        (f'[facts.n]\ntype = "integer"\ndefault = inf\n{LABEL}', "facts.n.default"),
        (f'[facts.n]\ntype = "instant"\ndefault = 0001-01-01T00:00:00+08:00\n{LABEL}', "facts.n.default"),
        ('[facts.n]\ntype = "integer"\nlabel = { en = "a" }', "facts.n.label"),
        ('[derived]\na = "b + 1"\nb = "1"\n', "derived.a"),
        ('[derived]\na = "a + 1"\n', "derived.a"),
        ('[derived]\na = "n.__class__"\n', "derived.a"),
        ('[[tables]]\ndecision = "d"\nwrites = ["nowhere"]\n', "tables[0].writes"),
        ('[[throws]]\nwhen = "True"\n', "throws[0].message"),
        ("undo = 5\n", "undo"),
        ("[intake]\nlook_back_days = -1\n", "intake.look_back_days"),
        ('[protection]\nclass = "secret"\n', "protection.class"),
        ('[protection]\nclass = "restricted"\n', "protection.teams"),
        ('[protection]\nteams = ["service"]\n', "protection.teams"),
        ("[protection]\nreaders = []\n", "protection.readers"),
        ("[intake]\nlook_back_days = 4000\n", "intake.look_back_days"),
        ('[intake]\nlook_back_days = "30"\n', "intake.look_back_days"),
        ('[intake]\nclock = "c"\n', "intake.clock"),
        (f'[intake]\nclock = "c"\n{CLOCK}scope = "process"\n{BUDGET}', "intake.clock"),
        (f"{CLOCK}extend_at_most = {{ working_days = 3 }}\n{BUDGET}", "clocks.c.extend_at_most"),
        (f"{EXTENDABLE}extend_at_most = {{ days = 3 }}\n{BUDGET}", "clocks.c.extend_at_most.days"),
        (f"{EXTENDABLE}extend_at_most = {{ minutes = 0 }}\n{BUDGET}", "clocks.c.extend_at_most.minutes"),
        (f"{EXTENDABLE}extend_at_most = 20\n{BUDGET}", "clocks.c.extend_at_most"),
        (f'[facts.n]\ntype = "integer"\nintake = true\n{LABEL}', "facts.n.intake"),
        (f'[facts.n]\ntype = "boolean"\nintake = "yes"\n{LABEL}', "facts.n.intake"),
        (f'[facts.n]\ntype = "integer"\nvalues = ["a"]\n{LABEL}', "facts.n.values"),
        (f'[facts.n]\nvalues = "a"\ndefault = "b"\n{LABEL}', "facts.n.default"),
        (f'[facts.n]\nchangeable = true\nvalues = ["a"]\noverrides = "m"\n{LABEL}', "facts.n.overrides"),
        (f'[facts.n]\nchangeable = true\noverrides = "n"\n{LABEL}', "facts.n.overrides"),
        (f'[facts.n]\nvalues = ["a"]\noverrides = "n"\n{LABEL}', "facts.n.overrides"),
        (f'[facts.n]\nchangeable = true\n{LABEL}[[tables]]\ndecision = "d"\nwrites = ["n"]\n', "facts.n.changeable"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, place: str) -> None:
    assert place in [key for key, _ in problems(text)]


def test_a_mistake_is_a_sentence_with_line_and_advice() -> None:
    text = f'key = "k"\n{TITLE}{CLOCK}{BUDGET}{RUNG.replace("due", "soon")}extent_once = 1\n'
    _, found = read_config(text.encode(), "process.toml")
    assert found == [
        Problem(
            "process.toml", 13, "error", "process-toml", "clocks.c.rungs[0].extent_once", None,
            "`extent_once` of rung no. 1 of the clock c is not known here, and would do nothing.",
            "Use one of at, message, name, repeat, template, to.",
        ),
        Problem(
            "process.toml", 10, "error", "process-toml", "clocks.c.rungs[0].at", "r",
            "`at` of rung no. 1 of the clock c says 'soon', which is no time.",
            'Write "75 %", "start + 45 min", "due" or "due + 1 working_day".',
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b'key = "k"\ntitle = \n', 2, "The file cannot be read: Invalid value (at line 2, column 9)."),
        (b'key = "k"\n[a', 2, "The file cannot be read: Expected ']' at the end of a table declaration (at end of"),
        (b'key = "k"\n\n\xff = 1', 3, "The file is not written in UTF-8 (line 3)."),
        (b"a = " + b"[" * 5000, 1, "The file cannot be read: it is nested too deeply."),
        (b"a = " + b"1" * 5000, 1, "The file cannot be read: Exceeds the limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding_with_its_line(data: bytes, line: int, message: str) -> None:
    config, (problem,) = read_config(data, "process.toml")
    assert config is None
    assert (problem.line, problem.element) == (line, None)
    assert problem.message.startswith(message)


def test_a_mark_of_byte_order_at_the_beginning_does_no_harm() -> None:
    assert read_config(b"\xef\xbb\xbf" + CONFIG, "process.toml")[1] == []


def test_what_follows_from_a_mistake_is_not_told() -> None:
    assert [key for key, _ in problems('[derived]\na = "("\nb = "a"\n')] == ["derived.a"]
    fact = f'[facts.n]\ntype = "colour"\n{LABEL}'
    assert [key for key, _ in problems(f'{fact}[derived]\na = "n > 1"\n')] == ["facts.n.type"]


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


def test_how_cases_are_protected_is_read_as_written_and_ordinary_where_nothing_is_said() -> None:
    head = f'key = "k"\nprocess = "p"\n{TITLE}'
    silent, _ = read_config(head.encode(), "process.toml")
    said, found = read_config(
        f'{head}[protection]\nclass = "sealed"\nteams = ["counselling"]\n'.encode(), "process.toml"
    )

    assert silent is not None
    assert silent.protection == ProtectionRules(ProtectionClass.ORDINARY, ())
    assert found == []
    assert said is not None
    assert said.protection == ProtectionRules(ProtectionClass.SEALED, ("counselling",))


def test_what_people_may_do_with_facts_and_clocks_is_read_as_written_and_is_nothing_where_nothing_is_said() -> None:
    text = (
        f'[intake]\nlook_back_days = 30\nclock = "c"\n{EXTENDABLE}extend_at_most = {{ working_days = 20 }}\n{BUDGET}'
        f'[facts.hurt]\ntype = "boolean"\nintake = true\nchangeable = true\n{LABEL}'
        f'[facts.grade]\nchangeable = true\nvalues = ["a", "b"]\noverrides = "name"\n{LABEL}[facts.name]\n{LABEL}'
    )
    config, found = read_config(f'key = "k"\nprocess = "p"\n{TITLE}{text}'.encode(), "process.toml")
    assert (found, config is not None) == ([], True)
    assert config is not None
    assert config.intake == IntakeRules(30, "c")
    assert config.clocks["c"].extend_at_most == {"working_days": 20}
    said = {name: (s.intake, s.changeable, s.values, s.overrides) for name, s in config.facts.items()}
    assert said == {
        "hurt": (True, True, (), None), "grade": (False, True, ("a", "b"), "name"), "name": (False, False, (), None),
    }  # fmt: skip
    bare, _ = read_config(f'key = "k"\nprocess = "p"\n{TITLE}'.encode(), "process.toml")
    assert bare is not None
    assert bare.intake == IntakeRules(0, None)
