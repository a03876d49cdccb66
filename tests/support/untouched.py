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
            assert written == anew
            compared.append(flow.spec.name)
        return written

    monkeypatch.setattr(codec, "_dump_flow", watched)
    return compared
