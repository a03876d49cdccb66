"""Instants as a person types them: in the zone of the institution, without an offset."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo

from forms.formats import canonical_instant, instant_of

_LOCAL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)")


def to_local(value: str, zone: tzinfo) -> str | None:
    """Return an instant as `datetime-local` shows it in `zone` (`2024-05-31T10:30`); None where it is no instant."""
    instant = instant_of(value)
    if instant is None:
        return None
    try:
        local = instant.astimezone(zone).replace(tzinfo=None, microsecond=0)
    except (OverflowError, ValueError):
        return None
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def from_local(typed: str, zone: tzinfo) -> str | None:
    """Return the instant that was typed in `zone`, in UTC with Z; None where it is no time, or none that the zone had.

    An hour that the clocks repeat in autumn is the first of the two.
    """
    found = _LOCAL.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if found is None:
        return None
    try:
        naive = datetime.fromisoformat(f"{found.group(1)}T{found.group(2)}")
        instant = naive.replace(tzinfo=zone).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != naive:
            return None
    except (ValueError, OverflowError):
        return None
    return canonical_instant(instant)
