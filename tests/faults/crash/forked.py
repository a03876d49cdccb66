"""Runs a piece of work in a process of its own, which begins with everything that this one has read already."""

from __future__ import annotations

import os
import pickle
import select
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 120.0
"""Seconds after which a process is taken for stuck."""


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    killed: bool
    """By SIGKILL, and not by us."""
    answer: Any
    """What the work returned, None where it returned nothing."""
    said: str
    """Why it failed, empty where it did not."""


def run_forked(work: Callable[[], Any], log: Path, *, patience: float = PATIENCE) -> Ended:
    """Run `work` in a fork and wait for it; what it prints goes to `log`. Its answer is pickled.

    Raises RuntimeError where this process has other threads: their locks would stay locked in the fork for ever.
    """
    if threading.active_count() > 1:
        raise RuntimeError(f"threads run here: {[each.name for each in threading.enumerate()]}")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _be_child(work, writing, log)
    os.close(writing)
    answer, in_time = _read(reading, patience)
    os.close(reading)
    if not in_time:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not in_time:
        return Ended(False, None, f"it was stuck: nothing after {patience:.0f} s")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return Ended(number == signal.SIGKILL, None, "" if number == signal.SIGKILL else f"it died of signal {number}")
    failed, value = pickle.loads(answer) if answer else (True, f"it ended with {status} and said nothing")
    return Ended(False, None, str(value)) if failed else Ended(False, value, "")


def _be_child(work: Callable[[], Any], writing: int, log: Path) -> None:
    try:
        said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(said, 1)
        os.dup2(said, 2)
        told = pickle.dumps((False, work()))
    except BaseException:  # noqa: BLE001 - told to whoever waits
        told = pickle.dumps((True, traceback.format_exc()))
    with os.fdopen(writing, "wb") as file:
        file.write(told)
    # Nothing of the parent's is to be tidied up here.
    os._exit(0)


def _read(reading: int, patience: float) -> tuple[bytes, bool]:
    """Return what came until the other end closed, and whether that was in time."""
    parts: list[bytes] = []
    while select.select([reading], [], [], patience)[0]:
        part = os.read(reading, 1 << 20)
        if not part:
            return b"".join(parts), True
        parts.append(part)
    return b"".join(parts), False
