"""`python -m tests.replay`: every text of ../shared/data through the whole process, over HTTP, in the demo's time."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.replay.session import Options, play
from tests.replay.texts import missing


def main() -> int:
    """Run; exit 0 when everything holds, 1 when something does not, 2 when the texts are not there."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("--cases", type=int, default=0, help="how many texts; all without")
    parser.add_argument("--clients", type=int, default=6, help="how many people work at once")
    parser.add_argument("--kill", action="store_true", help="kill -9 the server in the middle, again and again")
    parser.add_argument("--kills", type=int, default=8, help="how often, with --kill")
    parser.add_argument("--seed", type=int, default=1, help="of the instants at which it is killed")
    parser.add_argument("--folder", type=Path, help="keep the files here; otherwise they are thrown away")
    given = parser.parse_args()
    if (reason := missing()) is not None:
        print(reason, file=sys.stderr)  # noqa: T201
        return 2
    options = Options(given.cases, given.clients, given.kills if given.kill else 0, given.seed)
    with tempfile.TemporaryDirectory(prefix="redress-replay-") as throwaway:
        folder = given.folder or Path(throwaway)
        folder.mkdir(parents=True, exist_ok=True)
        outcome = play(folder, options, say=lambda line: print(line, flush=True))  # noqa: T201
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
