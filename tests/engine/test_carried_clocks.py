"""A case that goes on in another process takes the logs of its clocks along (X-09)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.clocks.carried_clocks import carried_clocks
from engine.errors import Conflict
from engine.model.config import ClockSpec
from engine.model.due import Calendars
from engine.model.step import Complete, Open
from tests.engine.test_clock_log import Expected, advance, book, budgets, extensions
from tests.support.cases import T0, Bundle, Case, Way
from tests.support.configs import budget, clock, config, facts, minutes_of, rung
from tests.support.diagrams import diagram

FILES = diagram(main="s=start -> a=user -> b=user -> e=end")
KNOWN = {"campus": "string", "channel": "string", "n": "integer", "received_at": "instant"}
PAUSES = ("ask_back", "with_reason")


def bundle_of(*specs: ClockSpec) -> Bundle:
    return Bundle(FILES, config(facts=facts(**KNOWN), clocks=specs))


def begun(way: Way, *specs: ClockSpec, calendars: Calendars | None = None, at: int = 0, **given: Any) -> Case:
    case = Case(bundle_of(*specs), way, calendars)
    case.now = T0 + timedelta(minutes=at)
    return case.start(**given)


def moved(case: Case, *specs: ClockSpec) -> Case:
    """End the case where it stands, and go on in another process in the same instant."""
    alive = {c.key for c in case.result.clocks if c.state in ("running", "paused")}
    ended = case.now
    while not case.ended:
        case.step(Complete(case.result.tasks[0].id, {}))
    records = carried_clocks(orjson.loads(case.result.state)["c"], alive=alive, now=ended)
    other = Case(bundle_of(*specs), case.way, case._calendars)
    other.now, other._facts = ended, case._facts
    return other.step(Open(clocks=tuple(records)))


def clocks(case: Case) -> list[tuple[str, int, str, float | None]]:
    """Name, round, state and due time in minutes after `T0`."""
    return [(c.name, c.round, c.state, minutes_of(T0, c.due_at)) for c in case.result.clocks]


@given(
    st.tuples(budgets, budgets),
    st.integers(0, 7 * 1440),
    st.lists(st.tuples(st.integers(0, 2000), st.sampled_from(["pause", "hold", "resume", "extend"])), max_size=5),
    st.lists(st.tuples(st.integers(0, 2000), st.sampled_from(["pause", "hold", "resume", "extend"])), max_size=4),
    extensions,
    st.sampled_from(["kept", "reloaded"]),
)
def test_after_the_move_the_due_time_is_what_a_plain_recomputation_of_the_whole_log_gives(
    rules: tuple[tuple[str, int], tuple[str, int]],
    offset: int,
    before: list[tuple[int, str]],
    after: list[tuple[int, str]],
    extension: tuple[str, int],
    way: Any,
) -> None:
    specs = [clock("c", budget(amount, mode), pause_reasons=PAUSES) for mode, amount in rules]
    case = begun(way, specs[0], calendars=book(0), at=offset, campus="c", channel="x")
    log, reason = Expected(case.now), ""
    for number, story in enumerate((before, after)):
        for wait, what in story:
            advance(case, wait)
            reason = _happen(case, log, what, reason, extension, rules[number])
            _check(case, log, rules[number])
        if number == 0:
            if reason == "ask_back":
                log.pauses[-1], reason = (log.pauses[-1][0], case.now), ""
            case = moved(case, specs[1])
            _check(case, log, rules[1])


def _happen(
    case: Case, log: Expected, what: str, reason: str, extension: tuple[str, int], rule: tuple[str, int]
) -> str:
    """Let something happen where it can; return the reason of the pause that is then open."""
    if what in ("pause", "hold") and not reason:
        reason = "ask_back" if what == "pause" else "with_reason"
        case.pause(reason)
        log.pauses.append((case.now, None))
    elif what == "resume" and reason:
        case.resume(reason)
        log.pauses[-1], reason = (log.pauses[-1][0], case.now), ""
    elif what == "extend" and log.may_be_extended(extension, rule, case.now):
        case.extend(extension[1], mode=extension[0])
        log.extension = extension
    return reason


def _check(case: Case, log: Expected, rule: tuple[str, int]) -> None:
    (view,) = case.result.clocks
    assert (view.key, view.started_at) == ("c/1", log.start)
    assert (view.due_at, view.state) == (log.due(rule), "paused" if log.paused else "running")


BOTH_WAYS = pytest.mark.parametrize("way", ["kept", "reloaded"])


@BOTH_WAYS
def test_a_clock_cannot_be_extended_once_more_by_moving_the_case(way: Way) -> None:
    case = moved(begun(way, clock("c")).extend(30).later(10), clock("c", budget(100)))
    assert clocks(case) == [("c", 1, "running", 130.0)]
    with pytest.raises(Conflict, match="extended already"):
        case.extend(30)


@BOTH_WAYS
def test_reminders_that_were_given_are_not_given_again(way: Way) -> None:
    ladder = [rung("soon", "50 %"), rung("late", "due + 10 min")]
    case = begun(way, clock("c", rungs=ladder)).until(40)
    assert case.done("fired") == ["c/1/soon"]
    case = moved(case, clock("c", rungs=[*ladder, rung("new", "start + 5 min")]))
    assert case.due == [("c/new", 5.0), ("c/late", 70.0)]
    later = moved(case, clock("c", budget(600), rungs=ladder))
    assert later.due == [("c/soon", 300.0), ("c/late", 610.0)]


@BOTH_WAYS
def test_what_was_met_stays_met_and_keeps_its_moment(way: Way) -> None:
    case = begun(way, clock("c", met_by=["a"])).later(90).do("a")
    assert [(c.state, c.late) for c in case.result.clocks] == [("met", True)]
    (view,) = moved(case.later(10), clock("c", budget(600))).result.clocks
    assert (view.key, view.state, view.late, minutes_of(T0, view.met_at)) == ("c/1", "met", True, 90.0)


@BOTH_WAYS
def test_what_has_to_be_done_again_counts_from_the_move(way: Way) -> None:
    def again(minutes: int) -> ClockSpec:
        return replace(clock("c", budget(minutes), met_by=["a"], start_fact="received_at"), stays_met=False)

    case = begun(way, again(60), received_at=T0.isoformat()).later(50).do("a").later(50)
    assert clocks(moved(case, again(30))) == [("c", 1, "met", 60.0), ("c", 2, "running", 130.0)]


@BOTH_WAYS
def test_a_pause_that_the_new_process_does_not_allow_ends_with_its_credit(way: Way) -> None:
    for spec in (clock("c", pause_reasons=[]), clock("c", pause_reasons=PAUSES, pausable="n == 1")):
        case = begun(way, clock("c", pause_reasons=PAUSES)).later(20).pause("with_reason").later(100)
        assert clocks(moved(case, spec)) == [("c", 1, "running", 160.0)]


@BOTH_WAYS
def test_a_log_that_one_process_does_not_know_comes_back_with_the_case(way: Way) -> None:
    case = begun(way, clock("c", pause_reasons=PAUSES), clock("d", met_by=["a"])).extend(30).later(10).pause()
    case.later(5).do("a").later(5)
    other = moved(case, clock("x")).later(20)
    assert clocks(other) == [("c", 1, "dropped", 90.0), ("d", 1, "met", 60.0), ("x", 1, "running", 80.0)]
    assert [c.late for c in other.result.clocks] == [False, False, False]
    back = moved(other, clock("c", pause_reasons=PAUSES), clock("d"))
    # Ten minutes of pause and thirty of extension; the twenty elsewhere count.
    assert clocks(back) == [("c", 1, "running", 100.0), ("d", 1, "met", 60.0), ("x", 1, "dropped", 80.0)]


@BOTH_WAYS
def test_a_duty_that_begins_later_in_the_new_process_goes_on_only_where_it_counts_from_a_fact(way: Way) -> None:
    fact = clock("c", starts=["b"], start_fact="received_at")
    for spec, expected in ((fact, [("c", 1, "running", 90.0)]), (
        clock("c", starts=["b"]), [("c", 1, "dropped", 90.0), ("c", 2, "running", 70.0)],
    )):  # fmt: skip
        case = moved(
            begun(way, clock("c", start_fact="received_at"), received_at=T0.isoformat()).extend(30).later(10), spec
        )
        assert clocks(case) == [("c", 1, "dropped", 90.0)]
        assert clocks(case.do("a")) == expected


@BOTH_WAYS
def test_clocks_of_called_processes_stay_behind(way: Way) -> None:
    records = [{"n": "c", "s": "7", "r": 1, "at": T0.isoformat(), "c": "main/x", "m": "wall", "b": 5, "st": "dropped",
                "rev": 1}]  # fmt: skip
    assert carried_clocks(records, alive={"c/7/1"}, now=T0) == []
