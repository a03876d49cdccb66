"""Times that no calendar counts are refused where they are written, not when a case opens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.configuration.process_file import read_config
from engine.model.due import MODES, Mode, most_of
from escalation.refusals import TooFar
from tests.escalation.builders import shipped_book

LABEL = '{ zh-CN = "a", ko = "a", en = "a" }'
HEAD = f'key = "k"\ntitle = {LABEL}\n[clocks.c]\nlabel = {LABEL}\nextend_once = true\n'


def told(budget: str, *rungs: str, extend: str = "minutes = 1") -> list[tuple[str | None, str | None, str, str]]:
    """Return key, code of the line, message and advice of every error; `budget` is `7 working_days`."""
    amount, mode = budget.split()
    text = f'{HEAD}extend_at_most = {{ {extend} }}\n[[clocks.c.budget]]\nmode = "{mode}"\namount = {amount}\n'
    for number, at in enumerate(rungs):
        text += f'[[clocks.c.rungs]]\nname = "r{number}"\nat = "{at}"\nto = ["owner"]\ntemplate = "t"\n'
    _, problems = read_config(text.encode(), "process.toml")
    lines = text.splitlines()
    return [
        (each.element, lines[(each.line or 0) - 1], each.message, each.advice)
        for each in problems
        if each.severity == "error"
    ]


def test_a_budget_of_working_days_for_more_than_twenty_years_is_refused_with_its_line_and_the_limit() -> None:
    assert told("10_080 working_days", "75 %", "due + 100 %") == [
        (
            "clocks.c.budget[0].amount",
            "amount = 10_080",
            "`amount` of budget no. 1 of the clock c is longer than twenty years, which no calendar counts.",
            "Give at most 7,320 working days.",
        )
    ]


def test_a_rung_more_than_twenty_years_behind_is_refused_with_its_line_and_the_limit() -> None:
    assert told("7 working_days", "due", "due + 900000 working_days") == [
        (
            "clocks.c.rungs[1].at",
            'at = "due + 900000 working_days"',
            "`at` of rung no. 2 of the clock c lets r1 fall more than twenty years after the clock is due, "
            "which no calendar counts.",
            "Give at most 7,320 working days.",
        )
    ]


@pytest.mark.parametrize(
    ("budget", "at"),
    [
        ("7320 working_days", "due + 7320 working_days"),
        ("1000000 wall", "due + 175680 h"),
        ("1000000 staffed", "start + 175680 h"),
        ("1000000 hybrid", "due + 1000 %"),
        ("7 working_days", "start + 175680 h"),
        ("60 wall", "due + 9999999 %"),
    ],
)
def test_twenty_years_are_counted(budget: str, at: str) -> None:
    assert told(budget, at) == []


@pytest.mark.parametrize(
    ("budget", "at", "advice"),
    [
        ("60 wall", "due + 7321 working_days", "Give at most 7,320 working days."),
        ("60 wall", "due + 175681 h", "Give at most 10,540,800 minutes."),
        ("7 working_days", "start + 175681 h", "Give at most 10,540,800 minutes."),
        ("60 hybrid", "start + 175681 h", "Give at most 10,540,800 minutes."),
        ("60 staffed", "start + 175681 h", "Give at most 10,540,800 minutes."),
        ("1000000 wall", "due + 1055 %", "Give at most 10,540,800 minutes."),
        ("100 working_days", "due + 7321 %", "Give at most 7,320 working days."),
    ],
)
def test_a_minute_or_a_day_more_is_not(budget: str, at: str, advice: str) -> None:
    assert [(key, said) for key, _, _, said in told(budget, at)] == [("clocks.c.rungs[0].at", advice)]


def test_an_extension_that_no_calendar_counts_is_refused() -> None:
    (found,) = told("7 working_days", extend="working_days = 8000")
    assert found[0] == "clocks.c.extend_at_most.working_days"
    assert found[3] == "Give at most 7,320 working days."
    assert told("7 working_days", extend="working_days = 7320") == []


def test_letters_are_not_held_back_beyond_what_a_date_can_say() -> None:
    for seconds, keys in ((60, []), (632_448_000, []), (632_448_001, ["undo.seconds"]), (10**15, ["undo.seconds"])):
        _, problems = read_config(f'key = "k"\ntitle = {LABEL}\n[undo]\nseconds = {seconds}\n'.encode(), "process.toml")
        assert [each.element for each in problems] == keys


@pytest.mark.parametrize("mode", MODES)
def test_the_calendars_count_just_as_far_as_the_check_lets_through(mode: Mode) -> None:
    """The limit is one: what the check accepts opens, what it refuses would not."""
    book, start = shipped_book(), datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    assert book.add("main/phone", mode, start, most_of(mode)).at > start
    with pytest.raises(TooFar):
        book.add("main/phone", mode, start, most_of(mode) + 1)


def test_a_number_that_means_nothing_is_told_once() -> None:
    assert [key for key, *_ in told("2_000_000 working_days")] == ["clocks.c.budget[0].amount"]
    assert [key for key, *_ in told("7 working_days", extend="working_days = 2_000_000")] == [
        "clocks.c.extend_at_most.working_days"
    ]
