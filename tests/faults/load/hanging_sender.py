"""A process that sends from an outbox, to receivers that never answer: `python -m tests.faults.load.hanging_sender`.

It takes the address of a database, says `began` when the first message is under way, and lives, prolonging its
claim, until it is killed.
"""

from __future__ import annotations

import sys
import threading

from engine.clock import SystemClock
from storage.database import Database
from tests.complaints.gated_line import GatedLine, process


class Hanging(GatedLine):
    """Nobody ever answers."""

    def send(self, _parcel: object) -> None:
        """Say that it has begun, and wait for ever."""
        sys.stdout.write("began\n")
        sys.stdout.flush()
        threading.Event().wait()


def main() -> None:
    """Send until killed."""
    loop = process(Database(sys.argv[1]), Hanging(), SystemClock().now)
    while True:
        loop.run_once()


if __name__ == "__main__":
    main()
