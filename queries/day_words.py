"""A day as people say it, with its weekday: `Tue 24 Mar 2026`, as due times are said."""

from __future__ import annotations

from datetime import date
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale

from escalation.voice import Voice


def day_in_words(day: str, language: str) -> str:
    """Return a day given as `2026-03-24` in a language; what is no day stays as it is."""
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return day
    return Voice(language, NullTranslations(), Locale.parse(language, sep="-"), ZoneInfo("UTC")).day(on)
