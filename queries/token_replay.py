"""Where the tokens of a case stand and which way they came, read from its log: no state is opened for a picture.

The log does not name flows. A flow counts as taken when its target is reached and its source was completed last among
those that lead there; a joining gateway takes every way in that has not been used up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.model.elements import Diagram, Flow

JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


@dataclass(frozen=True)
class Standing:
    """A token that rests somewhere."""

    element: str
    task: str
    since: datetime


@dataclass
class Replay:
    """What the log says of the picture."""

    tokens: dict[str, Standing] = field(default_factory=dict)
    """By task."""
    visited: Counter[str] = field(default_factory=Counter)
    flows: Counter[str] = field(default_factory=Counter)


def replay(diagram: Diagram, events: Iterable[Any]) -> Replay:
    """Return the picture after these events, rows of `event_log` in order.

    A step that was sent back never happened; what came before a case moved to this process belongs to another picture.
    """
    into: dict[str, list[Flow]] = {}
    for flow in diagram.flows.values():
        into.setdefault(flow.target, []).append(flow)
    found, last, seen = Replay(), dict[str, int](), set[str]()
    for number, event in enumerate(_that_count(events)):
        element = diagram.elements.get(event.element or "")
        if element is None or event.task is None:
            continue
        if event.task not in seen and event.kind in ("entered", "completed"):
            seen.add(event.task)
            found.visited[element.id] += 1
            for flow in _taken(into.get(element.id, []), last, found.flows, joins=element.kind in JOINS):
                found.flows[flow.id] += 1
        if event.kind == "entered":
            found.tokens[event.task] = Standing(element.id, event.task, event.at)
        elif event.kind in ("completed", "cancelled"):
            found.tokens.pop(event.task, None)
        if event.kind == "completed":
            last[element.id] = number
    return found


def _that_count(events: Iterable[Any]) -> list[Any]:
    kept: list[Any] = []
    for event in events:
        if event.kind == "retyped":
            kept.clear()
            continue
        if event.kind == "sent-back" and event.name:
            task = event.name.rpartition("-")[2]
            done = [i for i, each in enumerate(kept) if each.kind == "completed" and each.task == task]
            if done:
                del kept[done[-1] :]
            continue
        if event.kind in ("entered", "completed", "cancelled"):
            kept.append(event)
    return kept


def _taken(ways: list[Flow], last: Mapping[str, int], used: Counter[str], *, joins: bool) -> list[Flow]:
    open_ways = [flow for flow in ways if flow.source in last]
    if joins:
        fresh = [flow for flow in open_ways if not used[flow.id]]
        return fresh or open_ways
    return [max(open_ways, key=lambda flow: last[flow.source])] if open_ways else []
