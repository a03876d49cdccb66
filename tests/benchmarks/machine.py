"""What figures are worth: the machine, its load while measuring, and the commit that was measured."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load() -> str:
    """Return how many processes wanted a processor in the last minute."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def described() -> Iterator[str]:
    """Yield processor, system, Python and commit."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    yield f"{model or platform.machine()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}"
    yield f"Python {platform.python_version()}, SQLite {_sqlite()}, commit {_commit()}, {load()}"


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its threads have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Return the megabytes of a process that are in memory. Raises OSError or StopIteration where it is over."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def say(line: str) -> None:
    """Print a line at once, for whoever waits for the next."""
    print(line, flush=True)  # noqa: T201


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Return p50, p95 and the largest, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return cuts[9] * 1e3, cuts[18] * 1e3, max(seconds) * 1e3


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").splitlines() if Path(path).exists() else []
