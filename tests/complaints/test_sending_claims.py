"""Several processes: what a dead one had is taken over, what a living one has is left to it. On each store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.serve import OUTWARD_SECONDS
from complaints.outward.channel import Final, Temporary
from complaints.outward.outward_loop import CLAIM_FOR, PROLONG_AFTER
from engine.clock import MovableClock
from engine.tables import incident
from storage.database import Database
from storage.errors import StoreBusy
from tests.complaints.gated_line import GatedLine, message, process, row, sending, write
from tests.complaints.test_sending_lanes import clock, store
from tests.support.waiting import until

__all__ = ["clock", "store"]

TAKEOVER = timedelta(seconds=30)


def incidents(store: Database) -> list[tuple[str, int, bool]]:
    """Return reason, attempts and whether it is over, of everything that failed."""
    with store.read() as connection:
        return [
            (each.reason, each.attempts, each.resolved_at is not None) for each in connection.execute(select(incident))
        ]


def test_what_a_dead_process_had_is_sent_by_another_within_half_a_minute(store: Database, clock: MovableClock) -> None:
    dead, alive = GatedLine(), GatedLine()
    gate = dead.shut_for("r")
    write(store, message("m1", "r"))
    process(store, dead, clock.now, patience=0.0).run_once()
    assert CLAIM_FOR + timedelta(seconds=OUTWARD_SECONDS) < TAKEOVER
    clock.advance(CLAIM_FOR - timedelta(seconds=1))
    heir = process(store, alive, clock.now)
    assert heir.run_once() == 0
    clock.advance(timedelta(seconds=1))
    assert (heir.run_once(), alive.taken) == (1, ["m1"])
    gate.set()


@pytest.mark.parametrize("ahead", [0, 5], ids=["one clock", "five seconds ahead"])
def test_what_a_living_process_sends_slowly_is_sent_by_nobody_else(
    store: Database, clock: MovableClock, ahead: int
) -> None:
    slow, other = GatedLine(), GatedLine()
    gate = slow.shut_for("r")
    write(store, message("m1", "r"), message("m2", "r"))
    beside = process(store, other, lambda: clock.now() + timedelta(seconds=ahead))
    with sending(process(store, slow, clock.now)):
        until(lambda: slow.began == ["m1"], "it is under way")
        for _ in range(10):
            clock.advance(PROLONG_AFTER)
            now = clock.now()
            until(lambda now=now: row(store, "m1").claimed_until == now + CLAIM_FOR, "it holds what it has")  # type: ignore[misc]
            assert row(store, "m2").claimed_until == now + CLAIM_FOR
            assert beside.run_once() == 0
        gate.set()
    assert (slow.taken, other.began) == (["m1", "m2"], [])


def test_a_claim_outlasts_a_store_that_is_away_when_it_is_to_be_prolonged(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And neighbours whose clocks are five seconds ahead, which is as much as they may be."""
    slow, other = GatedLine(), GatedLine()
    gate = slow.shut_for("r")
    write(store, message("m1", "r"))
    loop, ahead = process(store, slow, clock.now, patience=0.0), lambda: clock.now() + timedelta(seconds=5)
    loop.run_once()

    def away(**_: object) -> object:
        raise StoreBusy("It is being restarted.")

    clock.advance(PROLONG_AFTER)
    with monkeypatch.context() as patched:
        patched.setattr(store, "write", away)
        loop.run_once()
    clock.advance(PROLONG_AFTER)
    assert process(store, other, ahead).run_once() == 0
    loop.run_once()
    assert row(store, "m1").claimed_until == clock.now() + CLAIM_FOR
    assert other.began == []
    gate.set()
    loop.finish()


def test_who_lost_a_claim_does_not_mark_over_what_came_of_it(store: Database, clock: MovableClock) -> None:
    asleep, alive = GatedLine(), GatedLine(failing={"r": Temporary("busy")})
    gate = asleep.shut_for("r")
    write(store, message("m1", "r"))
    sleeper, heir = process(store, asleep, clock.now, patience=0.0), process(store, alive, clock.now)
    sleeper.run_once()
    clock.advance(CLAIM_FOR)
    assert heir.run_once() == 0
    failed = row(store, "m1")
    assert (failed.attempts, failed.last_error) == (1, "busy")
    gate.set()
    until(lambda: asleep.taken == ["m1"], "it arrives all the same")
    assert sleeper.run_once() == 0
    assert row(store, "m1") == failed
    alive.failing.clear()
    clock.advance(timedelta(minutes=1))
    assert heir.run_once() == 1
    assert incidents(store) == [("busy", 1, True)]


def test_a_failure_told_too_late_undoes_no_delivery_and_is_no_incident(store: Database, clock: MovableClock) -> None:
    asleep, alive = GatedLine(failing={"r": Final("gone")}), GatedLine()
    gate = asleep.shut_for("r")
    write(store, message("m1", "r"))
    sleeper = process(store, asleep, clock.now, patience=0.0)
    sleeper.run_once()
    clock.advance(CLAIM_FOR)
    assert process(store, alive, clock.now).run_once() == 1
    delivered = row(store, "m1")
    gate.set()
    sleeper.finish()
    assert (row(store, "m1"), incidents(store)) == (delivered, [])


def test_who_slept_sends_nothing_that_others_have_sent_meanwhile(store: Database, clock: MovableClock) -> None:
    asleep, alive = GatedLine(at_once=1), GatedLine()
    gate = asleep.shut_for("r")
    write(store, *(message(f"m{number}", "r") for number in range(5)))
    sleeper = process(store, asleep, clock.now, patience=0.0)
    sleeper.run_once()
    clock.advance(CLAIM_FOR)
    assert process(store, alive, clock.now).run_once() == 5
    gate.set()
    sleeper.patience = 30.0
    assert sleeper.run_once() == 0
    assert asleep.began == ["m0"]


def test_who_slept_and_was_missed_by_nobody_sends_once(store: Database, clock: MovableClock) -> None:
    line = GatedLine(at_once=1)
    gate = line.shut_for("r")
    write(store, *(message(f"m{number}", "r") for number in range(5)))
    loop = process(store, line, clock.now, patience=0.0)
    loop.run_once()
    clock.advance(CLAIM_FOR * 3)
    gate.set()
    loop.patience = 30.0
    assert loop.run_once() == 5
    assert line.taken == [f"m{number}" for number in range(5)]
