"""What the doctor says of the house beside its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update

from app.beating import Heart
from app.doctor import GRACE, findings
from app.doctor_house import unpublished_years
from engine.clock import MovableClock
from engine.tables import instance
from escalation.calendar import Campus
from escalation.calendar_files import load_calendars
from tests.support.application import OPENING, House, house
from tests.support.application import settings as settings_of


def campuses() -> Mapping[str, Campus]:
    return load_calendars(settings_of().bpmn_folder / "calendars").campuses


def advance(redress: House, by: timedelta) -> None:
    clock = redress.application.clock
    assert isinstance(clock, MovableClock)
    clock.advance(by)


def said(redress: House) -> list[str]:
    return list(findings(redress.application))


def test_a_house_at_work_is_sound() -> None:
    redress = house()
    redress.file()
    redress.later(hours=5)
    assert said(redress) == []


def test_the_year_to_come_is_asked_for_from_mid_november_on_for_each_campus_with_open_cases() -> None:
    def asked(at: str, **counts: int) -> list[str]:
        now = datetime.fromisoformat(at).replace(tzinfo=UTC)
        return list(unpublished_years(campuses(), Counter(counts), now))

    assert asked("2026-11-16", main=1, seoul=2) == []
    rest = (
        "without the holidays of 2027 what falls due then is provisional, for {}; write the file when they are"
        " announced, and start servers and workers again"
    )
    assert asked("2026-11-18", main=1, seoul=2) == [
        f"calendars/main/2027.toml is missing: {rest.format('1 open case')}",
        f"calendars/seoul/2027.toml is missing: {rest.format('2 open cases')}",
    ]
    assert asked("2026-11-18", seoul=2) == [f"calendars/seoul/2027.toml is missing: {rest.format('2 open cases')}"]
    assert asked("2026-11-18", elsewhere=1) == []
    # The year begins in the campus's own zone, eight hours before that of UTC.
    assert [each[:23] for each in asked("2027-12-31T17:00", main=1)] == ["calendars/main/2028.tom"]
    assert asked("2026-11-18") == []


def test_a_year_whose_file_says_that_it_is_not_published_is_missing_too() -> None:
    known = dict(campuses())
    main = known["main"]
    known["main"] = replace(main, years={**main.years, 2026: replace(main.years[2026], published=False)})
    (one,) = unpublished_years(known, Counter(main=1), OPENING)
    assert one.startswith("calendars/main/2026.toml does not say that the year is published: without the holidays")


def test_the_doctor_counts_open_cases_by_their_campus() -> None:
    redress = house()
    redress.file()
    ended = redress.file()["id"]
    _change(redress, ended, ended_at=OPENING)
    clock = MovableClock(OPENING.replace(month=12))
    redress.application.__dict__["clock"] = clock
    told = [each for each in said(redress) if each.startswith("calendars/")]
    assert [each.split(";")[0][-11:] for each in told] == ["1 open case"]


def test_a_worker_that_fell_silent_is_told_until_another_takes_its_place() -> None:
    redress = house()
    application = redress.application
    for loop in ("deadlines", "outbox"):
        with application.pulse.passing(loop):
            pass
    dead = Heart(application, "worker")
    assert dead.beat()
    advance(redress, timedelta(seconds=20))
    assert said(redress) == []
    advance(redress, timedelta(seconds=1))
    began, now = OPENING.isoformat(), application.now()
    assert said(redress) == [
        f"the worker on {dead.own.host} that began at {began} has not been heard of since {began}, and no other has"
        " begun since: look into its log and start one"
    ]
    instead = Heart(application, "worker")
    assert instead.own.since == now
    assert instead.beat()
    assert said(redress) == []
    instead.stop()
    dead.stop()
    assert said(redress) == []


def test_what_is_due_and_that_no_sweep_would_find_is_told() -> None:
    redress = house()
    case = redress.file()["id"]
    _change(redress, case, next_due=None)
    advance(redress, timedelta(minutes=45))
    redress.application.sweep.run_until_done()
    assert said(redress) == []
    advance(redress, GRACE + timedelta(seconds=1))
    due = (OPENING + timedelta(minutes=45)).isoformat()
    (one,) = [each for each in said(redress) if "nothing looks for it" in each]
    assert one.startswith(f"case {case}: ")
    assert f"has been due since {due} and nothing looks for it" in one


def _change(redress: House, case: str, **values: Any) -> None:
    with redress.application.database.write() as unit:
        unit.connection.execute(update(instance).where(instance.c.case_id == case).values(**values))
        unit.commit()
