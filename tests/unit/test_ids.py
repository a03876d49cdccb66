"""Identifiers by a clock: those of one hour stand together, and nothing else can be read from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.container import build
from engine.clock import MovableClock
from engine.ids import ALPHABET, RandomIds
from tests.support.application import settings

AT = datetime(2026, 3, 27, 6, 0, tzinfo=UTC)


def test_those_of_one_hour_begin_alike_and_are_otherwise_random() -> None:
    clock = MovableClock(AT)
    ids = RandomIds(clock)
    first = [ids.new() for _ in range(200)]
    clock.advance(timedelta(minutes=59, seconds=59))
    first.append(ids.new())
    clock.advance(timedelta(seconds=1))
    second = [ids.new() for _ in range(200)]
    assert len({each[:4] for each in first}) == len({each[:4] for each in second}) == 1
    assert max(first) < min(second)
    assert len({*first, *second}) == 401
    assert {len(each) for each in first} == {20}
    assert set("".join(each[4:] for each in first)) == set(ALPHABET.lower())


def test_an_installation_gives_identifiers_by_its_clock() -> None:
    """Else each row of a large one belongs on another page (docs/adr/0027)."""
    clock = MovableClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    application = build(settings(), clock=clock)
    ids = [application.pipeline.ids.new() for _ in range(3)]
    application.database.close()
    assert {each[:4] for each in ids} == {RandomIds(clock).new()[:4]}


def test_they_go_up_until_the_hours_run_out() -> None:
    hours = (AT, AT + timedelta(days=365), datetime(2089, 8, 1, tzinfo=UTC))
    assert sorted(hours) == sorted(hours, key=lambda at: RandomIds(MovableClock(at)).new())


def test_without_a_clock_they_are_wholly_random() -> None:
    assert len({RandomIds().new()[:4] for _ in range(200)}) > 190
