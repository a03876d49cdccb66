"""Timers of elements: they fire when they are due and never before, one instant at a time, and follow the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import NotFound
from escalation.due import CalendarBook
from tests.engine.conftest import StartCase
from tests.escalation.builders import LABELS, WEEKDAYS_10_21, book_of, campus_of, year_of
from tests.support.cases import T0, Case
from tests.support.configs import budget, clock, config, fact, facts, rung
from tests.support.diagrams import diagram
from tests.support.stock import Stock

INTERRUPTING = diagram(
    main="""
    s=start -> a=user -> e=end
    late=on a timer PT1H -> told=user -> e2=end
"""
)


def test_a_timer_fires_at_its_very_instant(begin: StartCase) -> None:
    case = begin(INTERRUPTING)
    assert case.due == [("late", 60.0)]
    case.later(60).fire()
    assert case.open == ["told"]
    assert case.last("cancelled") == ["a"]


def test_the_library_needs_a_moment_more() -> None:
    stock = Stock(diagram(main='s=start -> a=user -> e=end\nlate=on a timer "PT1H" -> told=user -> e2=end'))
    assert stock.later(60).open == ["a"]
    assert stock.later(1 / 60_000_000).open == ["told"]


def test_a_timer_never_fires_early(begin: StartCase) -> None:
    case = begin(INTERRUPTING)
    case.now = T0 + timedelta(minutes=60) - timedelta(microseconds=1)
    with pytest.raises(NotFound):
        case.fire()
    assert case.open == ["a"]


def test_what_is_overdue_fires_before_a_person_is_too_late(begin: StartCase) -> None:
    """The pipeline fires what is due, then acts; the kernel's part is that the task is then gone."""
    from engine.errors import Conflict
    from engine.model.step import Complete

    case = begin(INTERRUPTING)
    task = case.task("a").id
    case.later(61).fire()
    with pytest.raises(Conflict):
        case.step(Complete(task, {}))
    assert case.open == ["told"]


def test_the_library_lets_a_person_complete_what_is_overdue() -> None:
    stock = Stock(diagram(main='s=start -> a=user -> e=end\nlate=on a timer "PT1H" -> told=user -> e2=end'))
    stock.now += timedelta(minutes=61)
    stock.do("a")
    assert (stock.ended, stock.completed("told")) == (True, 0)


def test_no_timer_fires_with_a_persons_step_however_late_it_is(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> fork=and -> a=user -> join=and -> e=end
        fork -> b=user -> join
        late=beside b timer PT1H -> told=user -> e2=end terminate
    """
    )
    assert begin(files).later(500).do("a").open == ["b"]


def test_timers_due_at_the_same_instant_fire_together_and_later_ones_do_not(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> fork=and -> a=user -> join=and -> e=end
        fork -> b=user -> join
        fork -> c=user -> join
        la=on a timer PT1H -> ta=user -> join
        lb=on b timer PT60M -> tb=user -> join
        lc=on c timer PT61M -> tc=user -> join
    """
    )
    case = begin(files).later(300).fire()
    assert case.open == ["c", "ta", "tb"]
    assert case.fire().open == ["ta", "tb", "tc"]


