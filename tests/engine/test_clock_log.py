"""Whatever happens to a clock, its due time is what a slow and simple recomputation from its log gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Conflict, NotFound, Unfit
from engine.model.step import StepResult
from escalation.due import CalendarBook
from tests.engine import slow_clock
from tests.escalation.builders import berlin_book, book_of, campus_of, shipped_book, year_of
from tests.support.cases import T0, Bundle, Case
from tests.support.configs import budget, clock, config, facts, rung
from tests.support.diagrams import diagram

CLOSED = None
HOUSES: list[slow_clock.Special] = [
    {},
    {date(2026, 3, day): CLOSED for day in (4, 5, 10)},
    {
        date(2026, 3, 3): (600, 720),
        date(2026, 3, 4): CLOSED,
        date(2026, 3, 6): (540, 1320),
        date(2026, 3, 7): (600, 900),
    },
]
"""Calendars that differ in single dates: none, closed days, special hours (also at a weekend)."""
FILES = diagram(main="s=start -> a=user -> e=end")

minutes = st.integers(0, 900)
days = st.integers(0, 5)
budgets = st.one_of(
    st.tuples(st.sampled_from(["wall", "hybrid", "staffed"]), minutes), st.tuples(st.just("working_days"), days)
)
extensions = st.one_of(st.tuples(st.just("wall"), minutes), st.tuples(st.just("working_days"), st.integers(1, 4)))
happenings = st.one_of(
    st.tuples(st.just("pause"), st.none()),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("extend"), extensions),
    st.tuples(st.just("priority"), st.integers(0, 2)),
    st.tuples(st.just("calendar"), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.none()),
)
stories = st.lists(st.tuples(st.integers(0, 3000), happenings), max_size=8)


@cache
def book(house: int) -> CalendarBook:
    """The calendar of `slow_clock`, in the institution's own form: closed days are holidays, hours are overrides."""
    name = 'name = { zh-CN = "一", ko = "일", en = "one" }\n'
    holidays = overrides = ""
    for day, hours in HOUSES[house].items():
        if hours is None:
            holidays += f"[[holidays]]\nfrom = {day}\nto = {day}\n{name}"
        else:
            (opens, left), (closes, rest) = divmod(hours[0], 60), divmod(hours[1], 60)
            overrides += f'[[overrides]]\non = {day}\nstaffed = ["{opens:02}:{left:02}-{closes:02}:{rest:02}"]\n{name}'
    return book_of(campus_of('mon-fri = ["10:00-21:00"]', more=overrides, years={2026: year_of(2026, holidays)}))


Rule = tuple[str, int]
"""How time is counted, and how much of it."""


def minutes_on(rule: Rule, amount: int) -> Rule:
    """Minutes as a clock with this rule counts them."""
    return ("wall" if rule[0] == "working_days" else rule[0], amount)


