"""What the kills of all runs came to: a file with one line of JSON for each kill, and the table of their sums."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

WAYS = ("point", "process")
"""A change killed at a named point; a server or worker killed under load, at any instant."""


@dataclass(frozen=True)
class Kill:
    """One kill and what came of it."""

    way: str
    """One of `WAYS`."""
    store: str
    """sqlite or postgresql."""
    what: str
    """The point, or the process."""
    seed: int
    number: int
    """The how-manieth of its way, store and seed: where a run goes on."""
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    unsound: int = 0
    """What the doctor found."""
    takeover: float | None = None
    """Seconds until others had done what was due; None where nobody had to take over."""
    said: str = ""
    """What is wrong."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.stuck or self.unsound or self.said)


def written(file: Path) -> Iterator[Kill]:
    """Yield the kills of a file, none of one that does not exist; a line that a crash has torn is left out."""
    if not file.exists():
        return
    for line in file.read_bytes().splitlines():
        try:
            yield Kill(**json.loads(line))
        except (ValueError, TypeError):
            continue


def write(file: Path, kill: Kill) -> None:
    """Add a kill to the file, on a line of its own even where the last one is torn; it is on disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as opened:
        opened.seek(0, os.SEEK_END)
        torn = opened.tell() > 0 and _last_byte(file) != b"\n"
        opened.write((b"\n" if torn else b"") + json.dumps(asdict(kill), ensure_ascii=False).encode() + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _last_byte(file: Path) -> bytes:
    with file.open("rb") as opened:
        opened.seek(-1, os.SEEK_END)
        return opened.read(1)


def behind(kills: Iterable[Kill], *, way: str, store: str, seed: int) -> int:
    """Return how many kills of a way, store and seed are done: the next begins there."""
    done = [each.number for each in kills if (each.way, each.store, each.seed) == (way, store, seed)]
    return max(done, default=-1) + 1


def table(kills: Sequence[Kill]) -> list[str]:
    """Return the sums as lines: one for each way and store, then the total, then what is wrong."""
    names = f"{'kills':>7}{'places':>8}{'lost':>6}{'doubled':>9}{'stuck':>7}{'unsound':>9}{'slowest takeover':>18}"
    groups = [(f"{way}, {store}", [k for k in kills if (k.way, k.store) == (way, store)])
              for way, store in sorted(Counter((k.way, k.store) for k in kills))]  # fmt: skip
    lines = [" " * 22 + names, *(_sums(name, some) for name, some in groups), _sums("total", kills)]
    wrong = [k for k in kills if not k.holds]
    return [*lines, *(f"wrong: {k.store}, {k.what}, seed {k.seed}, number {k.number}: {k.said}" for k in wrong)]


def _sums(name: str, kills: Sequence[Kill]) -> str:
    took = [each.takeover for each in kills if each.takeover is not None]
    slowest = f"{max(took):.1f} s" if took else "-"
    lost, doubled = sum(k.lost for k in kills), sum(k.doubled for k in kills)
    stuck, unsound = sum(k.stuck for k in kills), sum(k.unsound for k in kills)
    places = len({k.what for k in kills})
    return f"{name:<22}{len(kills):>7}{places:>8}{lost:>6}{doubled:>9}{stuck:>7}{unsound:>9}{slowest:>18}"
