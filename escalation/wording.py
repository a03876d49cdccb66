"""One reason of a due time as one sentence. English is written here, the other languages in locale/*/escalation.po.

A sentence is found by the reason's code: those of `due_reasons.py`, and those that the engine adds (`clock`, `pause`,
`paused-since`, `extended`; of what falls due: `rung`, `daily`, `follows-clock`, `fixed-moment`, `repeats`, `record`).
An unknown code is still said, as code and values: an explanation is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from engine.model.due import Reason
from escalation.voice import Voice


class _Values:
    """A reason's values, said; raises KeyError, ValueError or TypeError for what is missing or of another kind."""

    def __init__(self, voice: Voice, values: Mapping[str, str | int | bool | None]) -> None:
        self._voice = voice
        self._values = values

    def text(self, name: str) -> str:
        value = self._values[name]
        if not isinstance(value, str):
            raise TypeError(name)
        return value

    def given(self, name: str) -> bool:
        return self._values.get(name) is not None

    def number(self, name: str) -> int:
        value = self._values[name]
        if not isinstance(value, int):
            raise TypeError(name)
        return value

    def name(self, prefix: str) -> str:
        return self.text(f"{prefix}:{self._voice.language}")

    def instant(self, name: str) -> str:
        return self._voice.instant(datetime.fromisoformat(self.text(name)))

    def day(self, name: str) -> str:
        return self._voice.day(date.fromisoformat(self.text(name)))

    def why(self) -> str:
        """What somebody wrote; where the diagram itself paused, the name of its reason."""
        written = self.text("why").strip().rstrip(".。")
        return self._voice.word("why", written or (self.text("reason") if self.given("reason") else ""))

    def period(self) -> str:
        first, last = self.day("from"), self.day("to")
        if first == last:
            return first
        return self._voice.texts.gettext("%(first)s to %(last)s") % {"first": first, "last": last}


def sentence(voice: Voice, reason: Reason) -> str:
    """Return a reason as a sentence. Never raises for what a reason holds: odd values are shown as they are."""
    say = SENTENCES.get(reason.code)
    if say is not None:
        try:
            return say(voice, _Values(voice, reason.values))
        except (KeyError, ValueError, TypeError, OverflowError):
            return _plain(voice, reason)
    return _plain(voice, reason)


def _plain(voice: Voice, reason: Reason) -> str:
    values = ", ".join(f"{name} = {value}" for name, value in reason.values.items())
    return voice.texts.gettext("Also considered: %(code)s (%(values)s).") % {"code": reason.code, "values": values}


def _rule(voice: Voice, values: _Values) -> str:
    return _counted(voice, values.text("mode"), values.number("amount"))


def _counted(voice: Voice, mode: str, amount: int) -> str:
    gettext = voice.texts.gettext
    if mode == "working_days":
        if amount == 0:
            return gettext("Due by the close of the working day.")
        return gettext("Time allowed: %(length)s; due at the close of the last one.") % {
            "length": voice.working_days(amount)
        }
    length = {"length": voice.minutes(amount)}
    if mode == "wall":
        return gettext("Time allowed: %(length)s by the clock, nights and days off included.") % length
    if mode == "staffed":
        return gettext("Time allowed: %(length)s, counting staffed hours only.") % length
    if mode == "hybrid":
        return gettext("Time allowed: %(length)s by the clock, counted from the first staffed moment.") % length
    raise ValueError(mode)


def _calendar(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Calendar: %(campus)s, %(channel)s (times in %(zone)s).") % {
        "campus": values.name("campus"),
        "channel": values.name("channel"),
        "zone": values.text("zone"),
    }


