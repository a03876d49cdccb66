"""Says why something is due when it is, in zh-CN, ko and en."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from engine.model.due import Due, Reason
from escalation.labels import LANGUAGES, checked_language
from escalation.refusals import ConfigProblem
from escalation.voice import Voice
from escalation.wording import sentence

DOMAIN = "escalation"


class Explainer:
    """Explanations in all languages. Holds the catalogues; build it once, at start; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Read `<folder>/<zh_CN|ko|en>/LC_MESSAGES/escalation.po`. Raises ConfigProblem where one is missing or broken.

        The .po files are read as they stand, so that no build step can be forgotten.
        """
        self._texts = {language: _catalogue(folder, language) for language in LANGUAGES}
        self._locales = {language: Locale.parse(language, sep="-") for language in LANGUAGES}

    def explain(self, due: Due, language: str, *, zone: ZoneInfo | None = None) -> str:
        """Return the due time and its reasons as one paragraph.

        Instants are shown in `zone`, by default the zone of the calendar that was counted (UTC where none was).
        Raises ValueError for a language that Redress does not speak.
        """
        between = "" if language == "zh-CN" else " "  # a Chinese full stop brings its own space
        return between.join(self.lines(due, language, zone=zone))

    def lines(self, due: Due, language: str, *, zone: ZoneInfo | None = None) -> tuple[str, ...]:
        """Return the same as sentences: first the due time, then each reason in order."""
        voice = self._voice(due.reasons, language, zone)
        return (_head(voice, due.at, provisional=due.provisional), *(sentence(voice, r) for r in due.reasons))

    def reasons(self, reasons: Iterable[Reason], language: str, *, zone: ZoneInfo | None = None) -> tuple[str, ...]:
        """Return the sentences for reasons without a due time: a clock that is paused has none."""
        reasons = tuple(reasons)
        voice = self._voice(reasons, language, zone)
        return tuple(sentence(voice, reason) for reason in reasons)

    def _voice(self, reasons: tuple[Reason, ...], language: str, zone: ZoneInfo | None) -> Voice:
        checked_language(language)
        return Voice(language, self._texts[language], self._locales[language], zone or _zone_of(reasons))


def _head(voice: Voice, at: datetime, *, provisional: bool) -> str:
    shown = {"at": voice.instant(at), "zone": voice.zone.key}
    if provisional:
        return voice.texts.gettext("Due %(at)s (%(zone)s), provisionally.") % shown
    return voice.texts.gettext("Due %(at)s (%(zone)s).") % shown


def _zone_of(reasons: tuple[Reason, ...]) -> ZoneInfo:
    for reason in reversed(reasons):  # the newest calendar, if a case was moved to another
        if reason.code == "calendar":
            try:
                return ZoneInfo(str(reason.values.get("zone")))
            except (KeyError, ValueError, OSError):
                continue
    return ZoneInfo("UTC")


def _catalogue(folder: Path, language: str) -> NullTranslations:
    file = f"{language.replace('-', '_')}/LC_MESSAGES/{DOMAIN}.po"
    try:
        with (folder / file).open("rb") as source:
            catalogue = read_po(source, locale=language.replace("-", "_"), domain=DOMAIN, abort_invalid=True)
    except OSError as fault:
        raise ConfigProblem(file=file, key="", reason=f"cannot be read: {fault.strerror}") from fault
    except (PoFileError, ValueError) as fault:
        raise ConfigProblem(file=file, key="", reason=f"is no catalogue: {fault}") from fault
    if not any(message.string for message in catalogue if message.id):
        raise ConfigProblem(file=file, key="", reason="is no catalogue: it translates nothing")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