def test_a_timer_armed_by_a_late_firing_counts_from_the_moment_it_really_fired(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> w=catch timer PT1H -> v=catch timer PT1H -> e=end
    """
    )
    case = begin(files).later(300).fire()
    assert case.due == [("v", 360.0)]
    assert not case.ended
    assert case.until(360).ended


TWO_WAYS = """
    s=start -> g=first -> {one} -> a=user -> e=end
    g -> {two} -> b=user -> e
    g -> m=catch message answer -> c=user -> e
"""


@pytest.mark.parametrize(
    ("one", "two", "minutes", "taken"),
    [("PT1H", "PT2H", 60, "a"), ("PT2H", "PT1H", 60, "b"), ("PT1H", "PT60M", 60, "a"), ("PT2H", "PT1H", 500, "b")],
)
def test_an_event_gateway_with_two_timers_takes_the_first_to_fall_due(
    begin: StartCase, one: str, two: str, minutes: int, taken: str
) -> None:
    files = diagram(main=TWO_WAYS.format(one=f"t1=catch timer {one}", two=f"t2=catch timer {two}"))
    case = begin(files)
    assert {name for name, _ in case.due} == {"t1", "t2"}
    assert case.result.waits_for == ("answer",)
    assert case.later(minutes).fire().open == [taken]
    assert case.due == []


def test_the_library_keeps_only_one_due_time_for_two_timers_of_a_gateway() -> None:
    files = diagram(main=TWO_WAYS.format(one='t1=catch timer "PT2H"', two='t2=catch timer "PT1H"'))
    assert Stock(files).later(61).open != ["b"]


def test_a_message_at_an_event_gateway_disarms_its_timer(begin: StartCase) -> None:
    files = diagram(main=TWO_WAYS.format(one="t1=catch timer PT1H", two="t2=catch timer PT2H"))
    case = begin(files).send("answer")
    assert (case.open, case.due) == (["c"], [])


CYCLE = diagram(
    main="""
    s=start -> a=user -> e=end
    tick=beside a timer R3/PT10M -> note=service remind -> e2=end
"""
)


def reminders(case: object) -> int:
    """How often the case reminded somebody."""
    return sum(e.operation == "remind" for r in case.results for e in r.effects)  # type: ignore[attr-defined]


def cycle(begin: StartCase) -> object:
    """A case with a reminder every ten minutes, three times."""
    from engine.model.operation import Operation

    return begin(CYCLE, operations={"remind": Operation("remind")})


def test_a_cycle_fires_as_often_as_it_says(begin: StartCase) -> None:
    case = cycle(begin)
    assert case.due == [("tick", 10.0)]  # type: ignore[attr-defined]
    seen = [(case.until(m), reminders(case))[1] for m in (9, 10, 20, 30, 40, 500)]  # type: ignore[attr-defined]
    assert seen == [0, 1, 2, 3, 3, 3]
    assert case.do("a").ended  # type: ignore[attr-defined]


def test_slots_missed_in_a_downtime_fire_once(begin: StartCase) -> None:
    case = cycle(begin)
    case.later(25).fire()  # type: ignore[attr-defined]
    assert (reminders(case), case.due) == (1, [("tick", 30.0)])  # type: ignore[attr-defined]
    case.later(500).fire()  # type: ignore[attr-defined]
    assert (reminders(case), case.due) == (2, [])  # type: ignore[attr-defined]
    assert case.do("a").ended  # type: ignore[attr-defined]


def test_the_library_fires_every_missed_slot_in_one_burst() -> None:
    files = diagram(main='s=start -> a=user -> e=end\ntick=beside a timer "R5/PT10M" -> note=user -> e2=end')
    assert Stock(files).later(35).open == ["a", "note", "note", "note"]


def test_the_work_a_cycle_opened_stays_when_its_host_is_done(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> b=user -> e=end
        tick=beside a timer R3/PT10M -> note=user -> e2=end
    """
    )
    case = begin(files).until(20)
    assert case.open == ["a", "note", "note"]
    assert case.do("a").open == ["b", "note", "note"]
    assert case.due == []
    assert case.do("note").do("b").do("note").ended


