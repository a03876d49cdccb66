"""Timers of elements: they fire when they are due and never before, one instant at a time, and follow the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import NotFound
from engine.model.operation import Operation
from tests.engine.conftest import StartCase
from tests.support.cases import T0
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


def test_timers_of_one_instant_fire_in_the_order_of_their_arming_wherever_the_case_was_loaded(begin: StartCase) -> None:
    """The way to `a` is longer, so that `b` is armed first, though it stands later in the tree."""
    files = diagram(
        main="""
        s=start -> f=and -> x1=script x = 1 -> x2=script x = 2 -> a=user -> j=and -> e=end
        f -> b=user -> j
        la=beside a timer PT1H -> na=service remind who="a" -> e1=end
        lb=beside b timer PT1H -> nb=service remind who="b" -> e2=end
    """
    )
    case = begin(files, operations={"remind": Operation("remind", open_ended=True)}).until(60)
    assert [effect.parameters["who"] for effect in case.result.effects] == ["b", "a"]


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
