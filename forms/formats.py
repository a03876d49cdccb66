"""The formats of text that forms know, each a strict test; and the instant behind a date-time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from rfc3339_validator import validate_rfc3339  # type: ignore[import-untyped]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@(?:[^\s@.<>()\[\],;:\\\"]{1,63}\.)+[^\s@.<>()\[\],;:\\\"]{2,63}")
_URI = re.compile(r"https?://[^\s<>\"\\^`{|}]+", re.IGNORECASE)

MAX_EMAIL = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3)."""


def is_date(value: str) -> bool:
    """Say whether this is a real day written as RFC 3339 has it: `2024-02-29`."""
    if not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def instant_of(value: str) -> datetime | None:
    """Return the instant of an RFC 3339 date-time with its offset, in UTC; None for anything else."""
    # RFC 3339, section 5.6 allows small t and z, which the validator and older readers do not.
    upper = value.upper()
    if not value.isascii() or not validate_rfc3339(upper):
        return None
    try:
        return datetime.fromisoformat(upper).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_date_time(value: str) -> bool:
    """Say whether this is an RFC 3339 date-time with its offset: `2024-05-31T10:30:00+08:00`."""
    return instant_of(value) is not None


def canonical_instant(instant: datetime) -> str:
    """Return an aware instant as it is stored: in UTC, with Z, with fractions of a second only where it has some."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def is_email(value: str) -> bool:
    """Say whether this can be an address of electronic mail; Chinese and Korean domain names can (RFC 6531)."""
    return len(value) <= MAX_EMAIL and _EMAIL.fullmatch(value) is not None


def is_uri(value: str) -> bool:
    """Say whether this is a web address, http or https with a host: no other scheme can be followed safely."""
    if not _URI.fullmatch(value):
        return False
    try:
        return bool(urlsplit(value).hostname)
    except ValueError:
        return False


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "email": is_email,
    "uri": is_uri,
}
"""The test of each format."""
