"""A Merkle tree over the heads of an anchor: one root binds them all, and a path of a few hashes proves one of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Path = list[tuple[str, bytes]]
"""From the leaf to the root: on which side the neighbour stands (`left`, `right`), and its hash."""


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves in this order; memory grows with the logarithm of their number.

    Of no leaves it is the SHA-256 of nothing. A node without a neighbour goes up as it is.
    """
    waiting: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, node = 0, leaf
        while waiting and waiting[-1][0] == height:
            height, node = height + 1, _above(waiting.pop()[1], node)
        waiting.append((height, node))
    if not waiting:
        return hashlib.sha256(b"").digest()
    node = waiting.pop()[1]
    while waiting:
        node = _above(waiting.pop()[1], node)
    return node


def path(leaves: Sequence[bytes], place: int) -> Path:
    """Return what proves the leaf at a place, counted from 0. Raises IndexError."""
    if not 0 <= place < len(leaves):
        raise IndexError(place)
    found: Path = []
    row = list(leaves)
    while len(row) > 1:
        beside = place ^ 1
        if beside < len(row):
            found.append(("left" if beside < place else "right", row[beside]))
        row = [_above(*row[at : at + 2]) if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)]
        place //= 2
    return found


def root_of(leaf: bytes, proof: Path) -> bytes:
    """Return the root to which a path leads from a leaf."""
    node = leaf
    for side, beside in proof:
        node = _above(beside, node) if side == "left" else _above(node, beside)
    return node


def _above(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