def _counted_from(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Start: %(at)s.") % {"at": values.instant("at")}


def _counted_from_opening(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Start: %(start)s, outside staffed hours; counted from the next opening, %(at)s.") % {
        "start": values.instant("start"),
        "at": values.instant("at"),
    }


def _day_of_start(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("The day of the start, %(on)s, is not counted.") % {"on": values.day("on")}


def _holiday(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Holiday, not counted: %(name)s, %(period)s.") % {
        "name": values.name("name"),
        "period": values.period(),
    }


def _closed(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Closed, not counted: %(name)s, %(period)s.") % {
        "name": values.name("name"),
        "period": values.period(),
    }


def _rest_days(voice: Voice, values: _Values) -> str:
    days = values.number("days")
    text = voice.texts.ngettext(
        "%(n)d ordinary day off is not counted.", "%(n)d ordinary days off are not counted.", days
    )
    return text % {"n": days}


def _make_up_day(voice: Voice, values: _Values) -> str:
    weekday = voice.locale.days["stand-alone"]["wide"][values.number("works_as")]
    return voice.texts.gettext(
        "%(on)s is a working day that makes up for a holiday (%(name)s), with the hours of %(weekday)s."
    ) % {"on": values.day("on"), "name": values.name("name"), "weekday": weekday}


def _special_hours(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Special hours: %(name)s, %(period)s.") % {
        "name": values.name("name"),
        "period": values.period(),
    }


def _special_hours_not_counted(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Special hours that make no working day, not counted: %(name)s, %(period)s.") % {
        "name": values.name("name"),
        "period": values.period(),
    }


def _provisional_year(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext(
        "Provisional: the holidays of %(year)d are not published yet. Ordinary weeks were assumed; the time is worked "
        "out again on publication."
    ) % {"year": values.number("year")}


def _dst(voice: Voice, values: _Values) -> str:
    minutes = values.number("minutes")
    moved = {"on": values.day("on"), "length": voice.minutes(minutes)}
    if minutes > 0:
        return voice.texts.gettext("On %(on)s the clocks go forward by %(length)s.") % moved
    return voice.texts.gettext("On %(on)s the clocks go back by %(length)s.") % moved


def _clock(voice: Voice, values: _Values) -> str:
    told = {"name": values.text("name")}
    if values.given("priority"):
        told["priority"] = voice.word("priority", values.text("priority"))
        head = voice.texts.gettext("To be done: %(name)s (priority: %(priority)s).") % told
    else:
        head = voice.texts.gettext("To be done: %(name)s.") % told
    between = "" if voice.language == "zh-CN" else " "
    return between.join((head, _counted(voice, values.text("mode"), values.number("budget"))))


def _pause(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Paused from %(start)s to %(end)s: %(why)s.") % {
        "start": values.instant("from"),
        "end": values.instant("to"),
        "why": values.why(),
    }


def _paused_since(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Paused since %(at)s; no time is running.") % {"at": values.instant("at")}


def _extended(voice: Voice, values: _Values) -> str:
    amount = values.number("amount")
    unit = values.text("unit")
    if unit not in ("working_days", "minutes"):
        raise ValueError(unit)
    length = voice.working_days(amount) if unit == "working_days" else voice.minutes(amount)
    return voice.texts.gettext("Extended by %(length)s: %(why)s.") % {
        "length": length,
        "why": values.why(),
    }


def _rung(voice: Voice, values: _Values) -> str:
    gettext, after = voice.texts.gettext, values.text("base") == "due"
    told: dict[str, object] = {"name": values.text("name")}
    if values.given("percent"):
        told["percent"] = values.number("percent")
        if after:
            return gettext("%(name)s: a further %(percent)d %% of the time allowed after it is due.") % told
        return gettext("%(name)s: when %(percent)d %% of the time allowed is used.") % told
    if values.given("working_days"):
        told["length"] = voice.working_days(values.number("working_days"))
    elif values.given("minutes"):
        told["length"] = voice.minutes(values.number("minutes"))
    elif after:
        return gettext("%(name)s: when it is due.") % told
    else:
        told["length"] = voice.minutes(0)
    if after:
        return gettext("%(name)s: %(length)s after it is due.") % told
    return gettext("%(name)s: %(length)s after the start.") % told


def _daily(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("Repeated every day.")


def _follows_clock(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("At the same time as: %(name)s.") % {"name": values.text("name")}


def _fixed_moment(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("A fixed moment.")


def _repeats(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("One of several, always the same time apart.")


def _record(voice: Voice, values: _Values) -> str:
    return voice.texts.gettext("The time was set when this was put on record.")


SENTENCES: Mapping[str, Callable[[Voice, _Values], str]] = {
    "rule": _rule,
    "calendar": _calendar,
    "counted-from": _counted_from,
    "counted-from-opening": _counted_from_opening,
    "day-of-start-not-counted": _day_of_start,
    "skipped-holiday": _holiday,
    "closed": _closed,
    "rest-days": _rest_days,
    "make-up-day": _make_up_day,
    "special-hours": _special_hours,
    "special-hours-not-counted": _special_hours_not_counted,
    "provisional-year": _provisional_year,
    "dst": _dst,
    "clock": _clock,
    "pause": _pause,
    "paused-since": _paused_since,
    "extended": _extended,
    "rung": _rung,
    "daily": _daily,
    "follows-clock": _follows_clock,
    "fixed-moment": _fixed_moment,
    "repeats": _repeats,
    "record": _record,
}
"""Every code that is said in words."""
