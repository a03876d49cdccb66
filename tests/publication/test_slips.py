"""Slips that once passed the gate and then stopped a case or reached nobody: found by walking damaged diagrams."""

from __future__ import annotations

from typing import Any

import pytest

from engine.publication import CheckContext, check_bundle
from tests.support.diagrams import diagram, parallel

ABOUT = CheckContext(
    mode="bundle",
    default_team="service",
    known_teams=frozenset({"service", "legal"}),
    known_posts=frozenset({"head"}),
    known_facts=frozenset({"people", "needed", "refunds", "too_many"}),
    fact_types={"people": "integer", "needed": "boolean", "refunds": "list"},
    pause_reasons=frozenset({"ask_back"}),
    clocks={"respond": frozenset({"@open"}), "callback": frozenset({"ask"})},
)
SILENT = {"no-drawing", "task-without-form", "task-without-team", "message-variable-missing"}


def found(main: str, **more: Any) -> list[tuple[str, str, str | None]]:
    """Return severity, code and element of what is said about a diagram."""
    problems = check_bundle(diagram(main=main, **more), context=ABOUT)
    return [(each.severity, each.code, each.element) for each in problems if each.code not in SILENT]


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("set_facts people=12", None),
        ("set_facts people=people+1; needed=True; refunds=[1]", None),
        ("set_facts poeple=12", "fact-unknown"),
        ("set_facts too_many=True", "fact-unknown"),
        ("set_facts needed=[1]", "fact-value"),
        ('set_facts people="many"', "fact-value"),
        ('pause_clocks reason="ask_back"', None),
        ('pause_clocks reason="asked_back"', "parameter-value"),
        ("pause_clocks reason=[1]", "parameter-value"),
        ('resume_clocks reason="asked_back"', "parameter-value"),
        ('extend_clock clock="respond"; working_days=3', None),
        ('extend_clock clock="repond"; working_days=3', "parameter-value"),
        ('set_status status="closed"; closure="satisfied"', None),
        ('set_status status="close"', "parameter-value"),
        ('set_status status="close" if people > 2 else "closed"', "parameter-value"),
        ('set_status status="closed" if people > 2 else "resolved"', None),
        ('set_status status="closed"; closing="satisfied"', "parameter-unknown"),
        ('notify to="team:legal"; template="t"', None),
        ('notify to=["owner","team:legal"]; template="t"', None),
        ('notify to=["owner","team:legl"]; template="t"', "recipient-unknown"),
        ('notify to="owner" if people > 2 else "team:legl"; template="t"', "recipient-unknown"),
        ('notify to="owner" if people > 2 else ""; template="t"', None),
        ("notify to=12; template=12", "parameter-value"),
    ],
)
def test_what_a_service_task_says_is_held_against_what_exists(operation: str, code: str | None) -> None:
    assert {each[1] for each in found(f"s=start -> t=service {operation} -> e=end")} == ({code} if code else set())


@pytest.mark.parametrize(
    ("items", "into", "codes"),
    [
        ("lines", "answer", set()),
        ("refunds", "answer", {"loop-list"}),
        ("liness", "answer", {"loop-list"}),
        ("later", "answer", {"loop-list"}),
        ("lines", "answers", {"loop-result"}),
    ],
)
def test_a_list_is_there_and_its_results_are_set(items: str, into: str, codes: set[str]) -> None:
    main = "s=start -> a=script lines = refunds -> each={} inner -> z=script later = [1] -> e=end"
    for kind in ("sub", "call"):
        said = found(
            main.format(kind),
            inner="is_=start -> i=script answer = line -> ie=end",
            repeat={"each": parallel(items=items, item="line", into="kept", output=into)},
        )
        assert {each[1] for each in said} == codes


@pytest.mark.parametrize("gateway", ["xor", "or", "first"])
def test_a_gateway_that_chooses_needs_an_arrow_out(gateway: str) -> None:
    beside = f"s=start -> p=and -> g={gateway}\np -> b=user -> e=end"
    assert found(beside) == [("error", "gateway-without-arrow", "g")]
    alone = f"s=start -> x=xor -[needed]-> g={gateway}\nx -*-> b=user -> e=end"
    assert found(alone) == [("error", "gateway-without-arrow", "g")]


