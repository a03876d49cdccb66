"""A trail to tamper with, once on each kind of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.database import Database
from tests.trail.recorded import Recorded, recorded


@pytest.fixture
def trail(empty_database: Database, tmp_path: Path) -> Recorded:
    """Two cases of six records, a house of four, anchored twice."""
    return recorded(empty_database, tmp_path)
