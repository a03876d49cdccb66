"""The file of anchors: a line of JSON each, added at its end, to be kept where who has the database cannot write.

With it one finds out that the last anchors, or all of them, were deleted together with what they hold.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from app.settings import Settings
from queries.trail_check import Kept
from storage.private_file import OWNER_ONLY
from trail.digests import Head
from trail.tables import anchor, anchor_leaf


def anchor_file(settings: Settings) -> Path:
    """Return where anchors are added."""
    return settings.anchor_file or settings.var_folder / "anchors.jsonl"


def add_new(connection: Connection, file: Path) -> int:
    """Add the anchors that the file lacks, in order, and return how many. Repeating is safe.

    A line that was cut off by a crash is written again. Raises OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_CREAT | os.O_RDWR, OWNER_ONLY), "r+b") as opened:
        last = _last_whole(opened)
        added = 0
        for row in connection.execute(select(anchor).where(anchor.c.number > last).order_by(anchor.c.number)):
            opened.write(_line(connection, row))
            added += 1
        opened.flush()
        os.fsync(opened.fileno())
    return added


def read_kept(file: Path) -> Iterator[Kept]:
    """Yield the anchors of a file. Raises OSError, ValueError for a line that is none."""
    with file.open(encoding="ascii") as opened:
        for place, line in enumerate(opened, 1):
            try:
                said = json.loads(line)
                heads = tuple(
                    (str(chain), Head(int(number), bytes.fromhex(found))) for chain, number, found in said["heads"]
                )
                yield Kept(int(said["number"]), bytes.fromhex(said["hash"]), heads)
            except (KeyError, TypeError, ValueError, RecursionError):
                raise ValueError(f"Line {place} of {file} is no anchor.") from None


def _last_whole(opened: Any) -> int:
    """Return the number of the last anchor, and stand behind its line; what was begun behind it is taken away."""
    size = opened.seek(0, os.SEEK_END)
    tail, at = b"", size
    while at > 0 and tail.count(b"\n") < 2:
        at = max(0, at - 65_536)
        opened.seek(at)
        tail = opened.read(size - at)
    whole = tail.rfind(b"\n") + 1
    opened.truncate(at + whole)
    opened.seek(at + whole)
    lines = tail[:whole].splitlines()
    return int(json.loads(lines[-1])["number"]) if lines else 0


def _line(connection: Connection, row: Any) -> bytes:
    leaves = select(anchor_leaf).where(anchor_leaf.c.anchor == row.number).order_by(anchor_leaf.c.place)
    said = {
        "number": row.number, "at": row.at.isoformat(), "root": row.root.hex(), "leaves": row.leaves,
        "hash": row.hash.hex(), "signature": row.signature.hex(), "public_key": row.signed_with.hex(),
        "heads": [[leaf.chain, leaf.number, leaf.hash.hex()] for leaf in connection.execute(leaves)],
    }  # fmt: skip
    return json.dumps(said, separators=(",", ":")).encode("ascii") + b"\n"
