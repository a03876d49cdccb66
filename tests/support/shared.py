"""Finds the real inputs that stand beside the checkout; a test that needs them skips, saying so, where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_data(name: str) -> Path:
    """Return the folder `name` of the shared inputs, or skip the test with the reason."""
    folder = ROOT.parent / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"real inputs are not beside this checkout: shared/data/{name}")
    return folder
