"""`python -m tests.benchmarks.bench_memory`: what a server process keeps in memory after very many requests.

The aim: after 100,000 requests - filing, completing, reading lists and pages of cases - no more than after the second
tenth, but for what SQLite caches of a file that has grown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.bench_http import WHO, Bench, Series
from tests.benchmarks.machine import described, load, resident, say
from tests.benchmarks.wire import Wire
from tests.replay.server import Server

TENTHS = 10
LISTS = ("/api/tasks?limit=50", "/api/complaints?limit=50", "/api/notices", "/api/processes")
GROWN = 1.15
"""More than this share of what it held after the second tenth is no longer flat."""


def run(folder: Path, *, requests: int) -> list[float]:
    """Send so many requests, print after each tenth what the server holds, and return these figures."""
    server = Server(folder)
    server.start()
    try:
        token = server.token(WHO)
        for line in described():
            say(line)
        wire = Wire(server.port)
        bench, held = Bench(wire, token), list[float]()
        while len(held) < TENTHS:
            bench.case(Series())
            for path in LISTS:
                answer = wire.call("GET", path, authorization=f"Bearer {token}")
                if answer.status != 200:
                    raise RuntimeError(f"{path}: {answer.status} {answer.body}")
            if wire.sent >= requests / TENTHS * (len(held) + 1):
                held.append(resident(server.pid))
                say(f"  {wire.sent:7d} requests  {held[-1]:6.1f} MB  {load()}")
        return held
    finally:
        server.stop()


def main() -> int:
    """Measure and return 0 where it is flat."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_memory", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        held = run(Path(folder), requests=given.requests)
    flat = held[-1] <= held[1] * GROWN
    say(f"flat: {flat} ({held[1]:.1f} MB after two tenths, {held[-1]:.1f} MB at the end)")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
