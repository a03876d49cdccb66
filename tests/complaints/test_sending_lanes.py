"""One recipient at a time, in order: whoever is slow, or never answers, delays nobody else. On each store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from complaints.outward.channel import Temporary, Unreachable
from complaints.outward.outward_loop import BATCH, CLAIM_FOR, LONGEST_PAUSE, SLOW_LANES, SLOW_SECONDS
from engine.clock import MovableClock
from storage import migrate
from storage.database import Database
from storage.errors import StoreBusy
from tests.complaints.gated_line import GatedLine, message, process, row, sending, write
from tests.support.stores import NOON, store_url
from tests.support.waiting import until


@pytest.fixture(params=["sqlite-file", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with its tables."""
    with Database(store_url(request.param, request, tmp_path)) as opened:
        migrate.create(opened)
        yield opened


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


def test_who_does_not_answer_delays_nobody_else_not_even_what_comes_due_meanwhile(
    store: Database, clock: MovableClock
) -> None:
    line = GatedLine(at_once=2)
    gate = line.shut_for("slow")
    write(store, *(message(f"s{number:02}", "slow") for number in range(3 * BATCH)))
    write(store, *(message(f"o{number}", f"other{number}") for number in range(12)))
    with sending(process(store, line, clock.now)):
        until(lambda: len(line.taken) == 12, "the others are told")
        write(store, message("late", "newcomer"))
        until(lambda: "late" in line.taken, "so is who comes later")
        assert [each for each in line.began if each.startswith("s")] == ["s00"]
        held = [row(store, f"s{number:02}").claimed_by is not None for number in range(3 * BATCH)]
        assert sum(held) == BATCH, "the rest is left to other processes"
        gate.set()
    assert [each for each in line.taken if each.startswith("s")] == [f"s{number:02}" for number in range(3 * BATCH)]
    assert sorted(line.taken) == sorted(line.began)


def test_channels_that_have_much_take_turns_with_the_others(store: Database, clock: MovableClock) -> None:
    line = GatedLine(at_once=1)
    much = 3 * BATCH
    for name in ("hook0", "hook1"):
        write(store, *(message(f"{name}-{number:02}", name, channel=name) for number in range(much)))
    write(store, message("hook2-00", "hook2", channel="hook2"))
    assert process(store, line, clock.now).run_once() == 2 * much + 1
    assert {each.partition("-")[0] for each in line.taken[:2]} == {"hook0", "hook1"}
    assert line.taken.index("hook2-00") <= 2 * BATCH, "it is claimed once somebody else's claim is worked off"


def test_no_more_is_under_way_than_a_channel_sends_at_one_time(store: Database, clock: MovableClock) -> None:
    line = GatedLine(at_once=3)
    gates = [line.shut_for(f"r{number}") for number in range(5)]
    write(store, *(message(f"m{number}", f"r{number}") for number in range(5)))
    with sending(process(store, line, clock.now)):
        until(lambda: len(line.began) == 3, "three have begun")
        gates[0].set()
        until(lambda: len(line.began) == 4, "and another where one has ended")
        assert line.taken == ["m0"]
        for each in gates:
            each.set()
    assert len(line.taken) == 5


def test_who_is_slow_gives_the_place_to_others_up_to_a_bound(store: Database, clock: MovableClock) -> None:
    """Mailboxes whose server looks through every mail for minutes leave a place for others, until they are too many."""
    line, passed = GatedLine(at_once=2), [0.0]
    slow = [f"slow{number:02}" for number in range(2 * SLOW_LANES + 5)]
    gates = [line.shut_for(name) for name in slow]
    write(store, *(message(f"m-{name}", name) for name in slow))
    loop = process(store, line, clock.now, patience=0.0, elapsed=lambda: passed[0])
    loop.run_once()
    assert len(line.began) == 2
    passed[0] += SLOW_SECONDS + 1
    write(store, message("quick", "quick"))
    for _ in range(20):
        loop.run_once()
        passed[0] += SLOW_SECONDS + 1
    until(lambda: len(line.began) == 2 * SLOW_LANES + 1, "so many wait, and no more")
    assert loop._hand.sending(line) == 2 * SLOW_LANES + 1
    for gate in gates:
        gate.set()
    loop.patience = 30.0
    loop.run_once()
    assert sorted(line.taken) == sorted(["quick", *(f"m-{name}" for name in slow)])


def test_a_few_who_are_slow_hold_up_nobody(store: Database, clock: MovableClock) -> None:
    line, passed = GatedLine(at_once=2), [0.0]
    gates = [line.shut_for(f"slow{number}") for number in range(4)]
    write(store, *(message(f"m{number}", f"slow{number}") for number in range(4)))
    loop = process(store, line, clock.now, patience=0.0, elapsed=lambda: passed[0])
    for _ in range(3):
        loop.run_once()
        passed[0] += SLOW_SECONDS + 1
    write(store, *(message(f"q{number}", f"quick{number}") for number in range(6)))

    def told() -> bool:
        loop.run_once()
        return len(line.taken) == 6

    until(told, "the others are told meanwhile")
    for gate in gates:
        gate.set()
    assert loop.finish() >= 4


def test_a_server_that_is_slow_as_a_whole_is_asked_for_one_more_at_a_time(store: Database, clock: MovableClock) -> None:
    line, passed = GatedLine(at_once=2), [0.0]
    gates = [line.shut_for(f"r{number}") for number in range(6)]
    write(store, *(message(f"m{number}", f"r{number}") for number in range(6)))
    loop = process(store, line, clock.now, patience=0.0, elapsed=lambda: passed[0])
    began = []
    for _ in range(3):
        loop.run_once()
        loop.run_once()
        began.append(loop._hand.sending(line))
        passed[0] += SLOW_SECONDS + 1
    assert began == [2, 3, 4]
    for gate in gates:
        gate.set()
    assert loop.finish() == 4


