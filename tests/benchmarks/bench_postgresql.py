"""`python -m tests.benchmarks.bench_postgresql`: completions over HTTP, two servers and a worker on one PostgreSQL.

The database commits to the disk (`fsync=on`). Aims of many workers: 300 completions a second with eight clients, p95
under 60 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.bench_http import Bench, Series, measured
from tests.benchmarks.machine import described, say
from tests.benchmarks.wire import Wire
from tests.faults.cluster import Cluster
from tests.support.postgres import running


def run(folder: Path, *, cases: int, clients: int, servers: int) -> None:
    """Measure and print one table."""
    with running(fsync=True) as postgres:
        cluster = Cluster(folder, postgres.create(), servers=servers, workers=1)
        with cluster.running():
            ports = [server.port for server in cluster.servers]
            for bench in _benches(ports, cluster.clerk, servers):
                bench.case(Series())  # the first request reads the process from its bundle
            for line in described():
                say(line)
            for count in (1, clients):
                pids = [server.pid for server in cluster.servers]
                for line in measured(list(_benches(ports, cluster.clerk, count)), cases=cases, servers=pids):
                    say(line)


def _benches(ports: list[int], token: str, count: int) -> Iterator[Bench]:
    """Yield so many clients, turn by turn at each server; a connection that nobody uses is soon closed."""
    for number in range(count):
        yield Bench(Wire(ports[number % len(ports)]), token)


def main() -> int:
    """Measure, and return 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_postgresql", description=__doc__)
    parser.add_argument("--cases", type=int, default=80)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--servers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="redress-bench-") as folder:
        run(Path(folder), cases=given.cases, clients=given.clients, servers=given.servers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
