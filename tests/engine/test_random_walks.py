"""Random walks through random diagrams: never stuck, the same with and without saving, the same as the library."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.model.step import MoveToken
from engine.publication import check_bundle
from tests.support.cases import Bundle, Case
from tests.support.random_diagrams import PLAIN, random_diagram
from tests.support.stock import Stock

LONGEST = 400
"""Steps after which a walk is said not to end."""

FEWER = settings(max_examples=settings().max_examples // 3)
"""Each example plays dozens of steps."""

COUNTERS: dict[str, Any] = {f"c{number}": 0 for number in range(100)}
"""What the loops of random diagrams count, before they begin."""

Action = tuple[str, str, int]

seeds = st.integers(0, 2**32)


def actions(case: Case) -> list[Action]:
    """What can happen next: complete a task, send a message that is waited for, fire what is due."""
    found: list[Action] = [("do", e, case.open[:n].count(e)) for n, e in enumerate(case.open)]
    found += [("send", name, 0) for name in sorted(case.result.waits_for)]
    return [*found, ("fire", "", 0)] if case.result.due else found


def trace(number: int) -> dict[str, Any]:
    """The data that the step of this number leaves behind."""
    return {f"d{number}": number}


def act(case: Case, action: Action, number: int) -> None:
    """Let it happen; every completion leaves its own trace in the data."""
    kind, name, at = action
    if kind == "do":
        case.do(name, at=at, **trace(number))
    elif kind == "send":
        case.later(1).send(name)
    else:
        case.now = max(case.now, case.result.due[0].due_at)
        case.fire()


def seen(case: Case | Stock) -> Any:
    """What can be seen of a case."""
    assert isinstance(case, Case)
    result = case.result
    tasks = sorted((t.element, sorted(t.context.items(), key=str), str(t.due_at), t.round) for t in result.tasks)
    return (
        tasks,
        sorted(result.waits_for),
        case.due,
        result.ended,
        sorted(case.last("completed")),
        sorted(case.last("cancelled")),
    )


def choose(random: Random, possible: list[Action], number: int) -> Action:
    """Choose freely at first, then whatever leads to the end."""
    if number < 40:
        return random.choice(possible)
    first = min(possible, key=lambda action: ["do", "fire", "send"].index(action[0]))[0]
    # In turn: a message to an event that does not interrupt can be sent for ever.
    leading = [action for action in possible if action[0] == first]
    return leading[number % len(leading)]


def walk(seed: int, way: int, *, moved: float = 0.0, **known: Any) -> None:
    """Play a case to its end, kept alive and saved at each step; `moved`: how often a token is moved by hand."""
    files, random = random_diagram(seed), Random(way)
    kept, reloaded = (Case(Bundle(files), each).start() for each in ("kept", "reloaded"))
    for case in (kept, reloaded):
        case.do("first", k=way % 3, **known)
    for number in range(LONGEST):
        assert seen(kept) == seen(reloaded)
        # Numbers differ where what is over was not loaded again.
        places, others = kept.places(), reloaded.places()
        assert [(each.element, each.ways) for each in places] == [(each.element, each.ways) for each in others]
        if kept.ended:
            break
        if moved and places and number < 40 and random.random() < moved:
            at = random.randrange(len(places))
            to = random.choice(places[at].ways)
            kept.step(MoveToken(places[at].token, to))
            reloaded.step(MoveToken(others[at].token, to))
            continue
        possible = actions(kept)
        assert possible, "nobody and nothing can go on"
        action = choose(random, possible, number)
        for case in (kept, reloaded):
            act(case, action, number)
    assert kept.ended
    assert (kept.result.due, kept.result.waits_for, kept.open) == ((), (), [])


@FEWER
@given(seeds, seeds)
@example(20, 2)
def test_a_case_is_never_stuck_and_saving_it_changes_nothing(seed: int, way: int) -> None:
    walk(seed, way)


@FEWER
@given(seeds, seeds)
@example(12327, 12095497)
def test_moving_tokens_by_hand_leaves_no_case_stuck_and_saving_changes_nothing(seed: int, way: int) -> None:
    # Whoever jumps over a script does without what it would have set.
    walk(seed, way, moved=0.3, **COUNTERS)


@FEWER
@given(seeds, seeds)
def test_what_the_library_does_rightly_is_done_the_same(seed: int, way: int) -> None:
    files = random_diagram(seed, PLAIN)
    random = Random(way)
    ours, stock = Case(Bundle(files), "kept").start(), Stock(files)
    for each in (ours, stock):
        each.do("first", k=way % 3)
    for number in range(LONGEST):
        assert (ours.open, ours.ended) == (stock.open, stock.ended)
        assert shown(ours) == shown(stock)
        if ours.ended:
            break
        kind, name, at = random.choice(actions(ours))
        for case in (ours, stock):
            if kind == "do":
                case.do(name, at=at, **trace(number))
            else:
                case.send(name)
    assert ours.ended


def shown(case: Case | Stock) -> dict[str, Any]:
    """Data of the open tasks that are open once."""
    once = [e for e in case.open if case.open.count(e) == 1]
    if isinstance(case, Stock):
        return {e: case.context(e) for e in once}
    return {e: case.task(e).context for e in once}


@pytest.mark.parametrize("seed", range(40))
def test_random_diagrams_pass_publication(seed: int) -> None:
    files: Mapping[str, bytes] = random_diagram(seed)
    assert [p for p in check_bundle(files) if p.severity == "error"] == []