def test_what_hangs_since_before_does_not_keep_the_others_from_a_server_that_is_back(
    store: Database, clock: MovableClock
) -> None:
    line, passed = GatedLine(at_once=4), [0.0]
    gate = line.shut_for("slow")
    line.failing["down"] = Unreachable("away")
    write(store, message("m1", "slow"), message("m2", "down"))
    loop = process(store, line, clock.now, patience=0.0, elapsed=lambda: passed[0])

    def found_out() -> bool:
        loop.run_once()
        return bool(row(store, "m2").attempts == 1)

    until(found_out, "the server is away")
    line.failing.clear()
    write(store, message("m3", "other"), message("m4", "another"))

    def told() -> bool:
        clock.advance(LONGEST_PAUSE)
        passed[0] += LONGEST_PAUSE.total_seconds()
        loop.run_once()
        return {"m3", "m4"} <= set(line.taken)

    until(told, "the others are told while the first still hangs")
    assert "m1" not in line.taken
    gate.set()
    loop.finish()


def test_what_follows_to_the_same_recipient_about_the_same_case_waits_for_what_failed(
    store: Database, clock: MovableClock
) -> None:
    line = GatedLine(failing={"r": Temporary("later")})
    write(store, message("m1", "r", case="c"), message("m2", "r", case="c"), message("m3", "r", case="d"))
    loop = process(store, line, clock.now)
    assert loop.run_once() == 0
    assert line.began == ["m1", "m3"]
    line.failing.clear()
    clock.advance(CLAIM_FOR * 3)
    assert loop.run_once() == 3
    assert line.taken.index("m1") < line.taken.index("m2")


def test_who_stops_finishes_what_is_under_way_and_gives_back_the_rest(store: Database, clock: MovableClock) -> None:
    line, other = GatedLine(), GatedLine()
    gate = line.shut_for("r")
    write(store, message("m1", "r"), message("m2", "r"))
    leaving = process(store, line, clock.now, patience=0.0)
    assert leaving.run_once() == 0
    until(lambda: line.began == ["m1"], "it is under way")
    assert leaving.run_once(lambda: False) == 0
    gate.set()
    assert leaving.finish() == 1
    assert (line.taken, row(store, "m2").claimed_until) == (["m1"], None)
    assert (process(store, other, clock.now).run_once(), other.taken) == (1, ["m2"])


def test_what_does_not_end_in_time_is_left_to_others_when_its_claim_has_run_out(
    store: Database, clock: MovableClock
) -> None:
    line, other = GatedLine(), GatedLine()
    gate = line.shut_for("r")
    write(store, message("m1", "r"))
    leaving = process(store, line, clock.now, patience=0.0)
    leaving.run_once()
    assert leaving.finish(within=0.0) == 0
    assert process(store, other, clock.now).run_once() == 0, "it may arrive yet"
    clock.advance(CLAIM_FOR)
    assert (process(store, other, clock.now).run_once(), other.taken) == (1, ["m1"])
    gate.set()


def test_a_store_that_cannot_be_written_costs_nobody_a_second_mail(
    store: Database, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = GatedLine()
    gate = line.shut_for("r")
    write(store, message("m1", "r"))
    loop = process(store, line, clock.now, patience=0.0)
    loop.run_once()
    gate.set()
    until(lambda: line.taken == ["m1"], "it was taken")

    def full(**_: object) -> object:
        raise StoreBusy("No room is left.")

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", full)
        for _ in range(3):
            assert loop.run_once() == 0
            clock.advance(CLAIM_FOR)
    loop.patience = 30.0
    assert loop.run_once() == 1
    assert (line.taken, row(store, "m1").attempts, row(store, "m1").delivered_at) == (["m1"], 0, clock.now())


def test_who_has_several_messages_does_not_wait_behind_everybody_who_comes_later(
    store: Database, clock: MovableClock
) -> None:
    line = GatedLine(at_once=1)
    gate = line.shut_for("several")
    write(store, message("s1", "several"), message("s2", "several"), message("o1", "other1"))
    with sending(process(store, line, clock.now)):
        until(lambda: line.began == ["s1"], "it is under way")
        write(store, *(message(f"o{number}", f"other{number}") for number in range(2, 7)))
        gate.set()
    assert line.taken[:3] == ["s1", "o1", "s2"]
    assert sorted(line.taken[3:]) == [f"o{number}" for number in range(2, 7)]


def test_whether_somebody_is_back_who_could_not_be_reached_one_message_finds_out(
    store: Database, clock: MovableClock
) -> None:
    names = [f"r{number}" for number in range(8)]
    line = GatedLine(at_once=4, failing={name: Unreachable("away") for name in names})
    write(store, *(message(f"m-{name}", name) for name in names))
    loop = process(store, line, clock.now)
    assert loop.run_once() == 0
    before = len(line.began)
    gates = [line.shut_for(name) for name in names]
    clock.advance(LONGEST_PAUSE)
    loop.patience = 0.0
    for _ in range(3):
        loop.run_once()
    until(lambda: len(line.began) > before, "somebody asks")
    assert len(line.began) == before + 1, "and nobody else meanwhile"
    line.failing.clear()
    for gate in gates:
        gate.set()
    loop.patience = 30.0
    clock.advance(LONGEST_PAUSE)
    loop.run_once()
    assert sorted(line.taken) == sorted(f"m-{name}" for name in names)
