"""What the text of a timer means: an ISO 8601 length, instant or repetition, or an expression of the documented words.

Pure: no clock, no calendar, no engine. The engine asks the plan for instants; expressions it evaluates itself.
"""

from __future__ import annotations

import ast
import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from engine.errors import Refusal
from engine.expressions.language import NOT_CONSTANT, Expression, compile_expression
from engine.expressions.syntax import ExpressionError, parse

TimerKind = Literal["duration", "date", "cycle"]
"""Which element holds the text: timeDuration, timeDate or timeCycle."""

TIMER_FUNCTIONS: Final = frozenset({"minutes", "hours", "days", "working_days", "deadline", "date"})
"""What a timer's expression may call besides the vocabulary of conditions."""

MAX_YEARS: Final = 100
"""No timer may be longer."""


class TimerError(Refusal):
    """The timer's text cannot be understood."""

    code = "timer-text"

    def __init__(self, message: str, advice: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message, advice=advice, line=line, column=column)
        self.advice = advice
        """What to do about it, one sentence."""
        self.line = line
        """1-based line inside the timer's text."""
        self.column = column
        """1-based column in that line."""


@dataclass(frozen=True)
class IsoDuration:
    """A length of time: months by the calendar, days and the rest by the clock (ISO 8601-1, 5.5.2)."""

    months: int = 0
    """Years count as twelve."""
    rest: timedelta = timedelta()
    """Weeks, days, hours, minutes, seconds; a day is 24 hours."""

    def after(self, start: datetime) -> datetime:
        """Return the instant this long after `start` (aware), in the zone of `start`.

        Months are counted first; a day that the month does not have becomes its last (31 January + P1M is
        28 or 29 February). Raises ValueError for a naive start.
        """
        if start.tzinfo is None:
            raise ValueError("a timer starts at an aware instant")
        if self.months:
            years, month = divmod(start.month - 1 + self.months, 12)
            year, month = start.year + years, month + 1
            start = start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))
        return (start.astimezone(UTC) + self.rest).astimezone(start.tzinfo)

    @property
    def zero(self) -> bool:
        """Say whether it takes no time at all."""
        return not self.months and not self.rest


@dataclass(frozen=True)
class IsoDate:
    """An instant."""

    at: datetime
    """Aware, UTC."""


@dataclass(frozen=True)
class IsoCycle:
    """The same again and again: `R3/PT10M`, `R3/2026-01-05T09:00+08:00/P1D`."""

    repetitions: int | None
    """How often it fires; None without an end (refused at publication)."""
    every: IsoDuration
    start: datetime | None = None
    """The first firing (aware, UTC); None: one length after the timer is armed."""

    def first(self, armed: datetime) -> datetime:
        """Return the first firing of a timer that is armed at `armed` (aware)."""
        return self.start if self.start is not None else self.every.after(armed)


@dataclass(frozen=True)
class Expr:
    """A text that is only known when the timer is asked: `deadline("respond")`, `working_days(3)`, a fact."""

    expression: Expression


TimerPlan = IsoDuration | IsoDate | IsoCycle | Expr

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.IGNORECASE | re.ASCII,
)
_LOOKS_ISO = re.compile(r"[+-]?P[\dT]|[+-]?P$|\d{4}-?(\d\d|W)|R-?\d*/", re.IGNORECASE | re.ASCII)
_EXAMPLES: Final[dict[TimerKind, str]] = {
    "duration": 'Write a length such as PT1H, P7D or working_days(3), or deadline("respond").',
    "date": 'Write an instant with its zone such as 2026-03-01T09:00+08:00, or deadline("respond").',
    "cycle": "Write how often and how far apart, such as R3/PT10M.",
}
_MAX_SECONDS = 366 * MAX_YEARS * 86400
_MAX_TEXT = 2_000


def parse_timer(kind: TimerKind, text: str) -> TimerPlan:
    """Return what a timer's text means. Quotes around ISO text and white space around it do not matter.

    Raises TimerError, with advice, for text that is neither ISO 8601 nor an expression, for instants without a zone,
    for negative lengths, and for expressions that cannot give a time. Pure, so repeating is safe.
    """
    bare = text.strip()
    if not bare:
        raise TimerError("the timer has no time", _EXAMPLES[kind])
    if len(bare) > _MAX_TEXT:
        raise TimerError(f"the timer has more than {_MAX_TEXT} characters", _EXAMPLES[kind])
    if len(bare) >= 2 and bare[0] == bare[-1] and bare[0] in "'\"" and bare[0] not in bare[1:-1]:
        bare = bare[1:-1].strip()
        if not bare:
            raise TimerError("the timer has no time", _EXAMPLES[kind])
    elif not _LOOKS_ISO.match(bare):
        return _expression(kind, text)
    return _iso(kind, bare)


def _iso(kind: TimerKind, text: str) -> TimerPlan:
    if kind == "cycle":
        return _cycle(text)
    if text[:1] in "Rr" and "/" in text:
        raise TimerError("a repetition stands where a single time belongs", _EXAMPLES[kind])
    if text[:1] in "Pp" or text[:2].upper() in ("-P", "+P"):
        return parse_duration(text)
    return IsoDate(parse_instant(text))


