"""Whatever happens to a clock, its due time is what a slow and simple recomputation from its log gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Conflict, NotFound
from engine.model.step import StepResult
from escalation.due import CalendarBook
from tests.engine import slow_clock
from tests.escalation.builders import berlin_book, book_of, campus_of, shipped_book, year_of
from tests.support.cases import T0, Bundle, Case
from tests.support.configs import budget, clock, config, facts, rung
from tests.support.diagrams import diagram

HOLIDAYS = [frozenset[date](), frozenset({date(2026, 3, 4), date(2026, 3, 5), date(2026, 3, 10)})]
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
    st.tuples(st.just("calendar"), st.integers(0, 1)),
    st.tuples(st.just("wait"), st.none()),
)
stories = st.lists(st.tuples(st.integers(0, 3000), happenings), max_size=8)


@cache
def book(holidays: int) -> CalendarBook:
    """The calendar of `slow_clock`, in the institution's own form."""
    entries = "".join(
        f'[[holidays]]\nfrom = {day}\nto = {day}\nname = {{ zh-CN = "一", ko = "일", en = "one" }}\n'
        for day in sorted(HOLIDAYS[holidays])
    )
    return book_of(campus_of('mon-fri = ["10:00-21:00"]', years={2026: year_of(2026, entries)}))


@dataclass
class Expected:
    """The log of the clock, as the slow recomputation needs it."""

    start: datetime
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    extension: tuple[str, int] | None = None
    priority: int = 0
    calendar: int = 0

    def due(self, rule: tuple[str, int]) -> datetime | None:
        """When the clock is due."""
        found = slow_clock.due(self.start, self.pauses, rule[0], rule[1], HOLIDAYS[self.calendar])
        if found is None or self.extension is None:
            return found
        return slow_clock.later(found, *self.extension, HOLIDAYS[self.calendar])

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
        rungs=[rung("half", "50 %"), rung("due", "due"), rung("after", "due + 60 min")],
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
        happen(case, log, what, value)
        check(case, log, rules)
    advance(case, 60 * 24 * 30)
    told = [e for r in case.results for e in r.effects]
    assert len({e.cause for e in told}) == len(told)
    if not log.paused:
        assert {"half", "due", "after"} == {e.parameters["template"] for e in told}
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
            i.name.split("/")[-1]
            for i in sorted(fired, key=lambda i: ["half", "due", "after"].index(i.name.split("/")[1]))
        ]
    case.now = target


def happen(case: Case, log: Expected, what: str, value: Any) -> None:
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
        if log.extension:
            refused(lambda: case.extend(1))
        else:
            case.extend(value[1], mode=value[0])
            log.extension = value
    elif what == "priority":
        case.change(n=value)
        if log.paused and value == 2:
            log.pauses[-1] = (log.pauses[-1][0], now)
        log.priority = value
    elif what == "calendar":
        case.use(book(value)).recalculate()
        log.calendar = value


def refused(act: Any) -> None:
    with pytest.raises((Conflict, NotFound)):
        act()


def check(case: Case, log: Expected, rules: list[tuple[str, int]]) -> None:
    """The engine's due time is the slow one's."""
    (view,) = case.result.clocks
    assert view.due_at == log.due(rules[log.priority])
    assert view.state == ("paused" if log.paused else "running")
    ladder = [i for i in case.result.due if i.source == "clock"]
    assert ladder == sorted(ladder, key=lambda i: i.due_at)
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
