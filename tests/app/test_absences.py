"""Who is away is written down by `redress user away`, and stands in for nothing until they are back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from access import people, posts
from access.errors import UnfitAbsence, UnknownPerson
from access.principals import principal
from app.absences import come_back, go_away
from engine.case_work import SYSTEM
from engine.clock import MovableClock
from engine.commands.house_work import HouseWork
from engine.errors import Conflict, Unfit
from tests.support.application import OPENING, House

DUTY = "duty_officer"
"""Li Na's post; Wang Fang stands in."""


def do(redress: House, act: Any) -> Any:
    """Do something with the desk, as the command line does."""
    return redress.application.pipeline.run(HouseWork(act), SYSTEM)


def away(redress: House, login: str = "li.na", **options: str) -> str:
    """Note an absence and return what is told."""
    return str(do(redress, lambda desk: go_away(desk, login, **options)))


def back(redress: House, login: str = "li.na") -> str:
    """End an absence and return what is told."""
    return str(do(redress, lambda desk: come_back(desk, login)))


def acting(redress: House, **later: float) -> str:
    """Return who acts for the post of the duty officer: Wang Fang while she stands in, else Li Na."""
    application = redress.application
    now = application.now() + timedelta(**later)
    with application.database.read() as connection:
        deputy = principal(connection, "wang.fang", now=now, rules=application.posts.rules)
    assert deputy is not None
    return "wang.fang" if DUTY in deputy.posts else "li.na"


def test_who_is_away_is_stood_in_for_until_they_are_back(redress: House) -> None:
    told = away(redress, until="2026-03-05T10:00+08:00", note=" Ask Wang Fang. ")
    assert told == "li.na is away from 2026-03-03T11:00+08:00 until 2026-03-05T10:00+08:00."
    assert (acting(redress), acting(redress, hours=47)) == ("wang.fang", "li.na")
    with redress.application.database.read() as connection:
        (noted,) = posts.absences(connection, "li.na", now=OPENING)
    assert (noted.start_at, noted.end_at, noted.note) == (
        OPENING,
        datetime(2026, 3, 5, 2, tzinfo=UTC),
        "Ask Wang Fang.",
    )
    redress.later(hours=1)
    assert back(redress) == "li.na is back."
    assert acting(redress) == "li.na"


def test_an_absence_that_is_to_come_begins_when_it_says_and_outlives_a_return(redress: House) -> None:
    away(redress, until="2026-03-04T09:00:00Z")
    told = away(redress, since="2026-03-10T00:00+08:00", until="2026-03-12T00:00:30+08:00")
    assert told == "li.na is away from 2026-03-10T00:00+08:00 until 2026-03-12T00:00:30+08:00."
    assert back(redress) == "li.na is back. Away again from 2026-03-09T16:00+00:00."
    assert (acting(redress), acting(redress, days=7)) == ("li.na", "wang.fang")


def test_absences_that_overlap_end_together(redress: House) -> None:
    away(redress, until="2026-03-05T10:00+08:00")
    redress.later(hours=1)
    away(redress, until="2026-03-09T10:00+08:00")
    assert back(redress) == "li.na is back."
    assert acting(redress) == "li.na"


def test_who_is_not_away_cannot_come_back(redress: House) -> None:
    with pytest.raises(Conflict, match=re.escape("li.na is not away now; nothing was changed.")):
        back(redress)
    away(redress, since="2026-03-10T00:00+08:00", until="2026-03-12T00:00+08:00")
    told = "li.na is not away now; nothing was changed. Away again from 2026-03-09T16:00+00:00."
    with pytest.raises(Conflict, match=re.escape(told)):
        back(redress)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"until": "later"}, "--until: later is not a date and time. "),
        ({"until": "2026-03-05"}, "--until: 2026-03-05 has no time zone. Add the time and the offset, "),
        ({"until": "2026-03-05T10:00"}, "--until: 2026-03-05T10:00 has no time zone. "),
        ({"until": "9999-12-31T23:59-12:00"}, "--until: 9999-12-31T23:59-12:00 is out of range. "),
        (
            {"until": "2026-03-05T10:00Z", "since": "0001-01-01T00:00+14:00"},
            "--from: 0001-01-01T00:00+14:00 is out of range. ",
        ),
        ({"until": "2026-03-03T10:59+08:00"}, "The time in --until is over already: 2026-03-03T10:59+08:00."),
        ({"until": "2026-03-05T10:00Z", "since": "soon"}, "--from: soon is not a date and time. "),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(redress: House, options: dict[str, str], told: str) -> None:
    with pytest.raises(Unfit, match=re.escape(told)):
        away(redress, **options)
    assert acting(redress) == "li.na"


def test_an_absence_ends_after_it_starts(redress: House) -> None:
    with pytest.raises(UnfitAbsence):
        away(redress, since="2026-03-05T10:00+08:00", until="2026-03-05T10:00+08:00")


def test_who_has_left_or_is_not_known_is_not_away(redress: House) -> None:
    with pytest.raises(UnknownPerson):
        away(redress, "nobody", until="2026-03-05T10:00+08:00")
    with pytest.raises(UnknownPerson):
        back(redress, "nobody")
    do(redress, lambda desk: people.deactivate(desk.connection, "li.na", now=desk.now))
    with pytest.raises(Unfit, match=re.escape("The account li.na is closed; who has left is away for good.")):
        away(redress, until="2026-03-05T10:00+08:00")


def test_at_the_very_instant_of_return_nobody_is_away(redress: House) -> None:
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    away(redress, until="2026-03-05T10:00+08:00")
    clock.advance(datetime(2026, 3, 5, 2, tzinfo=UTC) - OPENING)
    with pytest.raises(Conflict):
        back(redress)
