"""A rung of a clock that has fallen, in words: whether it only reminds, is the due time itself, or comes after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.model.config import ProcessConfig, Rung
from forms.languages import Labels, labels, pick


class Fallen(NamedTuple):
    """A rung that has fallen."""

    clock: str
    """The clock's name in the process."""
    rung: str | None
    """The rung's name in the process; None where the version has no such rung."""
    kind: str
    """`fired` for the due time itself, `fired-before` for a reminder, `fired-after` for what comes when it is late."""
    when: str
    """When on the ladder it stands, in the reader's language; `` for the due time itself."""


USED: Labels = labels("时限已用去 {n} %", "기한의 {n} % 경과", "{n} % of the time allowed is used")
FURTHER: Labels = labels(
    "到期后又过了时限的 {n} %",
    "기한이 지난 뒤 기한의 {n} %가 더 경과",
    "a further {n} % of the time allowed after it was due",
)
AFTER_START: Labels = labels("开始后 {length}", "시작 후 {length}", "{length} after the start")
AFTER_DUE: Labels = labels("到期后 {length}", "기한 경과 후 {length}", "{length} after it was due")
DAILY: Labels = labels("每天提醒", "매일 알림", "told again every day")
UNITS: Mapping[str, Labels] = {
    "working_days": labels("{n} 个工作日", "{n}영업일", "{n} working days"),
    "days": labels("{n} 天", "{n}일", "{n} days"),
    "hours": labels("{n} 小时", "{n}시간", "{n} hours"),
    "minutes": labels("{n} 分钟", "{n}분", "{n} minutes"),
}


def fallen_rung(config: ProcessConfig, name: str, language: str) -> Fallen:
    """Return what a line of the log says that fell due: `clock/round/rung`, or `clock/scope/round/rung`.

    A name that the version does not know is the due time of its clock.
    """
    clock, _, rest = name.partition("/")
    spec, rung = config.clocks.get(clock), rest.rpartition("/")[2]
    found = next((each for each in spec.rungs if each.name == rung), None) if spec is not None else None
    if found is None:
        return Fallen(clock, None, "fired", "")
    when = _when(found, language)
    if found.at.base == "start":
        return Fallen(clock, found.name, "fired-before", when)
    return Fallen(clock, found.name, "fired-after" if when else "fired", when)


def _when(rung: Rung, language: str) -> str:
    at, after = rung.at, rung.at.base == "due"
    if rung.daily and after:
        return pick(DAILY, language)
    if at.percent:
        return pick(FURTHER if after else USED, language).format(n=at.percent)
    length = _length(at.working_days, at.minutes, language)
    if not length and after:
        return ""
    return pick(AFTER_DUE if after else AFTER_START, language).format(length=length or _said("minutes", 0, language))


def _length(working_days: int, minutes: int, language: str) -> str:
    if working_days:
        return _said("working_days", working_days, language)
    for unit, size in (("days", 1440), ("hours", 60), ("minutes", 1)):
        if minutes and minutes % size == 0:
            return _said(unit, minutes // size, language)
    return ""


def _said(unit: str, count: int, language: str) -> str:
    text = pick(UNITS[unit], language).format(n=count)
    return text.removesuffix("s") if language == "en" and count == 1 else text
