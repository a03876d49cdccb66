"""Outcomes that cannot be noted, and messages that hang: nobody else waits for them, and little is sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from complaints.outward import outward_loop
from complaints.outward.channel import Temporary
from complaints.outward.outward_loop import CLAIM_FOR, LONGEST_SENDING, PROLONG_AFTER, SLOW_SECONDS
from complaints.outward.unnoted import HOPELESS_SECONDS, LONGEST_SECONDS
from engine.clock import MovableClock
from storage import outbox
from storage.database import Database
from storage.errors import StoreBusy
from tests.complaints.gated_line import GatedLine, message, process, row, write
from tests.complaints.test_sending_lanes import clock, store
from tests.support.waiting import until

__all__ = ["clock", "store"]


@dataclass
class Seconds:
    """Seconds that run when a test says so."""

    passed: float = 0.0

    def __call__(self) -> float:
        return self.passed


Refuse = Callable[[str, Exception], list[str]]


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Refuse]:
    """Refuse from now on to mark one message as gone out; return each try."""
    mark, tries = outbox.mark_delivered, list[str]()

    def refuse(refused: str, error: Exception) -> list[str]:
        def refusing(connection: Any, message_id: str, **named: Any) -> bool:
            if message_id == refused:
                tries.append(message_id)
                raise error
            return mark(connection, message_id, **named)

        monkeypatch.setattr(outbox, "mark_delivered", refusing)
        return tries

    yield refuse
    monkeypatch.undo()


def test_what_ended_and_cannot_be_noted_makes_no_room(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes out again if the process dies before: there are never more of them than are sent at one time."""
    line, seconds = GatedLine(at_once=2), Seconds()
    write(store, *(message(f"m{number}", f"r{number}") for number in range(9)))
    loop = process(store, line, clock.now, patience=0.0, elapsed=seconds)

    def busy(*_values: Any, **_named: Any) -> bool:
        raise StoreBusy

    monkeypatch.setattr(outbox, "mark_delivered", busy)
    for _ in range(8):
        loop.run_once()
        until(lambda: len(loop._hand.ended()) == 2, "both have ended")
        seconds.passed += SLOW_SECONDS + 1
    assert len(line.taken) == 2
    monkeypatch.undo()
    loop.patience = 30.0
    loop.run_once()
    assert len(line.taken) == 9


def test_what_follows_a_letter_that_hangs_is_left_to_other_processes(store: Database, clock: MovableClock) -> None:
    line, other, seconds = GatedLine(at_once=1, by_case=True), GatedLine(by_case=True), Seconds()
    gate = line.shut_for("r")
    write(store, message("m1", "r", case="c"))
    loop = process(store, line, clock.now, patience=0.0, elapsed=seconds)
    loop.run_once()
    seconds.passed += LONGEST_SENDING + 1
    for _ in range(2):
        clock.advance(CLAIM_FOR + timedelta(seconds=1))
        loop.run_once()
    assert process(store, other, clock.now).run_once() == 1
    write(store, message("m2", "r", case="c"))
    loop.run_once()
    assert row(store, "m2").claimed_until is None
    assert process(store, other, clock.now).run_once() == 1
    assert other.taken == ["m1", "m2"]
    gate.set()
    loop.finish()


def test_a_store_that_is_busy_for_one_outcome_loses_neither_the_claims_nor_the_other_outcomes(
    store: Database, clock: MovableClock, refuse: Refuse
) -> None:
    line, other = GatedLine(), GatedLine()
    gate = line.shut_for("slow")
    write(store, message("m1", "r"), message("m2", "s"), message("m3", "slow"))
    loop = process(store, line, clock.now, patience=0.0)
    loop.run_once()
    until(lambda: set(line.taken) == {"m1", "m2"}, "two were taken")
    refuse("m1", StoreBusy())
    loop.patience = 30.0
    with capture_logs() as logged:
        assert loop.run_once(lambda: False) == 1
    assert [each["event"] for each in logged] == ["sending-postponed"]
    assert row(store, "m2").delivered_at == clock.now()
    for _ in range(6):
        clock.advance(PROLONG_AFTER)
        loop.run_once(lambda: False)
        assert {row(store, each).claimed_until for each in ("m1", "m3")} == {clock.now() + CLAIM_FOR}
        assert process(store, other, clock.now).run_once() == 0
    gate.set()