def test_a_cycle_is_armed_anew_in_the_next_round_of_a_loop(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> m=xor -> a=user -> x=xor -[again]-> m
        x -*-> e=end
        tick=beside a timer R2/PT10M -> e2=end
    """
    )
    case = begin(files).until(20)
    assert case.due == []
    assert case.later(5).do("a", again=True).due == [("tick", 35.0)]


LATE_BOUND = diagram(
    main="""
    s=start -> a=user -> e=end
    late=beside a timer deadline("c") -> told=user -> e2=end terminate
"""
)


def test_a_timer_that_names_a_clock_follows_its_pause_and_extension(begin: StartCase) -> None:
    case = begin(LATE_BOUND, config=config(clocks=[clock()]))
    assert case.due == [("late", 60.0)]
    case.later(30).pause()
    assert case.due == []
    case.later(300).resume()
    assert case.due == [("late", 360.0)]
    assert case.extend(15).due == [("late", 375.0)]
    assert case.until(374).open == ["a"]
    assert case.until(375).open == ["a", "told"]


def test_a_timer_that_names_a_clock_follows_the_priority(begin: StartCase) -> None:
    rules = config(
        facts=facts(priority="string"),
        clocks=[clock("c", budget(20, when='priority == "urgent"'), budget(600))],
    )
    case = begin(LATE_BOUND, config=rules)
    assert case.due == [("late", 600.0)]
    case.later(30).change(priority="urgent")
    assert case.due == [("late", 20.0)]
    assert case.fire().open == ["a", "told"]


def test_the_library_asks_a_timer_once(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> e=end\nlate=on a timer wait -> told=user -> e2=end")
    stock = Stock(files, data={"wait": "PT10H"})
    for task in stock.flow.tasks.values():
        task.data["wait"] = "PT1H"
    assert stock.later(61).open == ["a"]


def test_a_timer_on_a_fact_is_fixed_when_it_is_armed(begin: StartCase) -> None:
    """BPMN 2.0.2, 10.5.5: only `deadline` moves by itself; a length is counted from arming."""
    files = diagram(main="s=start -> a=user -> e=end\nlate=on a timer hours(wait) -> told=user -> e2=end")
    case = begin(files, config=config(facts={"wait": fact("wait", "integer", 2)}))
    assert case.due == [("late", 120.0)]
    assert case.change(wait=1).due == [("late", 120.0)]


AGAIN = diagram(
    main="""
    s=start -> a=user -> e=end
    late=beside a timer deadline("c") -> told=script t1 = 1 -> e2=end
"""
)


def told(case: Case) -> int:
    """How often the path behind the timer was taken."""
    return case.done().count("told")


def test_a_timer_on_a_clock_fires_once_for_each_later_due_time(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", rungs=[rung("due", "due")])])
    case = begin(AGAIN, config=rules).until(70)
    assert (told(case), case.due) == (1, [])
    case.extend(60)
    assert case.due == [("c/due", 120.0), ("late", 120.0)]
    case.until(5000)
    assert (told(case), case.done("fired"), case.due) == (2, ["c/1/due"] * 2, [])
    assert case.do("a").ended


def test_a_timer_on_a_clock_does_not_fire_twice_for_the_same_or_an_earlier_time(begin: StartCase) -> None:
    budgets = [budget(20, when="n == 1"), budget(600, when="n == 2"), budget(60)]
    case = begin(AGAIN, config=config(facts=facts(n="integer"), clocks=[clock("c", *budgets)])).until(61)
    assert [(told(case.change(n=n)), case.due) for n in (1, 0)] == [(1, [])] * 2
    case.pause().later(30)
    assert (told(case.resume()), case.due) == (1, [])
    assert case.change(n=2).due == [("late", 630.0)]
    assert [(told(case.change(n=n)), case.due) for n in (1, 2)] == [(1, []), (1, [("late", 630.0)])]
    assert told(case.until(630).change(n=0)) == 2
    assert case.do("a").ended


def test_a_new_round_of_a_clock_is_a_later_time_too(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> p=sub inner -> e=end
        late=beside p timer deadline("c") -> told=script t1 = 1 -> e2=end
    """,
        inner="is_=start -> b=user -> d=user -> ie=end",
    )
    case = begin(files, config=config(clocks=[clock("c", starts=["@open", "d"])])).until(100)
    assert told(case) == 1
    assert case.do("b").due == [("late", 160.0)]
    assert told(case.until(160)) == 2


def test_what_stands_beside_the_clock_fires_once_for_its_arming(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        late=beside a timer deadline("c") or hours(2) -> told=script t1 = 1 -> e2=end
    """
    )
    case = begin(files, config=config(clocks=[clock("c", starts=["e"])])).until(121)
    assert (told(case), case.due) == (1, [])
    assert told(case.until(5000)) == 1


def test_a_timer_that_interrupts_fires_once(begin: StartCase) -> None:
    files = diagram(main='s=start -> a=user -> e=end\nlate=on a timer deadline("c") -> b=user -> e2=end')
    case = begin(files, config=config(clocks=[clock("c")])).until(60).extend(60)
    assert (case.open, case.due) == (["b"], [])


MIXED = 'deadline("c") if priority == "urgent" else minutes(30)'
PRIORITY = config(facts=facts(priority="string"), clocks=[clock("c", budget(600))])


def test_a_length_beside_a_clock_counts_from_arming_at_every_look(begin: StartCase) -> None:
    files = diagram(main=f"s=start -> b=user -> a=user -> e=end\nlate=on a timer {MIXED} -> told=user -> e2=end")
    case = begin(files, config=PRIORITY).later(10).do("b")
    assert case.due == [("late", 40.0)]
    assert case.later(20).change(priority="high").due == [("late", 40.0)]
    assert case.later(5).change(priority="urgent").due == [("late", 600.0)]
    assert case.later(2).change(priority="routine").due == [("late", 40.0)]
    assert case.until(39).open == ["a"]
    assert case.until(40).open == ["told"]


def test_a_length_stands_in_for_a_clock_that_does_not_run(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> e=end
        late=beside a timer deadline("c") or hours(2) -> told=user -> e2=end
    """
    )
    absent = begin(files, config=config(clocks=[clock("c", starts=["e"])])).later(10).send("nothing")
    assert absent.due == [("late", 120.0)]
    assert absent.until(500).open == ["a", "told"]
    paused = begin(files, config=config(clocks=[clock("c")])).later(30).pause()
    assert paused.due == [("late", 120.0)]
    assert paused.later(10).resume().due == [("late", 70.0)]


