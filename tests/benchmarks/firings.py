"""Firings as the log tells them: when they were due, when they came, and whether each came once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.benchmarks.machine import load, percentiles, say


@dataclass(frozen=True)
class Fired:
    """One firing as the log tells it."""

    case: str
    what: str
    due: datetime
    at: datetime

    @property
    def late(self) -> float:
        """Seconds."""
        return (self.at - self.due).total_seconds()


def instant_of(text: str | int) -> datetime:
    """Return an instant as the database keeps it, or as it is written in JSON."""
    if isinstance(text, int):
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=text)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def spread(first: datetime, count: int, seconds: float) -> list[datetime]:
    """Return `count` instants, evenly from `first` on, in an order that has nothing to do with them."""
    step = timedelta(seconds=seconds / count)
    return [first + step * (number * 7919 % count) for number in range(count)]


def told(what: str, found: Sequence[Fired], expected: int) -> list[str]:
    """Print one line about these firings; return what is wrong with them."""
    times = Counter((each.case, each.what) for each in found)
    late = sorted(each.late for each in found)
    p50, p95, longest = percentiles(late)
    p99 = late[int(len(late) * 0.99)] * 1e3
    say(
        f"  {what:<34} {len(found):5d} of {expected} fired  late p50 {p50:7.0f}  p95 {p95:7.0f}  p99 {p99:7.0f}  "
        f"max {longest:7.0f} ms  earliest {late[0] * 1e3:+.0f} ms  {load()}"
    )
    wrong = [f"{what}: {len(found)} firings, {expected} expected"] if len(found) != expected else []
    wrong += [f"{what}: {key} fired {count} times" for key, count in times.items() if count != 1][:5]
    return wrong + ([f"{what}: fired early"] if late[0] < 0 else [])