def test_many_outcomes_that_are_slow_to_note_lose_no_claim(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, names = GatedLine(at_once=6), [f"m{number}" for number in range(6)]
    write(store, *(message(name, f"r{name}") for name in names))
    loop = process(store, line, clock.now, patience=0.0)
    loop.run_once()
    until(lambda: len(line.taken) == 6, "all were taken")

    def slow(connection: Any, *_: object, **__: object) -> bool:
        clock.advance(PROLONG_AFTER)
        raise StoreBusy

    monkeypatch.setattr(outbox, "mark_delivered", slow)
    loop.patience = 30.0
    loop.run_once(lambda: False)
    assert {row(store, name).claimed_until for name in names} == {clock.now() - PROLONG_AFTER + CLAIM_FOR}


def test_what_cannot_be_kept_is_noted_all_the_same(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = GatedLine()
    write(store, message("m1", "r"))
    loop = process(store, line, clock.now, patience=0.0)
    loop.run_once()
    until(lambda: line.taken == ["m1"], "it was taken")

    def busy(*_: object, **__: object) -> None:
        raise StoreBusy

    monkeypatch.setattr(outbox, "prolong", busy)
    clock.advance(PROLONG_AFTER)
    assert loop.run_once() == 1


def test_who_stops_asks_a_busy_store_again(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = GatedLine()
    write(store, message("m1", "r"), message("m2", "r"))
    loop = process(store, line, clock.now, patience=0.0)
    loop.run_once()
    until(lambda: line.taken == ["m1"], "it was taken")
    write_as_ever, refused = store.write, list[int]()

    def busy_at_first(**named: Any) -> object:
        if len(refused) < 3:
            refused.append(1)
            raise StoreBusy
        return write_as_ever(**named)

    monkeypatch.setattr(store, "write", busy_at_first)
    with capture_logs() as logged:
        assert loop.finish() == 1
    assert [each["event"] for each in logged] == ["sending-postponed"]
    assert (row(store, "m1").delivered_at, row(store, "m2").claimed_until) == (clock.now(), None)


def test_who_stops_does_not_wait_longer_for_a_busy_store_than_it_may(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, seconds = GatedLine(), Seconds()
    write(store, *(message(f"m{number}", f"r{number}") for number in range(4)))
    loop = process(store, line, clock.now, patience=0.0, elapsed=seconds)
    loop.run_once()
    until(lambda: len(line.taken) == 4, "all were taken")
    tries = list[int]()

    def slow(**_: object) -> object:
        tries.append(1)
        seconds.passed += 5.0
        raise StoreBusy

    monkeypatch.setattr(store, "write", slow)
    assert loop.finish(within=10.0) == 0
    assert (len(tries), seconds.passed) == (2, 10.0)


def test_an_outcome_that_cannot_be_noted_for_a_reason_nobody_foresaw_is_left_in_the_end(
    store: Database, clock: MovableClock, refuse: Refuse
) -> None:
    line, other, seconds = GatedLine(at_once=1), GatedLine(), Seconds()
    write(store, message("m1", "r"), message("m2", "r"))
    loop = process(store, line, clock.now, patience=0.0, elapsed=seconds)
    loop.run_once()
    until(lambda: line.taken == ["m1"], "it was taken")
    tries = refuse("m1", ValueError("nobody foresaw it"))

    def wait(long: float) -> None:
        while long > 0:
            seconds.passed += PROLONG_AFTER.total_seconds()
            clock.advance(PROLONG_AFTER)
            long -= PROLONG_AFTER.total_seconds()
            loop.run_once()

    with capture_logs() as logged:
        loop.run_once()
        wait(HOPELESS_SECONDS - LONGEST_SECONDS)
        assert row(store, "m1").claimed_until == clock.now() + CLAIM_FOR
        assert process(store, other, clock.now).run_once() == 0
        while seconds.passed < HOPELESS_SECONDS + 2 * LONGEST_SECONDS and len(line.began) == 1:
            wait(PROLONG_AFTER.total_seconds())
        until(lambda: line.taken == ["m1", "m2"], "who waits behind it is told")
    assert [(each["event"], each["message"]) for each in logged] == [
        ("sending-not-noted", "m1"), ("sending-left-unnoted", "m1"),
    ]  # fmt: skip
    assert len(tries) < 15, "it is tried again at growing pauses"
    left = row(store, "m1").claimed_until
    clock.advance(PROLONG_AFTER)
    loop.run_once()
    assert row(store, "m1").claimed_until == left < clock.now() + CLAIM_FOR, "it is kept no longer"


@pytest.mark.parametrize("failing", [None, Temporary("busy")], ids=["taken", "put off"])
def test_what_is_left_is_marked_as_far_as_it_can_be_and_not_sent_again_and_again(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, failing: Exception | None
) -> None:
    line, seconds = GatedLine(failing={"r": Temporary("busy")}), Seconds()
    write(store, message("m1", "r"))
    loop = process(store, line, clock.now, elapsed=seconds)
    assert loop.run_once() == 0
    if failing is None:
        line.failing.clear()
    clock.advance(timedelta(minutes=1))

    def fails(*_: object, **__: object) -> None:
        raise ValueError("nobody foresaw it")

    monkeypatch.setattr(outward_loop, "over", fails)
    monkeypatch.setattr(outward_loop, "note_failed", fails)
    loop.patience = 0.0
    loop.run_once()
    until(lambda: line.began == ["m1", "m1"], "it is sent again")
    until(lambda: bool(loop._hand.ended()), "it has ended")
    loop.run_once()
    assert row(store, "m1").attempts == 1, "it cannot be noted"
    seconds.passed += HOPELESS_SECONDS
    loop.run_once()
    marked = row(store, "m1")
    assert (marked.claimed_until, marked.delivered_at is None) == (None, failing is not None)
    assert marked.attempts == (1 if failing is None else 2)


def test_an_outcome_that_can_be_noted_in_the_end_is_noted(
    store: Database, clock: MovableClock, refuse: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, seconds = GatedLine(), Seconds()
    write(store, message("m1", "r"))
    loop = process(store, line, clock.now, patience=0.0, elapsed=seconds)
    loop.run_once()
    until(lambda: line.taken == ["m1"], "it was taken")
    refuse("m1", ValueError("for a while"))
    assert loop.run_once() == 0
    monkeypatch.undo()
    assert loop.run_once() == 0, "not at once"
    seconds.passed += 1.0
    assert (loop.run_once(), line.taken) == (1, ["m1"])


@pytest.mark.parametrize("by_case", [False, True], ids=["a colleague", "a complainant"])
def test_what_is_sent_for_longer_than_anything_takes_is_kept_no_longer_and_said(
    store: Database, clock: MovableClock, by_case: bool
) -> None:
    line, other, seconds = GatedLine(at_once=1, by_case=by_case), GatedLine(by_case=by_case), Seconds()
    gate = line.shut_for("r")
    write(store, message("m1", "r", case="c"), message("m2", "r", case="c"))
    loop = process(store, line, clock.now, patience=0.0, elapsed=seconds)
    loop.run_once()
    seconds.passed += LONGEST_SENDING
    clock.advance(PROLONG_AFTER)
    loop.run_once()
    assert row(store, "m1").claimed_until == clock.now() + CLAIM_FOR, "so long it may take"
    seconds.passed += 1.0
    with capture_logs() as logged:
        for _ in range(4):
            clock.advance(timedelta(seconds=7))
            loop.run_once()
    assert [(each["event"], each["message"]) for each in logged] == [("sending-overlong", "m1")]
    assert (process(store, other, clock.now).run_once(), sorted(other.taken)) == (2, ["m1", "m2"])
    gate.set()
    until(lambda: line.taken == ["m1"], "it arrives all the same")
    with capture_logs() as logged:
        assert loop.finish() == 0
    assert [each["event"] for each in logged] == ["sending-overtaken"]
