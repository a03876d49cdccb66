"""A loop is seen when it gets on, and silent when it fails or hangs."""

from __future__ import annotations

from contextlib import suppress

from escalation.pulse import LATELY_SECONDS, Pulse


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_before_its_first_pass_a_loop_is_silent() -> None:
    pulse = Pulse(Seconds())
    pulse.expect(["deadlines", "outbox"])
    assert (pulse.loops, pulse.silent_for("deadlines"), pulse.silent()) == (
        ("deadlines", "outbox"), None, ["deadlines", "outbox"],
    )  # fmt: skip


def test_a_loop_that_was_seen_falls_silent_with_time() -> None:
    seconds = Seconds()
    pulse = Pulse(seconds)
    with pulse.passing("deadlines"):
        seconds.now += 3
    assert pulse.silent_for("deadlines") == 0
    seconds.now += LATELY_SECONDS
    assert pulse.silent(["deadlines"]) == []
    seconds.now += 0.1
    assert pulse.silent(["deadlines"]) == ["deadlines"]


def test_a_long_pass_that_gets_on_is_seen_and_one_that_hangs_is_not() -> None:
    seconds = Seconds()
    pulse = Pulse(seconds)
    with pulse.passing("deadlines") as one:
        one.alive()
        seconds.now += LATELY_SECONDS + 1
        assert pulse.silent(["deadlines"]) == ["deadlines"]
        one.alive()
        assert pulse.silent(["deadlines"]) == []


def test_a_pass_that_raises_leaves_the_beat_where_it_was() -> None:
    seconds = Seconds()
    pulse = Pulse(seconds)
    with pulse.passing("outbox"):
        pass
    seconds.now += 5
    with suppress(ValueError), pulse.passing("outbox") as one:
        one.alive()
        raise ValueError
    assert pulse.silent_for("outbox") == 5


def test_watchers_hear_of_work_and_failures_and_not_of_idle_passes() -> None:
    seconds, heard = Seconds(), list[tuple[str, float | None]]()
    pulse = Pulse(seconds)
    pulse.watch(lambda loop, took: heard.append((loop, took)))
    with pulse.passing("deadlines") as one:
        one.idle = True
    with pulse.passing("deadlines"):
        seconds.now += 2
    with suppress(ValueError), pulse.passing("outbox"):
        raise ValueError
    assert heard == [("deadlines", 2.0), ("outbox", None)]
