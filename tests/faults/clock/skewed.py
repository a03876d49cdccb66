"""`redress` on a machine whose clock is wrong: `python -m tests.faults.clock.skewed +5 worker`."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, tzinfo
from typing import Any

TRUE = datetime


def skewed(seconds: float) -> type[datetime]:
    """Return `datetime` as a machine has it whose clock is ahead by so many seconds."""

    class Skewed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return TRUE.now(tz) + timedelta(seconds=seconds)

    return Skewed


def main(arguments: list[str]) -> None:
    """Put the clock wrong wherever the program reads it, then run the command."""
    import apscheduler.schedulers.base
    import apscheduler.triggers.interval

    import engine.clock
    from app.cli import main as command

    wrong: Any = skewed(float(arguments[0]))
    for module in (engine.clock, apscheduler.schedulers.base, apscheduler.triggers.interval):
        setattr(module, "datetime", wrong)  # noqa: B010 - a module's own name for it
    sys.argv = ["redress", *arguments[1:]]
    command()


if __name__ == "__main__":
    main(sys.argv[1:])
