"""Facts inside a step: typed, derived, decided by tables, and watched by tasks that name or require them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import parse_decisions
from engine.errors import Conflict, StepFailed, Unfit
from engine.model.config import TableUse
from engine.model.operation import Consequence, Operation
from tests.engine.conftest import StartCase
from tests.support.configs import budget, clock, config, fact, facts
from tests.support.diagrams import diagram, parallel
from tests.support.dmn import In, Out, decision, definitions, table

PLAIN = diagram(main="s=start -> a=user -> b=user -> e=end")


def decided(name: str, reads: str, writes: str, rules: list[list[str]], type: str = "string") -> dict[str, object]:
    """One decision with one input and one output."""
    logic = table([In(reads)], [Out(writes, type)], rules, "FIRST")
    return dict(parse_decisions(definitions(decision(logic, id=name)), "test.dmn").decisions)


TRIAGE = decided("triage", "people", "priority", [[">= 10", '"urgent"'], ["-", '"routine"']])
RULES = config(
    facts={"people": fact("people", "integer", 1), "priority": fact("priority", "string"), "why": fact("why", "list")},
    tables=[TableUse("triage", ("priority",), True, "why")],
    clocks=[clock("c", budget(20, when='priority == "urgent"'), budget(600))],
)


def test_tables_run_at_the_opening_and_whenever_a_fact_changes(begin: StartCase) -> None:
    case = begin(PLAIN, config=RULES, decisions=TRIAGE)
    assert case.result.facts == {"people": 1, "priority": "routine", "why": ["r2"]}
    case.change(people=12)
    assert case.result.facts == {"people": 12, "priority": "urgent", "why": ["r1"]}
    assert case.result.facts_changed == ("people", "priority", "why")
    assert case.last("decision") == ["triage"]
    assert case.result.clocks[0].budget == 20
    assert case.change(people=12).result.facts_changed == ()


def test_a_table_that_moves_a_fact_twice_in_one_step_moves_the_clock_with_it(begin: StartCase) -> None:
    files = diagram(
        main='s=start -> a=user -> f=service set_facts priority="urgent" -> d=rule triage -> b=user -> e=end'
    )
    case = begin(files, config=RULES, decisions=TRIAGE).do("a")
    assert (case.result.facts["priority"], case.result.clocks[0].budget) == ("routine", 600)


def test_a_table_that_the_diagram_asks_leaves_its_rules_on_record_whatever_comes_of_it(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> d=rule triage -> d2=rule triage -> b=user -> d3=rule triage -> e=end")
    case = begin(files, config=RULES, decisions=TRIAGE).do("a")
    same = [(e.name, e.detail) for e in case.result.events if e.kind == "decision"]
    assert same == [("triage", {"rules": ["r2"], "same": True})]
    assert case.result.facts_changed == ()
    case.change(people=30)
    assert [e.detail["outputs"] for e in case.result.events if e.kind == "decision"] == [{"priority": "urgent"}]
    case.do("b")
    assert [e.detail for e in case.result.events if e.kind == "decision"] == [{"rules": ["r1"], "same": True}]


def test_a_table_that_changes_something_is_told_once_however_often_it_is_asked(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> f=service set_facts people=40 -> d=rule triage -> d2=rule triage -> b=user -> e=end
    """
    )
    case = begin(files, config=RULES, decisions=TRIAGE).do("a")
    assert [e.detail for e in case.result.events if e.kind == "decision"] == [
        {"rules": ["r1"], "outputs": {"priority": "urgent"}}
    ]


def test_what_a_table_says_beside_the_facts_goes_into_the_data(begin: StartCase) -> None:
    files = diagram(main="s=start -> d=rule triage -> x=xor -[level > 1]-> a=user -> e=end\nx -*-> b=user -> e")
    table_ = decided("triage", "people", "level", [["-", "1.5"]], "number")
    case = begin(files, config=config(facts={"people": fact("people")}), decisions=table_)
    assert (case.open, case.task("a").context) == (["a"], {"level": "1.5"})


def test_numbers_in_a_list_that_a_table_writes_are_stored_as_they_are_read(begin: StartCase) -> None:
    logic = table([In("people")], [Out("grade", "number")], [["-", "0.5"], ["-", "2"]], "COLLECT")
    decisions = dict(parse_decisions(definitions(decision(logic, id="grades", name="grades")), "test.dmn").decisions)
    rules = config(facts=facts(people="integer", grades="list"), tables=[TableUse("grades", ("grades",), True)])
    case = begin(PLAIN, config=rules, decisions=decisions)
    written = {"grades": [{"grade": "0.5"}, {"grade": 2}]}
    assert [e.detail["outputs"] for e in case.result.events if e.kind == "decision"] == [written]
    assert case.change(people=3).result.facts == {"people": 3, **written}
    assert case.result.facts_changed == ("people",)


