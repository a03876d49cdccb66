"""Built-in functions over texts (DMN 1.5, section 10.3.4.3). Positions count from 1, from the end where negative."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.decisions.arithmetic import MAX_TEXT
from engine.decisions.refusals import TooMuchWork
from engine.decisions.values import as_text


def string(value: Any) -> str | None:
    """Write any value as text; null stays null."""
    if value is None:
        return None
    text = as_text(value)
    if len(text) > MAX_TEXT:
        raise TooMuchWork(f"A text would become longer than {MAX_TEXT} characters.")
    return text


def substring(text: Any, start: Any, length: Any = None) -> str | None:
    """Return the part of the text from a position, up to a length."""
    if not isinstance(text, str) or type(start) is not Decimal or start == 0 or start != int(start):
        return None
    first = int(start) - 1 if start > 0 else len(text) + int(start)
    if first < 0 or first > len(text):
        return None
    if length is None:
        return text[first:]
    if type(length) is not Decimal or length < 1 or length != int(length):
        return None
    return text[first : first + int(length)]


def string_length(text: Any) -> Decimal | None:
    """Count the characters."""
    return Decimal(len(text)) if isinstance(text, str) else None


def upper_case(text: Any) -> str | None:
    """Return the text in capitals."""
    return text.upper() if isinstance(text, str) else None


def lower_case(text: Any) -> str | None:
    """Return the text in small letters."""
    return text.lower() if isinstance(text, str) else None


def substring_before(text: Any, match: Any) -> str | None:
    """Return what stands before the first match, nothing where there is none."""
    if not isinstance(text, str) or not isinstance(match, str):
        return None
    head, found, _ = text.partition(match) if match else ("", "", "")
    return head if found else ""


def substring_after(text: Any, match: Any) -> str | None:
    """Return what stands after the first match, nothing where there is none."""
    if not isinstance(text, str) or not isinstance(match, str):
        return None
    return text.partition(match)[2] if match else text


def contains(text: Any, match: Any) -> bool | None:
    """Return whether the text holds the match."""
    return match in text if isinstance(text, str) and isinstance(match, str) else None


def starts_with(text: Any, match: Any) -> bool | None:
    """Return whether the text begins with the match."""
    return text.startswith(match) if isinstance(text, str) and isinstance(match, str) else None


def ends_with(text: Any, match: Any) -> bool | None:
    """Return whether the text ends with the match."""
    return text.endswith(match) if isinstance(text, str) and isinstance(match, str) else None
