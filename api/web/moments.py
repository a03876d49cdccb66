"""Instants and remaining times as people read them: in words, never by colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale

from escalation.voice import Voice

SOON_AT_LEAST = timedelta(minutes=30)
"""What is due within this is due soon, however long the whole time was."""
SOON_SHARE = 4
"""And what has less than a quarter of its time left."""


@dataclass(frozen=True)
class Remaining:
    """How much time is left, for a badge: a level that gives the shape and colour, and words that say it all."""

    level: str
    """early, soon, late, or none where nothing is due."""
    label: str
    """The level as a word."""
    text: str
    """The remaining time as a phrase."""


@dataclass(frozen=True)
class Moments:
    """Says instants and lengths in one language; `zone` is where instants are shown unless another is given."""

    language: str
    texts: NullTranslations
    zone: ZoneInfo
    now: datetime

    @cached_property
    def _voice(self) -> Voice:
        return Voice(self.language, self.texts, Locale.parse(self.language, sep="-"), self.zone)

    def instant(self, at: datetime, zone: str | ZoneInfo | None = None) -> str:
        """Return date and time, to the minute, in the zone of the place."""
        if zone is None:
            return self._voice.instant(at)
        elsewhere = ZoneInfo(zone) if isinstance(zone, str) else zone
        return Voice(self.language, self.texts, self._voice.locale, elsewhere).instant(at)

    def day(self, on: date) -> str:
        """Return a date with its weekday."""
        return self._voice.day(on)

    def iso(self, at: datetime) -> str:
        """Return an instant for machines, as `<time datetime>` wants it."""
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def length(self, length: timedelta) -> str:
        """Return a length such as `2 days 3 hours`, in its two largest units."""
        minutes = max(0, int(length.total_seconds() // 60))
        days, rest = divmod(minutes, 1440)
        if days == 0:
            return self._voice.minutes(minutes)
        ngettext = self.texts.ngettext
        parts = [ngettext("%(n)d day", "%(n)d days", days) % {"n": days}]
        hours = rest // 60
        if hours and days < 7:
            parts.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
        return " ".join(parts)

    def remaining(self, due_at: datetime | None, since: datetime | None = None) -> Remaining:
        """Return what is left until `due_at`, of a time that began at `since`."""
        said = self.texts.gettext
        if due_at is None:
            return Remaining("none", said("No due time"), said("No due time"))
        left = due_at - self.now
        if left < timedelta(0):
            return Remaining("late", said("Late"), said("late by %(length)s") % {"length": self.length(-left)})
        text = said("%(length)s left") % {"length": self.length(left)}
        whole = due_at - since if since is not None else timedelta(0)
        if left <= max(SOON_AT_LEAST, whole / SOON_SHARE):
            return Remaining("soon", said("Due soon"), text)
        return Remaining("early", said("In time"), text)