def parse_duration(text: str) -> IsoDuration:
    """Return the length that an ISO 8601 text such as `P1M`, `P7D`, `PT1H30M` says. Raises TimerError."""
    if text[:1] == "-":
        raise TimerError(f"{text} is a negative length", "A timer runs forward: remove the minus sign.")
    found = _DURATION.fullmatch(text.removeprefix("+"))
    if found is None or not any(found.groups()):
        raise TimerError(f"{text} is not a length of time", _EXAMPLES["duration"])
    parts = [Decimal(part.replace(",", ".")) if part else Decimal(0) for part in found.groups()]
    years, months, *clock = parts
    if any(part > 10**9 for part in parts):
        raise TimerError(f"{text} is longer than {MAX_YEARS} years", _EXAMPLES["duration"])
    written = [at for at, part in enumerate(found.groups()) if part]
    if any(parts[at] % 1 for at in written[:-1]):
        raise TimerError(f"{text} has a fraction before its last part", "Only the last part may have a fraction.")
    if (years * 12 + months) % 1:
        raise TimerError(f"{text} has a part of a month", "Write days instead of a part of a month or year.")
    seconds = sum(part * unit for part, unit in zip(clock, (604800, 86400, 3600, 60, 1), strict=True))
    if years * 12 + months > MAX_YEARS * 12 or seconds > _MAX_SECONDS:
        raise TimerError(f"{text} is longer than {MAX_YEARS} years", _EXAMPLES["duration"])
    return IsoDuration(int(years * 12 + months), timedelta(microseconds=int(seconds * 1_000_000)))


def parse_instant(text: str) -> datetime:
    """Return the instant (aware, UTC) that an ISO 8601 text with a zone says. Raises TimerError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise TimerError(f"{text} is not a date and time", _EXAMPLES["date"]) from None
    if found.tzinfo is None:
        raise TimerError(
            f"{text} has no time zone", f"Add the time and the offset, such as {text[:10]}T09:00+08:00 or ...Z."
        )
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise TimerError(f"{text} is out of range", _EXAMPLES["date"]) from None


def _cycle(text: str) -> IsoCycle:
    parts = text.split("/")
    if not re.fullmatch(r"R\d{0,6}", parts[0], re.IGNORECASE | re.ASCII) or len(parts) not in (2, 3):
        raise TimerError(f"{text} does not say how often and how far apart", _EXAMPLES["cycle"])
    count = int(parts[0][1:]) if parts[0][1:] else None
    if count == 0:
        raise TimerError("R0 never fires", _EXAMPLES["cycle"])
    start: datetime | None = None
    if len(parts) == 2:
        every = parse_duration(parts[1])
    elif parts[2][:1] in "Pp":
        start, every = parse_instant(parts[1]), parse_duration(parts[2])
    else:
        raise TimerError(f"{text} gives an end instead of a start", "Write R3/start/length, or R3/length.")
    if every.zero:
        raise TimerError(f"{text} repeats without any time between", _EXAMPLES["cycle"])
    return IsoCycle(count, every, start)


def _expression(kind: TimerKind, text: str) -> TimerPlan:
    try:
        expression = compile_expression(text, TIMER_FUNCTIONS)
    except ExpressionError as error:
        raise TimerError(error.message, error.advice, line=error.line, column=error.column) from None
    if isinstance(expression.constant, str):
        return _iso(kind, expression.constant.strip())
    if kind == "cycle":
        raise TimerError("a repetition must be written out", _EXAMPLES["cycle"])
    for call in expression.calls:
        _check_call(call.function, call.args)
    _check_places(kind, text)
    if not expression.names and not any(call.function in TIMER_FUNCTIONS for call in expression.calls):
        raise TimerError(f"{text.strip()} is not a time", _EXAMPLES[kind])
    return Expr(expression)


def _check_places(kind: TimerKind, text: str) -> None:
    """Refuse times that are counted with: a deadline may be absent, and two instants cannot be added."""
    tree, _ = parse(text, TIMER_FUNCTIONS)
    results: list[ast.expr] = [tree]
    while results:
        node = results.pop()
        if isinstance(node, ast.IfExp):
            results += [node.body, node.orelse]
            counted: list[ast.expr] = [node.test]
        elif isinstance(node, ast.BoolOp):
            results += node.values
            counted = []
        elif isinstance(node, ast.Call):
            counted = node.args
        else:
            counted = [node]
        for part in (inner for outer in counted for inner in ast.walk(outer)):
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in TIMER_FUNCTIONS:
                raise TimerError(f"{part.func.id}(...) cannot be counted or compared with", _EXAMPLES[kind])


def _check_call(function: str, args: Collection[object]) -> None:
    """Refuse calls that can never give a time."""
    if function not in TIMER_FUNCTIONS:
        return
    if len(args) != 1:
        raise TimerError(f"{function} takes exactly one value", f"Write {_SHAPES[function]}.")
    (value,) = args
    if function in ("deadline", "date") and not isinstance(value, str):
        raise TimerError(f"{function} needs a text in quotation marks", f"Write {_SHAPES[function]}.")
    if function == "date":
        parse_instant(str(value))
    elif function != "deadline" and value is not NOT_CONSTANT:
        number = value if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None
        broken = number is None or not 0 <= number <= 1_000_000
        if broken or (function == "working_days" and number is not None and number % 1):
            raise TimerError(f"{function} needs a number that is not negative", f"Write {_SHAPES[function]}.")


_SHAPES: Final = {
    "minutes": "minutes(45)",
    "hours": "hours(4)",
    "days": "days(5)",
    "working_days": "working_days(3), in whole days",
    "deadline": 'deadline("respond")',
    "date": 'date("2026-03-01T09:00+08:00")',
}
