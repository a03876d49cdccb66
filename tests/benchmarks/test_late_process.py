"""The small process of the measurement of lateness can be put in force in the house as it ships."""

from __future__ import annotations

from engine.bundles.bundle import unpack
from engine.bundles.examine_bundle import check
from tests.publication.shipped import HOUSE
from tests.support.late_process import late_bundle


def test_the_late_process_has_no_error_and_lacks_only_its_drawing() -> None:
    assert [(p.severity, p.code) for p in check(unpack(late_bundle()), HOUSE)] == [("warning", "no-drawing")]
