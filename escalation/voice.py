"""How dates, lengths and counted days are said in one language and one zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

_DATES = {"zh-CN": "y年M月d日EEE", "ko": "y년 M월 d일 (EEE)", "en": "EEE d MMM y"}
_INSTANTS = {"zh-CN": "y年M月d日EEE HH:mm", "ko": "y년 M월 d일 (EEE) HH:mm", "en": "EEE d MMM y, HH:mm"}

CODE_LIKE = re.compile(r"[a-z][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True)
class Voice:
    """A language, its catalogue, and the zone in which instants are shown."""

    language: str
    texts: NullTranslations
    locale: Locale
    zone: ZoneInfo

    def instant(self, at: datetime) -> str:
        """Return an aware instant as date and time of the zone, to the minute (rounded down)."""
        return format_datetime(at.astimezone(self.zone), _INSTANTS[self.language], locale=self.locale)

    def day(self, on: date) -> str:
        """Return a date with its weekday."""
        return format_date(on, _DATES[self.language], locale=self.locale)

    def minutes(self, amount: int) -> str:
        """Return a length such as `1 hour 30 minutes`."""
        hours, rest = divmod(abs(amount), 60)
        ngettext = self.texts.ngettext
        parts = [ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}] if hours else []
        if rest or not hours:
            parts.append(ngettext("%(n)d minute", "%(n)d minutes", rest) % {"n": rest})
        return " ".join(parts)

    def working_days(self, amount: int) -> str:
        """Return `3 working days`."""
        return self.texts.ngettext("%(n)d working day", "%(n)d working days", amount) % {"n": amount}

    def word(self, kind: str, code: str) -> str:
        """Return what a short code is called (msgid `kind:code`); what no catalogue knows, free text too, stays."""
        msgid = f"{kind}:{code}"
        found = self.texts.gettext(msgid) if CODE_LIKE.fullmatch(code) else msgid
        return code if found == msgid else found
