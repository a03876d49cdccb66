"""One replay from the start of its server to the verdict."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.replay import counts
from tests.replay.audit import audit, listed, rows_of, waiting_messages
from tests.replay.case import Case
from tests.replay.client import Client, Gate
from tests.replay.killer import Killer
from tests.replay.replay import Replay, Say
from tests.replay.server import Server
from tests.replay.staff import READER, Staff
from tests.replay.texts import sources

DELIVERY_SECONDS = 600.0
"""How long the last messages may take to go out."""
SHOWN = 40


@dataclass(frozen=True)
class Options:
    """What is asked of a replay."""

    cases: int = 0
    """0: all texts."""
    clients: int = 6
    kills: int = 0
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    cases: list[Case]
    wrong: list[str]
    counted: Counter[str]


def play(folder: Path, options: Options, *, say: Say) -> Outcome:
    """Run a replay in an empty folder, print its tables through `say`, and return what does not hold."""
    server, gate = Server(folder), Gate()
    client = Client(server.port, gate)
    say(f"the server is ready after {server.start():.1f} s")
    gate.open.set()
    chosen = sources()[: options.cases or None]
    replay = Replay(server, client, options.clients, say)
    killer = Killer(
        server, gate, seed=options.seed, times=options.kills, every=8 * len(chosen) // max(1, options.kills)
    )
    started = time.monotonic()
    seeded = _complaints(server.database)
    try:
        killer.start()
        replay.run(chosen)
        killer.finish()
        if killer.failed is not None:
            raise killer.failed
        staff = Staff.of(server.people())
        _wait_for_delivery(server.database)
        shown = listed(client, staff.tokens[READER])
        now = replay.now(staff)
    finally:
        killer.finish()
        client.close()
        server.stop()
    took = time.monotonic() - started
    wrong = [f"not at its end: case {c.index} {c.id} ({c.plan.name}), {c.status}" for c in replay.stuck()]
    wrong += audit(server.database, replay.cases, shown, seeded=seeded, now=now)
    wrong += server.doctor()
    wrong += _log(server.log)
    for line in (*counts.tables(server.database, replay.cases), *counts.times(gate.took)):
        say(line)
    say("counted")
    for what, number in sorted(gate.counts.items()):
        say(f"  {what:<60} {number:7d}")
    if killer.away:
        say(f"  ready again after {min(killer.away):.1f} to {max(killer.away):.1f} s")
    size = server.database.stat().st_size
    each = size // max(1, len(replay.cases))
    say(f"{len(replay.cases)} complaints in {took:.0f} s; {size / 1e6:.1f} MB, {each} bytes each")
    say("everything holds" if not wrong else f"{len(wrong)} things do not hold:")
    for line in wrong[:SHOWN]:
        say(f"  {line}")
    return Outcome(replay.cases, wrong, gate.counts)


def _complaints(file: Path) -> int:
    connection, rows = rows_of(file)
    found = int(rows("SELECT count(*) FROM complaint")[0][0])
    connection.close()
    return found


def _wait_for_delivery(file: Path) -> None:
    """Wait until everything that may go out has gone out, as long as it gets less."""
    until = time.monotonic() + DELIVERY_SECONDS
    while waiting_messages(file) and time.monotonic() < until:
        threading.Event().wait(0.5)


def _log(file: Path) -> list[str]:
    """Return what the server wrote that nobody foresaw."""
    text = file.read_text(encoding="utf-8", errors="replace")
    return [f"the server's log: {line[:300]}" for line in text.splitlines() if "rror" in line or "Traceback" in line][
        :10
    ]
