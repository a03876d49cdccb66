"""What the doctor finds, as a test reads it."""

from __future__ import annotations

from collections.abc import Iterable


def past_calendars(findings: Iterable[str]) -> list[str]:
    """Return the findings save that calendars of the coming year are not announced yet: that is so each autumn."""
    return [each for each in findings if not each.startswith("calendars/")]
