"""Who writes next."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from storage.errors import StoreBusy
from storage.turns import Turn, Turnstile


class Queue:
    """Threads that arrive one after another at a turnstile that the test holds, and note in which order they pass."""

    def __init__(self, turnstile: Turnstile) -> None:
        self.turnstile = turnstile
        self.passed: list[str] = []
        self.threads: list[threading.Thread] = []

    def arrive(self, name: str, turn: Turn) -> None:
        """Start a thread and return when it waits at the turnstile."""

        def go() -> None:
            with self.turnstile.passing(turn):
                self.passed.append(name)

        before = self._waiting()
        self.threads.append(threading.Thread(target=go))
        self.threads[-1].start()
        wait_until(lambda: self._waiting() == before + 1)

    def finish(self) -> list[str]:
        """Return the order in which all passed."""
        for thread in self.threads:
            thread.join()
        return self.passed

    def _waiting(self) -> int:
        return sum(len(waiters) for waiters in self.turnstile._waiting.values())


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait, without a fixed length, for something that another thread does."""
    pause = threading.Event()
    for _ in range(5000):
        if holds():
            return
        pause.wait(0.001)
    raise AssertionError("it did not happen within five seconds")


def test_people_go_before_sweeps_each_in_order_of_arrival() -> None:
    queue = Queue(Turnstile())
    with queue.turnstile.passing(Turn.PERSON):
        queue.arrive("sweep 1", Turn.SWEEP)
        queue.arrive("person 1", Turn.PERSON)
        queue.arrive("sweep 2", Turn.SWEEP)
        queue.arrive("person 2", Turn.PERSON)
    assert queue.finish() == ["person 1", "person 2", "sweep 1", "sweep 2"]


def test_a_sweep_that_was_overtaken_often_enough_goes_next() -> None:
    queue = Queue(Turnstile(patience=2))
    with queue.turnstile.passing(Turn.PERSON):
        queue.arrive("sweep", Turn.SWEEP)
        for number in range(1, 5):
            queue.arrive(f"person {number}", Turn.PERSON)
    assert queue.finish() == ["person 1", "person 2", "sweep", "person 3", "person 4"]


def test_nobody_waits_longer_than_the_bound_and_who_gave_up_is_not_called() -> None:
    turnstile = Turnstile(wait_for=0.02)
    refused = threading.Event()

    def impatient() -> None:
        with pytest.raises(StoreBusy), turnstile.passing(Turn.PERSON):
            pass
        refused.set()

    with turnstile.passing(Turn.SWEEP):
        thread = threading.Thread(target=impatient)
        thread.start()
        assert refused.wait(5)
        thread.join()
    with turnstile.passing(Turn.PERSON):
        assert turnstile.held_here()
    assert not turnstile.held_here()


def test_a_block_that_raises_lets_the_next_one_in() -> None:
    turnstile = Turnstile(wait_for=0.05)
    with pytest.raises(ZeroDivisionError), turnstile.passing(Turn.PERSON):
        raise ZeroDivisionError
    with turnstile.passing(Turn.SWEEP):
        pass


def test_a_thread_that_is_inside_is_refused_at_once() -> None:
    turnstile = Turnstile()
    with turnstile.passing(Turn.PERSON), pytest.raises(RuntimeError), turnstile.passing(Turn.PERSON):
        pass


def test_never_two_at_once_under_load() -> None:
    turnstile = Turnstile()
    inside, most, count = 0, 0, 0

    def work(turn: Turn) -> None:
        nonlocal inside, most, count
        for _ in range(200):
            with turnstile.passing(turn):
                inside += 1
                most = max(most, inside)
                count += 1
                inside -= 1

    threads = [threading.Thread(target=work, args=(turn,)) for turn in (Turn.PERSON, Turn.SWEEP) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, count) == (1, 1200)
