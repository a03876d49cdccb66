"""Which points are tried: in an order that a seed draws, or a few that leave out no change and no kind of write."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.faults.crash.points import kind_of


def shuffled(points: Sequence[str], seed: int) -> list[str]:
    """Return all points in the order of a seed."""
    return random.Random(seed).sample(sorted(points), len(points))


def selected(points: Sequence[str], number: int, seed: int) -> list[str]:
    """Return `number` of the points, drawn by the seed so that every change and every kind of point occurs.

    More where that needs more: one point serves for a change and a kind. The same seed selects the same.
    """
    order = shuffled(points, seed)
    wanted = {(point.partition("/")[0], "") for point in order} | {("", _kind(point)) for point in order}
    chosen: list[str] = []
    while wanted:
        best = max(order, key=lambda point: len(_serves(point) & wanted))
        chosen.append(best)
        wanted -= _serves(best)
    rest = [point for point in order if point not in chosen]
    return chosen + rest[: max(0, number - len(chosen))]


def _serves(point: str) -> set[tuple[str, str]]:
    return {(point.partition("/")[0], ""), ("", _kind(point))}


def _kind(point: str) -> str:
    """The kind of a point; all commits but the first are of one kind."""
    kind = kind_of(point)
    return "commit later" if kind.startswith("commit ") else kind
