"""Timers and calendars: what is counted in working days moves with them, and everything due explains itself."""

from __future__ import annotations

import pytest

from escalation.due import CalendarBook
from tests.engine.conftest import StartCase
from tests.escalation.builders import LABELS, WEEKDAYS_10_21, book_of, campus_of, year_of
from tests.support.cases import T0
from tests.support.configs import budget, clock, config, facts, rung
from tests.support.diagrams import diagram


def house(extra: str = "", *, published: bool = True) -> CalendarBook:
    """Monday to Friday from ten to nine, with these overrides, in a year that is published or not."""
    staff = f"[channels.staff]\nlabels = {LABELS}\n[channels.staff.staffed]\n{WEEKDAYS_10_21}\n"
    return book_of(campus_of(more=staff + extra, years={2026: year_of(2026, published=published)}))


SHUT = '[[overrides]]\non = 2026-03-04\nclosed = true\nname = { zh-CN = "一", ko = "일", en = "one" }\n'
HOME_FACTS = facts(campus="string", channel="string", n="integer")
AT_HOME = config(facts=HOME_FACTS, clocks=[clock("c")])
HERE = {"campus": "c", "channel": "x", "n": 2}
CLOSE = 12 * 60.0
"""From nine in the morning to nine in the evening."""


@pytest.mark.parametrize("text", ["working_days(2)", "working_days(n)", 'working_days(2) if n > 0 else deadline("c")'])
def test_a_length_in_working_days_moves_with_the_calendar_from_its_arming(begin: StartCase, text: str) -> None:
    files = diagram(main=f"s=start -> b=user -> a=user -> e=end\nlate=on a timer {text} -> told=user -> e2=end")
    case = begin(files, config=AT_HOME, given=HERE, calendars=house()).later(60).do("b")
    assert case.due == [("late", 2 * 1440 + CLOSE)]
    case.later(1440).change(n=7 if "n)" in text else 2)
    assert case.use(house(SHUT)).recalculate().due == [("late", 3 * 1440 + CLOSE)]
    assert case.recalculate().due == [("late", 3 * 1440 + CLOSE)]
    assert case.use(house()).recalculate().due == [("late", 2 * 1440 + CLOSE)]
    assert case.until(2 * 1440 + CLOSE).open == ["told"]


def test_what_is_not_counted_in_working_days_stays_when_calendars_change(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        t1=beside a timer PT50H -> x=script x1 = 1 -> e1=end
        t2=beside a timer hours(51) -> y=script y1 = 1 -> e2=end
        t3=beside a timer R2/PT52H -> z=script z1 = 1 -> e3=end
        t4=beside a timer 2026-03-04T06:00:00Z -> w=script w1 = 1 -> e4=end
    """
    )
    case = begin(files, config=AT_HOME, given=HERE, calendars=house())
    before = case.due_items
    assert case.later(60).use(house(SHUT)).recalculate().due_items == before
    assert [name for name, _ in case.due] == ["t1", "t2", "t3", "t4"]


def test_everything_that_falls_due_explains_itself(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        t1=beside a timer PT50H -> x=script x1 = 1 -> e1=end
        t2=beside a timer P1M -> y=script y1 = 1 -> e2=end
        t3=beside a timer R2/PT52H -> z=script z1 = 1 -> e3=end
        t4=beside a timer date("2026-03-20T06:00:00+00:00") -> w=script w1 = 1 -> e4=end
        t5=beside a timer hours(1.5) -> v=script v1 = 1 -> e5=end
        t6=beside a timer deadline("c") -> u=script u1 = 1 -> e6=end
        t7=beside a timer deadline("d") or minutes(20) -> q=script q1 = 1 -> e7=end
        t8=beside a timer working_days(1) -> p=script p1 = 1 -> e8=end
    """
    )
    ladder = [rung("half", "50 %"), rung("days", "due + 2 working_days", daily=True)]
    rules = config(facts=HOME_FACTS, clocks=[clock("c", budget(60, "hybrid"), rungs=ladder), clock("d", starts=["e"])])
    case = begin(files, config=rules, given=HERE, calendars=house(published=False))
    found = {
        item.name: [(reason["code"], dict(reason["values"])) for reason in item.reasons] for item in case.due_items
    }
    start = ("counted-from", {"at": T0.isoformat()})
    days = [code for code, _ in found.pop("t8")]
    assert days == ["rule", "calendar", "counted-from", "day-of-start-not-counted", "provisional-year"]
    assert found == {
        "t1": [("rule", {"mode": "wall", "amount": 3000}), start],
        "t2": [("rule", {"mode": "wall", "amount": 31 * 1440}), start],
        "t3": [("repeats", {})],
        "t4": [("fixed-moment", {})],
        "t5": [("rule", {"mode": "wall", "amount": 90}), start],
        "t6": [("follows-clock", {"name": "c", "key": "c/1"})],
        "t7": [("rule", {"mode": "wall", "amount": 20}), start],
        "c/half": [("rung", {"name": "c", "key": "c/1", "base": "start", "percent": 50})],
        "c/days": [("rung", {"name": "c", "key": "c/1", "base": "due", "working_days": 2}), ("daily", {})],
    }
    # The clock itself begins today at ten, and today counts on an unpublished year too.
    assert {i.name for i in case.due_items if i.provisional} == {"c/half", "c/days", "t6", "t8"}


def test_a_year_that_is_published_makes_sure_what_was_provisional(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        t1=beside a timer deadline("c") -> x=script x1 = 1 -> e1=end
        t2=beside a timer working_days(1) -> y=script y1 = 1 -> e2=end
    """
    )
    rules = config(facts=HOME_FACTS, clocks=[clock("c", budget(2, "working_days"), rungs=[rung("due", "due")])])
    case = begin(files, config=rules, given=HERE, calendars=house(published=False))
    assert [(item.name, item.provisional) for item in case.due_items] == [("t2", True), ("c/due", True), ("t1", True)]
    before = {item.key for item in case.due_items}
    case.use(house()).recalculate()
    assert [(item.name, item.provisional) for item in case.due_items] == [
        ("t2", False),
        ("c/due", False),
        ("t1", False),
    ]
    assert before & {item.key for item in case.due_items} == set()
    assert case.result.before.afresh


def test_a_calendar_that_is_gone_takes_no_due_time_with_it(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> e=end\nlate=on a timer working_days(2) -> told=user -> e2=end")
    case = begin(files, config=config(facts=HOME_FACTS), given=HERE, calendars=house())
    case.use(book_of(campus_of())).change(n=5)
    assert [(item.name, item.reasons) for item in case.due_items] == [("late", ())]
    assert case.until(2 * 1440 + CLOSE).open == ["told"]
