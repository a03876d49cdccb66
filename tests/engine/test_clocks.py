"""Clocks of a case: rounds, scopes, pauses, extensions, and the ladder that falls due, each rung once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.errors import Conflict, NotFound, Unfit
from escalation.due import CalendarBook
from tests.engine.conftest import StartCase
from tests.escalation.builders import SHANGHAI, book_of, campus_of, year_of
from tests.support.cases import T0, Case
from tests.support.configs import budget, clock, config, fact, facts, minutes_of, rung
from tests.support.diagrams import diagram, parallel

PLAIN = diagram(main="s=start -> a=user -> b=user -> e=end")


def clocks(case: Case) -> list[tuple[str, int, str, float | None]]:
    """Name, round, state and due time in minutes after the start."""
    return [(c.name, c.round, c.state, minutes_of(T0, c.due_at)) for c in case.result.clocks]


def told(case: Case) -> list[str]:
    """The notices of all rungs so far, in order."""
    return [e.parameters["template"] for r in case.results for e in r.effects if e.operation == "notify"]


NAMED = 'name = { zh-CN = "一", ko = "일", en = "one" }\n'
CALENDAR_FACTS = facts(campus="string", channel="string")
WEEK = {"campus": "c", "channel": "x"}


def weekdays(overrides: str = "") -> CalendarBook:
    """Monday to Friday from ten to nine."""
    return book_of(campus_of('mon-fri = ["10:00-21:00"]', more=overrides, years={2026: year_of(2026)}))


WEEKDAYS = weekdays()


def on_day(case: Case) -> list[tuple[str, str]]:
    """What falls due, in Shanghai."""
    return [(i.name, f"{i.due_at.astimezone(SHANGHAI):%m-%d %H:%M}") for i in case.due_items]


LADDER = clock(
    "c", rungs=[rung("soon", "75 %"), rung("due", "due"), rung("late", "due + 50 %"), rung("last", "due + 60 min")]
)


def test_a_ladder_falls_due_rung_by_rung(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(clocks=[LADDER]))
    assert case.due == [("c/soon", 45.0), ("c/due", 60.0), ("c/late", 90.0), ("c/last", 120.0)]
    seen = [(case.until(m), len(told(case)))[1] for m in (44, 45, 59, 60, 89, 90, 119, 120, 5000)]
    assert seen == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert told(case) == ["soon", "due", "late", "last"]


def test_what_is_done_once_and_for_all_is_not_started_again_and_what_was_not_done_is(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> b=user -> c=user -> e=end")
    done = replace(clock("done", starts=["@open", "b"], met_by=["a"]), once=True)
    undone = replace(clock("undone", starts=["@open", "b", "c"], met_by=["b"], dropped_by=["b"]), once=True)
    case = begin(files, config=config(clocks=[done, undone])).later(10).do("a")
    assert clocks(case) == [("done", 1, "met", 60.0), ("undone", 1, "dropped", 60.0), ("undone", 2, "running", 70.0)]
    assert clocks(case.later(10).do("b"))[1:] == [("undone", 1, "dropped", 60.0), ("undone", 2, "met", 70.0)]


def test_after_a_downtime_every_missed_rung_fires_once_in_order(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(clocks=[LADDER])).later(5000)
    for expected in (["soon"], ["soon", "due"], ["soon", "due", "late"], ["soon", "due", "late", "last"]):
        assert told(case.fire()) == expected
    with pytest.raises(NotFound):
        case.fire()


def test_rungs_of_the_same_instant_fire_in_one_step_and_one_rung_tells_everybody_it_names(begin: StartCase) -> None:
    rules = config(
        clocks=[clock("c", rungs=[rung("due", "due", to=("owner", "post:head"))]), clock("d", rungs=[rung("d", "due")])]
    )
    case = begin(PLAIN, config=rules).until(60)
    effects = case.result.effects
    assert [(e.parameters["to"], e.parameters["clock"], e.cause) for e in effects] == [
        ("owner", "c", "c/1/due/1"),
        ("post:head", "c", "c/1/due/1"),
        ("owner", "d", "d/1/d/1"),
    ]


def test_a_daily_rung_comes_every_day_until_the_clock_is_met_and_once_after_a_downtime(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", met_by=["b"], rungs=[rung("nag", "due", daily=True)])])
    case = begin(PLAIN, config=rules).until(60 + 2 * 1440)
    assert told(case) == ["nag"] * 3
    case.later(10 * 1440).fire()
    assert told(case) == ["nag"] * 4
    assert case.due == [("c/nag", 60.0 + 13 * 1440)]
    assert len({e.cause for r in case.results for e in r.effects}) == 4
    assert case.do("a").do("b").due == []


def test_a_clock_is_met_by_its_milestone_and_knows_whether_it_was_late(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", met_by=["a"])])
    for minutes, late in ((60, False), (61, True)):
        case = begin(PLAIN, config=rules).later(minutes).do("a")
        (view,) = case.result.clocks
        assert (view.state, view.late, minutes_of(T0, view.met_at)) == ("met", late, minutes)
        assert case.due == []


def test_a_clock_met_while_it_is_paused_is_not_late(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", met_by=["a"])])
    case = begin(PLAIN, config=rules).later(30).pause().later(500).do("a")
    assert (case.result.clocks[0].state, case.result.clocks[0].late) == ("met", False)
    case = begin(PLAIN, config=rules).later(61).pause().later(500).do("a")
    assert case.result.clocks[0].late


def test_a_clock_that_starts_again_begins_a_new_round_and_drops_the_old_one(begin: StartCase) -> None:
    files = diagram(main="s=start -> m=xor -> a=user -> b=user -> x=xor -[again]-> m\nx -*-> e=end")
    case = begin(files, config=config(clocks=[clock("c", starts=["a"], met_by=["b"])]))
    case.later(10).do("a").do("b", again=True)
    assert clocks(case) == [("c", 1, "met", 60.0), ("c", 2, "running", 70.0)]
    case = begin(files, config=config(clocks=[clock("c", starts=["a"])])).later(10).do("a").do("b", again=True)
    assert clocks(case) == [("c", 1, "dropped", 60.0), ("c", 2, "running", 70.0)]


def test_a_clock_is_dropped_by_the_step_that_makes_it_moot_and_by_the_end(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", dropped_by=["b"]), clock("d")])
    case = begin(PLAIN, config=rules).do("a")
    assert [c[2] for c in clocks(case)] == ["dropped", "running"]
    case.do("b")
    assert ([c[2] for c in clocks(case)], case.due) == (["dropped", "dropped"], [])


def test_the_first_round_starts_when_a_fact_says_and_the_next_one_now(begin: StartCase) -> None:
    rules = config(
        facts={"received_at": fact("received_at", "instant")},
        clocks=[clock("c", starts=["@open", "b"], start_fact="received_at")],
    )
    case = begin(PLAIN, config=rules, given={"received_at": "2026-03-02T08:40:00+08:00"})
    assert clocks(case) == [("c", 1, "running", 40.0)]
    assert clocks(case.later(100).do("a"))[-1] == ("c", 2, "running", 160.0)


def test_pausing_takes_the_due_time_away_and_resuming_gives_what_was_left(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(clocks=[LADDER])).until(46).pause()
    assert (clocks(case), case.due) == ([("c", 1, "paused", None)], [])
    case.later(1000).resume()
    assert case.due == [("c/due", 1060.0), ("c/late", 1090.0), ("c/last", 1120.0)]
    assert told(case.until(5000)) == ["soon", "due", "late", "last"]


def test_a_rung_that_lies_ahead_again_fires_again(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(clocks=[LADDER])).until(60).extend(60)
    assert told(case) == ["soon", "due"]
    assert case.due == [("c/soon", 105.0), ("c/due", 120.0), ("c/late", 150.0), ("c/last", 180.0)]
    assert told(case.until(5000)) == ["soon", "due", "soon", "due", "late", "last"]
    assert len({e.cause for r in case.results for e in r.effects}) == 6


@pytest.mark.parametrize("pause", [(70, 370), (100, 5000)])
def test_a_pause_in_the_added_time_counts_like_any_other(begin: StartCase, pause: tuple[int, int]) -> None:
    case = begin(PLAIN, config=config(clocks=[LADDER])).extend(120)
    assert clocks(case) == [("c", 1, "running", 180.0)]
    case.until(pause[0]).pause()
    assert case.due == []
    case.until(pause[1]).resume()
    length = pause[1] - pause[0]
    assert clocks(case) == [("c", 1, "running", 180.0 + length)]
    assert case.due == [
        (f"c/{n}", at + length) for n, at in (("soon", 165), ("due", 180), ("late", 210), ("last", 240))
    ]


def test_working_days_that_were_added_are_counted_on_after_a_pause_in_them(begin: StartCase) -> None:
    """Three days from Monday 2 March, five more: due on Thursday the 12th; it stands still from the 9th to the 23rd."""
    rules = config(clocks=[clock("c", budget(3, "working_days"), rungs=[rung("due", "due")])], facts=CALENDAR_FACTS)
    case = begin(PLAIN, config=rules, given=WEEK, calendars=WEEKDAYS).extend(5, mode="working_days")
    assert on_day(case) == [("c/due", "03-12 21:00")]
    skipped = [r["values"] for r in case.result.clocks[0].reasons if r["code"] == "rest-days"]
    assert skipped == [{"days": 2}]
    case.until(7 * 1440 + 60).pause()
    case.until(21 * 1440 + 60).resume()
    assert on_day(case) == [("c/due", "03-27 21:00")]


DAYS = [
    rung("early", "start + 90 min"),
    rung("due", "due"),
    rung("hours", "due + 2 h"),
    rung("next", "due + 2 working_days"),
]


def test_a_pause_counts_for_every_kind_of_rung(begin: StartCase) -> None:
    """One day from Monday is Tuesday evening; each time, what is still to come stands still with the clock."""
    rules = config(clocks=[clock("c", budget(1, "working_days"), rungs=DAYS)], facts=CALENDAR_FACTS)
    case = begin(PLAIN, config=rules, given=WEEK, calendars=WEEKDAYS)
    assert on_day(case) == [
        ("c/early", "03-02 10:30"), ("c/due", "03-03 21:00"), ("c/hours", "03-03 23:00"), ("c/next", "03-05 21:00"),
    ]  # fmt: skip
    case.until(60).pause().until(120).resume()
    assert on_day(case)[0] == ("c/early", "03-02 11:30")
    case.until(37 * 60).pause().until(10 * 1440).resume()
    assert told(case) == ["early", "due"]
    assert on_day(case) == [("c/hours", "03-12 10:00"), ("c/next", "03-16 21:00")]


def test_an_extension_moves_shares_of_the_budget_and_not_what_is_counted_from_the_start(begin: StartCase) -> None:
    for mode in ("wall", "working_days"):
        ladder = clock("c", budget(2, mode), rungs=[rung("share", "50 %"), rung("start", "start + 1 min")])
        case = begin(PLAIN, config=config(clocks=[ladder]))
        before = dict(case.due)
        after = dict(case.extend(7).due)
        assert (after["c/start"], after["c/share"]) == (before["c/start"], (before["c/share"] or 0) + 7)


def test_a_daily_rung_keeps_its_time_of_day_and_leaves_out_what_falls_into_a_pause(begin: StartCase) -> None:
    rules = config(clocks=[clock("c", rungs=[rung("nag", "due", daily=True)])])
    case = begin(PLAIN, config=rules).until(60 + 1440)
    assert told(case) == ["nag"] * 2
    case.later(100).pause().later(4 * 1440).resume()
    assert (told(case), case.due) == (["nag"] * 2, [("c/nag", 60.0 + 6 * 1440)])


def test_a_rung_that_moves_alone_gets_a_revision_of_its_own(begin: StartCase) -> None:
    """The house closes early on the fourth, the day of the reminder; the due time on the fifth stays."""
    ladder = [rung("soon", "75 %"), rung("due", "due")]
    rules = config(clocks=[clock("c", budget(3, "working_days"), rungs=ladder)], facts=CALENDAR_FACTS)
    case = begin(PLAIN, config=rules, given=WEEK, calendars=WEEKDAYS)
    before = {item.name: item.key for item in case.due_items}
    assert on_day(case) == [("c/soon", "03-04 21:00"), ("c/due", "03-05 21:00")]
    case.use(weekdays('[[overrides]]\non = 2026-03-04\nstaffed = ["10:00-12:00"]\n' + NAMED)).recalculate()
    assert on_day(case) == [("c/soon", "03-04 12:00"), ("c/due", "03-05 21:00")]
    assert [case.result.clocks[0].revision, len(case.result.before.due & {i.key for i in case.due_items})] == [2, 0]
    assert before.keys() == {item.name for item in case.due_items}
    case.recalculate()
    assert case.result.clocks[0].revision == 2


def test_a_reminder_that_was_given_comes_again_when_its_moment_lies_ahead_again(begin: StartCase) -> None:
    ladder = [rung("soon", "75 %"), rung("due", "due")]
    rules = config(clocks=[clock("c", budget(3, "working_days"), rungs=ladder)], facts=CALENDAR_FACTS)
    early = weekdays('[[overrides]]\non = 2026-03-04\nstaffed = ["10:00-12:00"]\n' + NAMED)
    case = begin(PLAIN, config=rules, given=WEEK, calendars=early).until(2 * 1440 + 200)
    assert told(case) == ["soon"]
    case.use(WEEKDAYS).recalculate()
    assert on_day(case) == [("c/soon", "03-04 21:00"), ("c/due", "03-05 21:00")]
    assert len({e.cause for r in case.until(9 * 1440).results for e in r.effects}) == 3


def test_a_clock_is_extended_once(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(clocks=[clock("c"), clock("d", extendable=False)])).extend(30)
    assert clocks(case)[0] == ("c", 1, "running", 90.0)
    for clock_name in ("c", "d"):
        with pytest.raises(Conflict):
            case.extend(30, clock_name)
    with pytest.raises(NotFound):
        case.extend(30, "unknown")


def test_what_may_not_be_paused_is_refused(begin: StartCase) -> None:
    rules = config(facts=facts(priority="string"), clocks=[clock("c", pausable='priority != "urgent"')])
    case = begin(PLAIN, config=rules, given={"priority": "urgent"})
    with pytest.raises(Conflict):
        case.pause()
    with pytest.raises(Conflict):
        case.change(priority="routine").pause("holiday")
    with pytest.raises(Conflict):
        case.resume()
    assert clocks(case.pause()) == [("c", 1, "paused", None)]
    assert clocks(case.later(30).change(priority="urgent")) == [("c", 1, "running", 90.0)]


URGENT = clock(
    "c", budget(20, when='priority == "urgent"'), budget(600), rungs=[rung("half", "50 %"), rung("due", "due")]
)


def test_a_priority_counts_from_the_first_start_and_rungs_thereby_past_fire_at_once(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(facts=facts(priority="string"), clocks=[URGENT]))
    case.later(30).change(priority="urgent")
    assert case.due == [("c/half", 10.0), ("c/due", 20.0)]
    assert told(case.fire().fire()) == ["half", "due"]
    assert clocks(case.change(priority="routine")) == [("c", 1, "running", 600.0)]
    assert case.due == [("c/half", 300.0), ("c/due", 600.0)]


def test_facts_set_by_a_step_move_clocks_in_the_same_step(begin: StartCase) -> None:
    files = diagram(main='s=start -> a=user -> f=service set_facts priority="urgent" -> b=user -> e=end')
    case = begin(files, config=config(facts=facts(priority="string"), clocks=[URGENT])).do("a")
    assert clocks(case) == [("c", 1, "running", 20.0)]


TWO_CALLED = {
    "main": "s=start -> p=call inner -> after=user -> e=end",
    "inner": 'is_=start -> i=user -> k=user -> q=service pause_clocks reason="ask_back" -> l=user'
    ' -> r=service resume_clocks reason="ask_back" -> z=user -> ie=end\n'
    'late=beside k timer deadline("own") -> u=user -> ue=end',
}
OWN = clock("own", starts=["i"], per_process=True)


def test_called_processes_at_the_same_time_each_have_their_own_clock(begin: StartCase) -> None:
    files = diagram(main=TWO_CALLED["main"], inner=TWO_CALLED["inner"], repeat={"p": parallel(count="2")})
    case = begin(files, config=config(clocks=[OWN]))
    assert [c.state for c in case.result.clocks] == ["running"] * 2
    assert len({c.key for c in case.result.clocks}) == 2
    case.do("i").later(30).do("k")
    assert case.open == ["i", "l"]
    assert sorted(c.state for c in case.result.clocks) == ["paused", "running"]
    case.later(10).do("i")
    assert case.due == [("late", 60.0)]
    case.do("l")
    assert sorted(minutes_of(T0, c.due_at) or 0 for c in case.result.clocks) == [60.0, 70.0]
    case.do("z")
    assert sorted(c.state for c in case.result.clocks) == ["dropped", "running"]
    assert case.until(60).open == ["k", "u"]


def test_a_case_clock_is_seen_from_inside_a_called_process(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> p=call inner -> e=end",
        inner='is_=start -> i=user -> ie=end\nlate=beside i timer deadline("c") -> u=user -> ue=end',
    )
    case = begin(files, config=config(clocks=[clock("c")]))
    assert (case.due, case.task("i").due_at) == ([("late", 60.0)], case.result.clocks[0].due_at)


def test_a_service_extends_the_clock_of_its_own_process(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> p=call inner -> e=end",
        inner='is_=start -> i=user -> x=service extend_clock clock="own"; working_days=1 -> k=user -> ie=end',
        repeat={"p": parallel(count="2")},
    )
    case = begin(files, config=config(clocks=[OWN])).do("i")
    assert clocks(case) == [("own", 1, "running", 60.0 + 1440), ("own", 1, "running", 60.0)]


def test_an_extension_that_has_passed_already_is_refused_with_the_least_that_does(begin: StartCase) -> None:
    specs = [clock("c", extend_at_most={"minutes": 100}), clock("d", extend_at_most={"minutes": 20})]
    case = begin(PLAIN, config=config(clocks=specs))
    case.until(90)
    with pytest.raises(Unfit) as refused:
        case.extend(30)
    fault = {"field": "amount", "code": "out-of-range", "values": {"least": 31, "most": 100}}
    assert refused.value.details["fields"] == [fault]
    with pytest.raises(Conflict, match="too late"):
        case.extend(20, "d")
    assert clocks(case.extend(31)) == [("c", 1, "running", 91.0), ("d", 1, "running", 60.0)]


def test_a_paused_clock_is_not_extended_since_nobody_knows_to_when(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(clocks=[clock("c", pause_reasons=["with_reason"])])).pause("with_reason")
    with pytest.raises(Conflict, match="paused"):
        case.extend(30)


def test_a_service_that_extends_too_little_says_so_at_the_field_that_asked(begin: StartCase) -> None:
    files = diagram(main='s=start -> i=user -> x=service extend_clock clock="c"; working_days=days -> k=user -> e=end')
    case = begin(files, config=config(clocks=[clock("c")]), form_fields=frozenset({"days"})).until(3 * 1440)
    with pytest.raises(Unfit) as refused:
        case.do("i", days=1)
    assert refused.value.details["fields"] == [{"field": "days", "code": "minimum", "values": {"limit": 3}}]


def test_a_task_is_due_at_the_earlier_of_its_own_timer_and_the_next_clock(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> fork=and -> a=user -> e=end
        fork -> b=user -> e
        late=beside a timer PT10M -> e2=end
    """
    )
    case = begin(files, config=config(clocks=[clock("c"), clock("d", budget(90))]))
    assert sorted((t.element, minutes_of(T0, t.due_at)) for t in case.result.tasks) == [("a", 10.0), ("b", 60.0)]


def test_the_calendar_follows_channel_and_campus(begin: StartCase) -> None:
    asked: list[str] = []

    class Listening:
        def add(self, calendar: str, mode: str, start: object, amount: int) -> object:
            from tests.support.cases import WallCalendars

            asked.append(calendar)
            return WallCalendars().add(calendar, "wall", start, amount)  # type: ignore[arg-type]

    rules = config(facts=facts(campus="string", channel="string"), clocks=[clock("c"), clock("d", calendar="staff")])
    begin(PLAIN, config=rules, given={"campus": "seoul", "channel": "phone"}, calendars=Listening())
    assert set(asked) == {"seoul/phone", "seoul/staff"}


def test_no_budget_that_fits_is_a_refusal(begin: StartCase) -> None:
    with pytest.raises(Conflict):
        begin(PLAIN, config=config(facts=facts(n="integer"), clocks=[clock("c", budget(5, when="n > 5"))]))