def test_exact_numbers_stay_exact_from_step_to_step(begin: StartCase) -> None:
    files = diagram(
        main="""
        s=start -> a=user -> t=script share = refund / 4
        t -> b=user -> x=xor -[share > 2]-> c=user -> e=end
        x -*-> d=user -> e
    """
    )
    case = begin(files, config=config(facts={"refund": fact("refund", "amount")}), given={"refund": "10.01"})
    case.do("a")
    assert case.task("b").context == {"share": "2.5025"}
    assert case.do("b").open == ["c"]


def test_text_that_only_looks_like_a_kept_number_stays_text(begin: StartCase) -> None:
    odd = {"\0amount": "no number", "\0instant": 5}
    case = begin(PLAIN).do("a", odd=odd, list=[{"\0amount": "x"}])
    assert case.task("b").context == {"odd": odd, "list": [{"\0amount": "x"}]}


def test_derived_facts_keep_their_type_over_save_and_load(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> x=xor -[twice > 15000]-> b=user -> e=end\nx -*-> c=user -> e")
    rules = config(facts={"refund": fact("refund", "amount")}, derived={"twice": "refund * 2", "four": "twice * 2"})
    case = begin(files, config=rules, given={"refund": "10000.01"})
    assert case.result.facts == {"refund": "10000.01", "twice": "20000.02", "four": "40000.04"}
    assert case.do("a").open == ["b"]


def test_tables_read_derived_facts_as_they_are_now_and_the_other_way_round(begin: StartCase) -> None:
    decisions = {
        **decided("first", "twice", "level", [[">= 10", "2"], ["-", "1"]], "number"),
        **decided("second", "level_plus", "grade", [["3", '"high"'], ["-", '"low"']]),
    }
    rules = config(
        facts={"n": fact("n"), "level": fact("level"), "grade": fact("grade", "string")},
        derived={"twice": "n * 2", "level_plus": "level + 1"},
        tables=[TableUse("first", ("level",), True), TableUse("second", ("grade",), True)],
    )
    case = begin(PLAIN, config=rules, decisions=decisions)
    assert case.result.facts["grade"] == "low"
    case.change(n=5)
    assert (case.result.facts["level"], case.result.facts["grade"]) == (2, "high")


def test_a_wrong_or_unknown_fact_is_refused_by_name_and_changes_nothing(begin: StartCase) -> None:
    case = begin(PLAIN, config=RULES, decisions=TRIAGE)
    for changes, code in (({"people": "many"}, "not-integer"), ({"unknown": 1}, "unknown-fact")):
        with pytest.raises(Unfit) as refused:
            case.change(**changes)
        assert refused.value.details["fields"][0]["code"] == code
    assert case.change(people=2).result.facts["people"] == 2


def test_an_instant_beyond_the_calendar_is_refused_and_not_a_failed_step(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(facts=facts(since="instant")))
    for beyond in ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00"):
        with pytest.raises(Unfit) as refused:
            case.change(since=beyond)
        assert refused.value.details["fields"] == [{"field": "since", "code": "not-instant"}]


def test_a_task_changes_the_facts_it_names_before_the_token_moves(begin: StartCase) -> None:
    files = diagram(
        main='s=start -> a=user -> x=xor -[priority == "urgent"]-> b=user -> e=end\nx -*-> c=user -> e',
        properties={"a": {"facts": "people"}},
    )
    case = begin(files, config=RULES, decisions=TRIAGE).do("a", people=30, note="n")
    assert (case.open, case.result.facts["people"], case.task("b").context) == (["b"], 30, {"note": "n"})


def test_what_a_task_requires_is_checked_with_its_own_answers(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> a=user -> b=user -> e=end",
        properties={"a": {"facts": "people", "requires": "people > 1 and sure", "requires_message": "not-enough"}},
    )
    case = begin(files, config=RULES, decisions=TRIAGE)
    unfit: list[dict[str, Any]] = [{"people": 1, "sure": True}, {"people": 5, "sure": False}]
    for answers in unfit:
        with pytest.raises(Unfit) as refused:
            case.do("a", **answers)
        assert refused.value.details["fields"] == [{"field": "", "code": "not-enough"}]
    assert case.do("a", people=5, sure=True).open == ["b"]


def test_a_task_is_completed_once(begin: StartCase) -> None:
    from engine.model.step import Complete

    case = begin(PLAIN)
    task = case.task("a").id
    case.do("a")
    for gone in (task, "never"):
        with pytest.raises(Conflict):
            case.step(Complete(gone, {}))


def test_a_failing_service_is_known_by_its_element(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> f=service unknown -> e=end")
    with pytest.raises(StepFailed) as failed:
        begin(files).do("a")
    assert failed.value.details["element"] == "f"

    def broken(*_: object) -> Consequence:
        raise RuntimeError("no")

    files = diagram(main="s=start -> a=user -> f=service record -> e=end")
    case = begin(files, operations={"record": Operation("record", consequence=broken)})
    with pytest.raises(StepFailed) as failed:
        case.do("a")
    assert (failed.value.details["element"], failed.value.details["reason"]) == ("f", "RuntimeError: no")
    assert case.open == ["a"]


def test_facts_that_follow_from_an_operation_are_seen_by_the_next_element(begin: StartCase) -> None:
    files = diagram(main="s=start -> a=user -> f=service plan -> x=xor -[n == 7]-> b=user -> e=end\nx -*-> c=user -> e")
    plan = Operation(
        "plan", consequence=lambda parameters, data, facts, initial: Consequence({"n": data["wanted"] + facts["n"]})
    )
    case = begin(files, config=config(facts=facts(n="integer")), given={"n": 3}, operations={"plan": plan})
    assert case.do("a", wanted=4).open == ["b"]
    (effect,) = case.result.effects
    assert (effect.operation, effect.element, effect.data) == ("plan", "f", {"wanted": 4})


def test_the_status_is_what_the_diagram_last_said(begin: StartCase) -> None:
    files = diagram(
        main='s=start -> f=service set_status status="in_progress" -> a=user -> '
        'g=service set_status status="closed"; closure="settled" -> b=user -> e=end'
    )
    case = begin(files)
    assert (case.result.status, case.result.closure) == ("in_progress", None)
    case.do("a")
    assert (case.result.status, case.result.closure) == ("closed", "settled")


EXCLUDE = {"b": {"exclude": "a"}, "v": {"exclude": "a,v"}}


def test_who_did_a_step_may_not_do_the_one_that_must_be_apart(begin: StartCase) -> None:
    files = diagram(main="s=start -> m=xor -> a=user -> b=user -> x=xor -[again]-> m\nx -*-> e=end", properties=EXCLUDE)
    case = begin(files).do("a", by="li")
    assert case.task("b").excluded == ("li",)
    case.do("b", by="kim", again=True)
    assert case.do("a", by="ann").task("b").excluded == ("ann", "li")


def test_each_votes_once_and_votes_begin_anew_when_the_task_was_taken_away(begin: StartCase) -> None:
    files = diagram(
        main="""
            s=start -> a=user -> m=xor -> v=user -> x=xor -[votes > 1]-> e=end
            x -*-> m
            new=on v message facts_changed -> m
        """,
        properties=EXCLUDE,
    )
    case = begin(files).do("a", by="li").do("v", by="kim", votes=1)
    assert case.task("v").excluded == ("kim", "li")
    assert case.send("facts_changed").task("v").excluded == ("li",)


def test_called_processes_at_the_same_time_keep_their_people_apart(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> p=call inner -> z=user -> e=end",
        inner="is_=start -> i=user -> k=user -> ie=end",
        repeat={"p": parallel(count="2")},
        properties={"k": {"exclude": "i"}, "z": {"exclude": "k"}},
    )
    case = begin(files).do("i", by="li").do("i", by="kim")
    assert sorted(t.excluded for t in case.result.tasks) == [("kim",), ("li",)]
    for task in case.result.tasks:
        case.do("k", by="li" if task.excluded == ("kim",) else "kim")
    assert case.task("z").excluded == ("kim", "li")


def test_a_step_outside_is_known_inside_a_called_process(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> a=user -> p=call inner -> e=end",
        inner="is_=start -> q=sub deep -> ie=end",
        deep="ds=start -> v=user -> de=end",
        properties=EXCLUDE,
    )
    assert begin(files).do("a", by="li").task("v").excluded == ("li",)


def test_a_task_says_who_it_is_for(begin: StartCase) -> None:
    files = diagram(
        main="s=start -> f=and -> a=user -> e=end\nf -> b=user -> e\nf -> c=user -> e",
        properties={
            "a": {"assign": "owner", "owns": "true", "formJsonSchemaFilename": "a.schema.json"},
            "b": {"assign": "fact:head", "team": "academic"},
            "c": {"assign": "post:head_of_x"},
        },
    )
    case = begin(files, config=config(facts=facts(head="string")), given={"head": "dean"})
    shown = [(t.element, t.assign, t.team, t.owns, t.form) for t in case.result.tasks]
    assert shown == [
        ("a", "owner", "service", True, "a"),
        ("b", "post:dean", "academic", False, None),
        ("c", "post:head_of_x", "service", False, None),
    ]


def test_rounds_of_a_task_are_counted(begin: StartCase) -> None:
    files = diagram(main="s=start -> m=xor -> a=user -> x=xor -[again]-> m\nx -*-> e=end")
    case = begin(files)
    rounds = [case.task("a").round, case.do("a", again=True).task("a").round, case.do("a", again=True).task("a").round]
    assert rounds == [1, 2, 3]


def test_amounts_in_facts_are_decimals_inside_and_texts_outside(begin: StartCase) -> None:
    case = begin(PLAIN, config=config(facts=facts(refund="amount"))).change(refund=Decimal("0.10"))
    assert case.result.facts == {"refund": "0.10"}
