"""Whoever uses this watches, at every save, that a tree which says that it was not touched is as it was loaded."""

from __future__ import annotations

from typing import Any

import pytest

from engine.spiff import codec


def watch_untouched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Compare each tree that is written as it was loaded with what writing it anew gives; return whose they are."""
    dump, compared = codec._dump_flow, list[str]()

    def watched(flow: Any) -> list[Any]:
        written = dump(flow)
        if not flow.touched:
            flow.touched = True
            anew = dump(flow)
            flow.touched = False
            assert _in_order(written) == _in_order(anew)
            compared.append(flow.spec.name)
        return written

    monkeypatch.setattr(codec, "_dump_flow", watched)
    return compared


def _in_order(tree: list[Any]) -> list[Any]:
    """Return a tree with the keys that each row lacks in one order: which they are is all that counts."""
    rows, *rest = tree
    return [[[*row[:-1], sorted(row[-1]) if row[-1] else 0] for row in rows], *rest]