def test_a_timer_beside_others_never_keeps_them_from_firing(begin: StartCase) -> None:
    files = diagram(main=f"s=start -> a=user -> e=end\nlate=beside a timer {MIXED} -> told=user -> e2=end")
    rules = config(
        facts=facts(priority="string"),
        clocks=[clock("c", budget(600)), clock("d", budget(45), rungs=[rung("d", "due")])],
    )
    case = begin(files, config=rules)
    for priority in ("high", "routine"):
        assert case.later(15).change(priority=priority).due == [("late", 30.0), ("d/d", 45.0)]
    assert case.fire().due == [("d/d", 45.0)]
    assert case.later(15).fire().due == []


@pytest.mark.parametrize("text", ["wait", 'wait or deadline("c")', "wait if wait else None"])
def test_a_timer_on_a_fact_that_is_not_known_yet_is_asked_again(begin: StartCase, text: str) -> None:
    files = diagram(main=f"s=start -> a=user -> w=catch timer {text} -> e=end")
    case = begin(files, config=config(facts=facts(wait="instant"), clocks=[clock("c", starts=["e"])])).do("a")
    assert (case.due, case.ended) == ([], False)
    at = T0 + timedelta(minutes=90)
    assert case.later(5).change(wait=at.isoformat()).due == [("w", 90.0)]
    assert not case.until(89).ended
    assert case.until(90).ended


def test_a_length_that_waits_for_a_fact_counts_from_arming_all_the_same(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> w=catch timer hours(2) if known else when -> e=end")
    case = begin(files, config=config(facts=facts(known="boolean", when="instant"))).later(10).do("a")
    assert case.due == []
    assert case.later(60).change(known=True).due == [("w", 130.0)]
    # Known once, it stays: only `deadline` moves by itself.
    assert case.change(known=False).due == [("w", 130.0)]


def test_a_timer_on_a_clock_that_is_met_or_absent_never_falls_due(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> b=user -> e=end
        la=on a timer deadline("later") -> ta=user -> e2=end
        lb=on b timer deadline("c") -> tb=user -> e3=end
    """
    )
    case = begin(files, config=config(clocks=[clock("c", met_by=["a"]), clock("later", starts=["b"])]))
    assert [name for name, _ in case.due] == []
    assert case.do("a").due == []


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


@pytest.mark.parametrize("scope", ["sub", "call"])
def test_a_timer_in_a_subprocess_fires_and_ends_with_it(begin: StartCase, scope: str) -> None:
    files = diagram(
        main=f"s=start -> p={scope} inner -> after=user -> e=end",
        inner="is_=start -> i=user -> ie=end terminate\nlate=beside i timer PT1H -> told=user -> ie2=end",
    )
    case = begin(files).until(60)
    assert case.open == ["i", "told"]
    case.do("i")
    assert (case.open, case.due, case.last("cancelled")) == (["after"], [], ["told"])


def test_a_timer_on_a_subprocess_interrupts_all_of_it(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> p=sub inner -> after=user -> e=end\nlate=on p timer PT1H -> told=user -> e2=end",
        inner="is_=start -> f=and -> i=user -> j=and -> ie=end\nf -> k=user -> j\nslow=on k timer P1D -> l=user -> j",
    )
    case = begin(files).do("i").until(60)
    assert (case.open, case.due) == (["told"], [])
    assert case.do("told").ended


def test_a_timer_removed_with_its_branch_leaves_no_ghost(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> fork=and -> a=user -> stop=end terminate
        fork -> b=user -> e=end
        late=on b timer PT1H -> told=user -> e2=end
    """
    )
    case = begin(files).do("a")
    assert (case.ended, case.due, case.open) == (True, [], [])
    with pytest.raises(NotFound):
        case.later(500).fire()


def test_the_library_keeps_ghosts_of_timers_that_were_reset() -> None:
    stock = Stock(
        diagram(main='s=start -> a=user -> b=user -> e=end\nlate=on b timer "PT1H" -> told=user -> e2=end')
    ).do("a")
    start = next(t for t in stock.flow.tasks.values() if t.task_spec.name == "a")
    stock.flow.reset_from_task_id(start.id)
    with pytest.raises(AttributeError):
        stock.later(61)
