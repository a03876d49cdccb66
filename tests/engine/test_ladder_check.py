"""Rungs in the order in which they fall, and reminders before the clock is due."""

from __future__ import annotations

import pytest

from engine.configuration.process_file import read_config
from engine.model.problem import Problem

LABEL = '{ zh-CN = "a", ko = "a", en = "a" }'


def warnings(budgets: str, *rungs: str) -> list[tuple[str, str | None]]:
    """Return code and name of what is said about a ladder; `budgets` are `60 wall, 7 working_days`."""
    return [(each.code, each.name) for each in told(budgets, *rungs)]


def told(budgets: str, *rungs: str) -> list[Problem]:
    """Return what is said about a ladder."""
    text = (
        f'key = "k"\ntitle = {LABEL}\n[facts.urgent]\ntype = "boolean"\nlabel = {LABEL}\n[clocks.c]\nlabel = {LABEL}\n'
    )
    several = [each.split() for each in budgets.split(",")]
    for number, (amount, mode) in enumerate(several):
        when = 'when = "urgent"\n' if number < len(several) - 1 else ""
        text += f'[[clocks.c.budget]]\n{when}mode = "{mode}"\namount = {amount}\n'
    for number, at in enumerate(rungs):
        text += f'[[clocks.c.rungs]]\nname = "r{number}"\nat = "{at}"\nto = ["owner"]\ntemplate = "t"\n'
    config, problems = read_config(text.encode(), "process.toml")
    assert config is not None
    assert {each.severity for each in problems} <= {"warning"}, problems
    return problems


@pytest.mark.parametrize(
    ("budgets", "rungs"),
    [
        ("60 hybrid", ("start + 45 min", "due", "due + 60 min", "due + 180 min", "due + 24 h")),
        ("120 wall, 1440 hybrid", ("75 %", "due", "due + 50 %", "due + 100 %", "due + 48 h")),
        ("1440 wall, 7 working_days", ("75 %", "90 %", "due", "due + 1 working_day", "due + 3 working_days")),
        ("1 working_days", ("75 %", "due", "due + 1 working_day")),
        ("3 working_days", ("start + 8 h", "due", "due + 60 min", "due + 1 working_day")),
        ("60 wall", ("due", "due")),
        ("60 wall", ("due + 1 working_day", "due + 60 min")),
        ("60 wall", ("100 %", "start + 60 min")),
    ],
)
def test_a_ladder_that_goes_up_is_fine(budgets: str, rungs: tuple[str, ...]) -> None:
    assert warnings(budgets, *rungs) == []


@pytest.mark.parametrize(
    ("budgets", "rungs", "name"),
    [
        ("60 wall", ("due", "75 %"), "r1"),
        ("60 wall", ("75 %", "due + 60 min", "due"), "r2"),
        ("60 wall", ("due", "due + 1 working_day", "start + 30 min"), "r2"),
        ("7 working_days", ("due + 2 working_days", "due + 1 working_day"), "r1"),
        ("7 working_days", ("due + 50 %", "due + 1 working_day"), "r1"),
        ("60 wall, 1440 wall", ("start + 30 min", "40 %"), "r1"),
        ("60 staffed, 7 working_days", ("90 %", "75 %"), "r1"),
    ],
)
def test_a_rung_below_one_that_falls_later_is_a_warning(budgets: str, rungs: tuple[str, ...], name: str) -> None:
    assert warnings(budgets, *rungs) == [("rung-out-of-order", name)]


@pytest.mark.parametrize(
    ("budgets", "rung"),
    [
        ("60 wall", "start + 61 min"),
        ("60 wall", "120 %"),
        ("60 wall, 1440 wall", "start + 4 h"),
        ("3 working_days", "start + 4 working_days"),
    ],
)
def test_a_reminder_that_comes_after_the_due_time_is_a_warning(budgets: str, rung: str) -> None:
    assert warnings(budgets, rung) == [("rung-after-due", "r0")]


def test_a_warning_names_line_rung_and_condition() -> None:
    assert told("60 wall, 1440 wall", "start + 4 h") == [
        Problem(
            "process.toml", 17, "warning", "rung-after-due", "clocks.c.rungs[0].at", "r0",
            "`at` of rung no. 1 of the clock c lets r0 fall only after the clock is due (when urgent): it reminds of "
            "nothing any more.",
            'Write a share such as "75 %", or "due + ..." where it is meant to come after.',
        )
    ]  # fmt: skip
    (problem,) = told("60 wall", "due", "75 %")
    assert (problem.line, problem.message) == (
        18,
        "`at` of rung no. 2 of the clock c lets r1 fall before r0, which stands above it.",
    )