RUNGS: dict[str, tuple[str, Callable[[Rule, list[Rule]], list[Rule]]]] = {
    "half": ("50 %", lambda rule, more: [(rule[0], rule[1] // 2), *more]),
    "soon": ("start + 30 min", lambda rule, more: [minutes_on(rule, 30)]),
    "next_day": ("start + 1 working_day", lambda rule, more: [("working_days", 1)]),
    "due": ("due", lambda rule, more: [rule, *more]),
    "share": ("due + 50 %", lambda rule, more: [rule, *more, (rule[0], rule[1] // 2)]),
    "after": ("due + 60 min", lambda rule, more: [rule, *more, minutes_on(rule, 60)]),
    "later": ("due + 2 working_days", lambda rule, more: [rule, *more, ("working_days", 2)]),
}
"""Every kind of rung: as it is written, and what lies before it."""


@dataclass
class Expected:
    """The log of the clock, as the slow recomputation needs it."""

    start: datetime
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    extension: Rule | None = None
    priority: int = 0
    calendar: int = 0

    def due(self, rule: Rule) -> datetime | None:
        """When the clock is due."""
        return None if self.paused else self.reached([rule, *self.extended])

    def rung(self, name: str, rule: Rule) -> datetime | None:
        """When a rung falls."""
        return self.reached(RUNGS[name][1](rule, self.extended))

    def reached(self, parts: list[Rule]) -> datetime | None:
        """When so much running time is used up."""
        return slow_clock.reached(self.start, self.pauses, parts, HOUSES[self.calendar])

    def may_be_extended(self, extension: Rule, rule: Rule, now: datetime) -> bool:
        """Whether it runs, was not extended before, and is due later than now when it is."""
        due = self.reached([rule, extension])
        return not self.paused and self.extension is None and due is not None and due > now

    @property
    def extended(self) -> list[Rule]:
        """What was added, if anything was."""
        return [] if self.extension is None else [self.extension]

    @property
    def paused(self) -> bool:
        """Whether it is paused."""
        return bool(self.pauses) and self.pauses[-1][1] is None


@given(
    st.lists(budgets, min_size=3, max_size=3), st.integers(0, 14 * 1440), stories, st.sampled_from(["kept", "reloaded"])
)
def test_the_due_time_is_what_a_plain_recomputation_from_the_log_gives(
    rules: list[tuple[str, int]], offset: int, story: list[tuple[int, tuple[str, Any]]], way: Any
) -> None:
    """Priority 2 may not be paused."""
    spec = clock(
        "c",
        *(budget(amount, mode, f"n == {n}") for n, (mode, amount) in enumerate(rules[:2])),
        budget(rules[2][1], rules[2][0]),
        rungs=[rung(name, at) for name, (at, _) in RUNGS.items()],
        pausable="n != 2",
    )
    bundle = Bundle(FILES, config(facts=facts(n="integer", campus="string", channel="string"), clocks=[spec]))
    case = Case(bundle, way, book(0))
    case.now = T0 + timedelta(minutes=offset)
    log = Expected(case.now)
    case.start(campus="c", channel="x")
    check(case, log, rules)
    for wait, (what, value) in story:
        advance(case, wait)
        happen(case, log, what, value, rules)
        check(case, log, rules)
    advance(case, 60 * 24 * 30)
    told = [e for r in case.results for e in r.effects]
    assert len({e.cause for e in told}) == len(told)
    if not log.paused:
        assert set(RUNGS) == {e.parameters["template"] for e in told}
        assert case.due == []


def advance(case: Case, wait: int) -> None:
    """Let time pass; everything fires at its instant, in order, and never early."""
    target = case.now + timedelta(minutes=wait)
    while case.result.due and case.result.due[0].due_at <= target:
        item = case.result.due[0]
        case.now = max(case.now, item.due_at)
        fired = [i for i in case.result.due if i.due_at == item.due_at]
        case.fire()
        assert [e.name.split("/")[-1] for e in case.result.events if e.kind == "fired" and e.name] == [
            i.name.split("/")[-1] for i in sorted(fired, key=lambda i: list(RUNGS).index(i.name.split("/")[1]))
        ]
    case.now = target


def happen(case: Case, log: Expected, what: str, value: Any, rules: list[Rule]) -> None:
    """Let something happen to the case and to the log; what the case must refuse, it refuses."""
    now = case.now
    if what == "pause":
        if log.paused or log.priority == 2:
            refused(case.pause)
        else:
            case.pause()
            log.pauses.append((now, None))
    elif what == "resume":
        if not log.paused:
            refused(case.resume)
        else:
            case.resume()
            log.pauses[-1] = (log.pauses[-1][0], now)
    elif what == "extend":
        if log.may_be_extended(value, rules[log.priority], now):
            case.extend(value[1], mode=value[0])
            log.extension = value
        else:
            refused(lambda: case.extend(value[1], mode=value[0]))
    elif what == "priority":
        case.change(n=value)
        if log.paused and value == 2:
            log.pauses[-1] = (log.pauses[-1][0], now)
        log.priority = value
    elif what == "calendar":
        case.use(book(value)).recalculate()
        log.calendar = value


def refused(act: Any) -> None:
    with pytest.raises((Conflict, NotFound, Unfit)):
        act()


def check(case: Case, log: Expected, rules: list[tuple[str, int]]) -> None:
    """The engine's due time is the slow one's."""
    (view,) = case.result.clocks
    assert view.due_at == log.due(rules[log.priority])
    assert view.state == ("paused" if log.paused else "running")
    ladder = [i for i in case.result.due if i.source == "clock"]
    assert ladder == sorted(ladder, key=lambda i: i.due_at)
    for item in ladder:
        name = item.name.partition("/")[2]
        assert (name, item.due_at) == (name, log.rung(name, rules[log.priority]))
    if log.paused:
        assert ladder == []


@given(
    st.sampled_from(["main/phone", "main/web", "seoul/chat", "berlin/day", "berlin/night"]),
    budgets,
    st.integers(0, 3 * 365 * 24 * 60),
    st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 5000)), max_size=3),
)
def test_real_calendars_with_summer_time_and_unpublished_years_keep_the_promises(
    calendar: str, rule: tuple[str, int], offset: int, pauses: list[tuple[int, int]]
) -> None:
    """Never early, never lost: a pause moves the due time by no less than nothing, a resume never before now."""
    campus, channel = calendar.split("/")
    calendars = berlin_book() if campus == "berlin" else shipped_book()
    spec = clock("c", budget(rule[1], rule[0]), rungs=[rung("half", "50 %"), rung("due", "due")])
    bundle = Bundle(FILES, config(facts=facts(campus="string", channel="string"), clocks=[spec]))
    case = Case(bundle, "kept", calendars)
    case.now = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=offset)
    case.start(campus=campus, channel=channel)
    started, first = case.now, due_of(case.result)
    assert first == calendars.add(calendar, rule[0], started, rule[1]).at  # type: ignore[arg-type]
    for run, rest in pauses:
        case.now += timedelta(minutes=run)
        overdue = due_of(case.result) <= case.now
        before = due_of(case.result)
        case.pause().later(rest).resume()
        after = due_of(case.result)
        assert after == before if overdue else after >= max(before, case.now)
    assert sorted(name for name, _ in case.due) == ["c/due", "c/half"]
    (view,) = case.result.clocks
    assert view.provisional or not any(r["code"] == "provisional-year" for r in view.reasons)


def due_of(result: StepResult) -> datetime:
    """The due time of the one clock."""
    found = result.clocks[0].due_at
    assert found is not None
    return found