@pytest.mark.parametrize(
    ("main", "codes"),
    [
        ('s=start -> w=catch timer deadline("respond") -> ask=user -> e=end', set()),
        ('s=start -> w=catch timer deadline("callback") -> ask=user -> e=end', {"clock-not-started"}),
        ('s=start -> ask=user -> w=catch timer deadline("callback") -> e=end', set()),
        ('s=start -> ask=user -> e=end\nl=on ask timer deadline("callback") -> e2=end', set()),
        ('s=start -> b=user -> ask=user -> e=end\nl=on b timer deadline("callback") -> e2=end', {"clock-not-started"}),
        ('s=start -> ask=sub inner -> e=end', set()),
        ('s=start -> p=and -> ask=user -> j=and -> e=end\np -> w=catch timer deadline("callback") -> j', set()),
        ('s=start -> m=xor -> w=catch timer deadline("callback") -> ask=user -> x=xor -[needed]-> m\nx -*-> e=end',
         {"clock-not-started"}),
    ],
)  # fmt: skip
def test_a_timer_waits_only_for_a_clock_that_can_have_started(main: str, codes: set[str]) -> None:
    inner = {"inner": 'is_=start -> i=user -> ie=end\nl=on i timer deadline("callback") -> e2=end'}
    assert {each[1] for each in found(main, **(inner if "inner" in main else {}))} == codes


@pytest.mark.parametrize(
    ("main", "codes"),
    [
        ("s=start -> w=catch message answer -> e=end", {"waits-without-end"}),
        ("s=start -> w=receive answer -> e=end", {"waits-without-end"}),
        ("s=start -> w=receive answer -> e=end\nl=on w timer P7D -> e2=end", set()),
        ("s=start -> g=first -> w=catch message answer -> e=end\ng -> t=catch timer P7D -> e", set()),
        (
            "s=start -> g=first -> w=catch message answer -> e=end\ng -> v=catch message other -> e",
            {"waits-without-end"},
        ),
        ("s=start -> u=user -> e=end\nb=beside u timer P7D -> w=catch message answer -> e2=end", {"outlives-its-host"}),
        ("s=start -> p=sub inner -> e=end", {"waits-without-end"}),
        ("s=start -> p=sub inner -> e=end\nl=on p timer P7D -> e2=end", set()),
        ("s=start -> p=call inner -> e=end\nl=on p timer P7D -> e2=end", set()),
        ("s=start -> p=call inner -> q=call inner -> e=end\nl=on p timer P7D -> e2=end", {"waits-without-end"}),
        ("s=start -> f=and -> w=catch message answer -> j=and -> e=end\nf -> t=throw message answer -> j", set()),
    ],
)
def test_a_message_that_may_never_come_is_not_all_that_is_waited_for(main: str, codes: set[str]) -> None:
    inner = {"inner": "is_=start -> w=catch message answer -> ie=end"}
    assert {each[1] for each in found(main, **(inner if "inner" in main else {}))} == codes


@pytest.mark.parametrize(
    ("time", "codes"),
    [
        ("2020-01-01T00:00:00Z", {"timer-one-instant"}),
        ('date("2099-01-01T09:00+08:00")', {"timer-one-instant"}),
        ("R3/2020-01-01T00:00Z/P1D", {"timer-one-instant"}),
        ("R3/P1D", set()),
        ("P7D", set()),
        ("PT0S", {"timer-at-once"}),
        ('deadline("respond")', set()),
        ("agreed_at", set()),
        ("working_days(7320)", set()),
        ("working_days(7321)", {"timer-text"}),
        ('date("2020-01-01T00:00:00Z") if needed else days(people)', set()),
    ],
)
def test_an_instant_that_is_the_same_for_all_cases_is_warned_of_whatever_the_day(time: str, codes: set[str]) -> None:
    main = f"s=start -> agree=script agreed_at = None -> a=user -> e=end\nlate=beside a timer {time} -> late_end=end"
    assert {each[1] for each in found(main)} == codes


def test_a_time_at_the_call_ends_the_waiting_in_a_process_that_calls_itself_too() -> None:
    inner = "is_=start -> w=catch message answer -> x=xor -*-> ie=end\nx -[needed]-> again=call inner -> ie"
    assert {each[1] for each in found("s=start -> p=call inner -> e=end", inner=inner)} >= {"waits-without-end"}
    timed = "s=start -> p=call inner -> e=end\nl=on p timer P7D -> e2=end"
    assert "waits-without-end" not in {each[1] for each in found(timed, inner=inner)}
