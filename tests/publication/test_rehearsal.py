"""Walking a process before it is published: what would fail in a case is found with its place and the way there."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any

import pytest

from engine.bundles.compile_bundle import compile_bundle
from engine.bundles.examine_bundle import _WALKED, examine
from engine.errors import NotPublishable
from engine.model.problem import Problem
from engine.process import CompiledProcess
from engine.rehearsal import rehearse
from engine.rehearsal.answers import answers
from engine.rehearsal.walks import MAX_STEPS, Walks
from forms.validate import validate
from tests.publication.shipped import HOUSE, findings, shipped
from tests.support.cases import Bundle
from tests.support.configs import config, facts
from tests.support.diagrams import diagram

DIAGRAM = "bpmn/inquiry/inquiry.bpmn"
TABLE = "bpmn/inquiry/inquiry_triage.dmn"


def _process(text: str, **about: Any) -> CompiledProcess:
    return Bundle(diagram(main=text), config=config(**about)).compile()


def _walked(text: str, **about: Any) -> list[tuple[str, str, str | None]]:
    found = rehearse(_process(text, **about), file="process.toml")
    return [(problem.severity, problem.code, problem.element) for problem in found]


@pytest.mark.parametrize("key", ["complaint", "inquiry"])
def test_what_ships_is_walked_without_a_fault(key: str) -> None:
    assert findings(shipped(key)) == []


def test_most_choices_of_the_forms_that_ship_are_tried_with_few_steps() -> None:
    process = compile_bundle(shipped(), HOUSE)
    walks = Walks(process)
    begun = perf_counter()
    walks.walk()
    assert perf_counter() - begun < 6  # one and a half on a quiet machine
    assert walks.steps <= MAX_STEPS + 1
    wanted = {
        (element.id, what)
        for element in process.diagram.elements.values()
        for what, _ in answers(process.forms.get(element.form or ""))
        if what and element.kind == "userTask"
    }
    assert len(wanted) > 150
    assert len(wanted & set(walks.tried)) > 0.85 * len(wanted)


def test_the_same_process_is_always_walked_in_the_same_way() -> None:
    process = compile_bundle(shipped("inquiry"), HOUSE)
    first, second = Walks(process), Walks(process)
    first.walk()
    second.walk()
    assert (first.tried, first.reached, first.steps) == (second.tried, second.reached, second.steps)


def test_every_answer_that_is_tried_passes_its_form() -> None:
    for form in compile_bundle(shipped(), HOUSE).forms.values():
        found = list(answers(form))
        assert found, form.name
        assert all(not validate(form, answer) for _, answer in found)


def test_a_choice_is_tried_beside_the_answer_that_shows_its_question() -> None:
    form = compile_bundle(shipped("inquiry"), HOUSE).forms["answer"]
    asked = [answer["next"] for what, answer in answers(form) if what.startswith("department=")]
    assert asked == ["ask", "ask", "ask"]


def test_every_step_of_people_in_the_inquiry_process_is_walked_to() -> None:
    walks = Walks(compile_bundle(shipped("inquiry"), HOUSE))
    walks.walk()
    steps = {element.id for element in walks.process.diagram.elements.values() if element.kind == "userTask"}
    assert steps - walks.reached == set()
    assert walks.steps <= MAX_STEPS + 1


def test_a_name_without_a_value_is_an_error_with_the_way_to_it() -> None:
    text = "s=start -> a=user -> x=xor -[unknown > 2]-> e=end\n x -*-> f=end"
    (found,) = rehearse(_process(text), file="process.toml")
    assert found.file.endswith(".bpmn")
    assert found.line is not None
    assert (found.severity, found.code, found.element) == ("error", "walk-fails", "x")
    assert "open > a" in found.message
    assert "the name unknown has no value in this case" in found.message


def test_what_a_message_may_bring_with_it_makes_only_a_warning() -> None:
    text = "s=start -> m=catch message answer -> x=xor -[unknown > 2]-> e=end\n x -*-> f=end"
    assert _walked(text) == [("warning", "walk-fails", "x")]


def test_an_expression_that_fails_on_a_value_is_a_warning() -> None:
    text = "s=start -> a=user -> x=xor -[1 / people > 2]-> e=end\n x -*-> f=end"
    assert _walked(text, facts=facts(people="integer")) == [("warning", "walk-fails", "x")]


def test_a_case_that_nobody_and_nothing_can_go_on_with_is_told() -> None:
    text = "s=start -> f=and -> a=user -> j=and -> e=end\n f -> x=xor -[n == 0]-> gone=end\n x -*-> j"
    assert _walked(text, facts=facts(n="integer")) == [("warning", "walk-hangs", None)]


def test_a_process_without_a_fault_has_no_findings() -> None:
    assert _walked("s=start -> a=user -> t=catch timer PT1H -> m=catch message answer -> e=end") == []


def test_a_process_that_never_ends_is_walked_a_while() -> None:
    walks = Walks(_process("s=start -> x=xor -> a=user -> y=xor -*-> x\n y -[n > 3]-> e=end", facts=facts(n="integer")))
    walks.walk()
    assert walks.steps < 20
    assert walks.failures == []


def _parameter(name: str, value: str) -> dict[str, bytes]:
    files = shipped("inquiry")
    text = files[DIAGRAM].decode()
    found = re.search(rf'<spiffworkflow:parameter id="{name}" type="\w+" value="([^"]*)"', text)
    assert found is not None
    return {**files, DIAGRAM: (text[: found.start(1)] + value + text[found.end(1) :]).encode()}


def test_a_parameter_that_fails_is_found_at_its_service_task() -> None:
    (found,) = findings(_parameter("template", "[1, 2][3]"))
    assert (found.file, found.severity, found.code) == (DIAGRAM, "error", "walk-fails")  # no case would even open
    assert found.element is not None
    line = shipped("inquiry")[DIAGRAM].decode().splitlines()[(found.line or 0) - 1]
    assert f'id="{found.element}"' in line


def test_a_table_without_a_hit_is_found_with_the_way_to_it() -> None:
    files = shipped("inquiry")
    before, cell, after = files[TABLE].decode().partition('id="inquiry_triage_otherwise_injury">')
    files[TABLE] = (before + cell + after.replace("<text>-</text>", "<text>true</text>", 1)).encode()
    found = {problem.code: problem for problem in findings(files)}
    assert set(found) == {"gap", "walk-fails"}
    assert (found["walk-fails"].file, found["walk-fails"].element) == (TABLE, "inquiry_triage")
    assert found["walk-fails"].line is not None


def test_a_process_with_errors_is_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.bundles.examine_bundle.rehearse", _never)
    problems, process = examine(_parameter("template", "no_such_name"), HOUSE)
    assert {problem.code for problem in problems if problem.severity == "error"} == {"name-unknown"}
    assert process is None


def _never(*_: object, **__: object) -> list[Problem]:
    raise AssertionError


def test_what_the_library_cannot_parse_is_a_finding_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> CompiledProcess:
        raise NotPublishable("the library gave up")

    monkeypatch.setattr("engine.bundles.examine_bundle.compile_bundle", broken)
    problems, process = examine(shipped("inquiry"), HOUSE)
    assert [(problem.code, problem.severity) for problem in problems] == [("not-runnable", "error")]
    assert "the library gave up" in problems[0].message
    assert process is None


def test_the_same_files_are_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert findings(shipped("inquiry")) == []
    assert _WALKED
    monkeypatch.setattr("engine.bundles.examine_bundle.rehearse", _never)
    assert findings(shipped("inquiry")) == []


def _without_rule(rule: str) -> dict[str, bytes]:
    """Return the complaint bundle without a rule of its authority table."""
    files, name = shipped(), "bpmn/complaint/authority.dmn"
    text = files[name].decode()
    changed = re.sub(rf'<rule id="{rule}">.*?</rule>', "", text, flags=re.DOTALL)
    assert changed != text
    return {**files, name: changed.encode()}


def test_a_process_that_could_take_in_no_case_is_refused() -> None:
    (found,) = [problem for problem in findings(_without_rule("authority_owner")) if problem.code == "walk-fails"]
    assert (found.severity, found.file, found.element) == ("error", "bpmn/complaint/authority.dmn", "authority")
    assert found.message.startswith("No case could be taken in, since a table fails, on this way: open.")


def test_a_table_is_asked_what_an_ordinary_filing_gives_and_not_only_what_facts_begin_with() -> None:
    process = compile_bundle(shipped(), HOUSE)
    *others, (basis, told) = Walks(process, {"type": "x", "category": "other", "unknown": 1})._openings()
    # The type is one that the process takes, and what it has no fact for is left out.
    assert (basis, told) == (
        {"type": "complaint", "category": "other", "received_at": "2026-03-02T01:00:00+00:00"}, "open",
    )  # fmt: skip
    yes_or_no = [name for name, spec in process.config.facts.items() if spec.intake and spec.type == "boolean"]
    assert len(yes_or_no) == 6
    assert others == [({**basis, name: True}, f"open {{{name}=true}}") for name in yes_or_no]
