"""Names that conditions, scripts and tables read: provided by something, and in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine.bundles.compile_bundle import compile_bundle
from engine.bundles.examine_bundle import form_names
from engine.publication import CheckContext, check_bundle
from tests.publication.shipped import BPMN, DIAGRAM, FORMS, HOUSE, findings, shipped, with_text
from tests.support.diagrams import diagram, parallel
from tests.support.dmn import In, Out, decision, definitions, table

FACTS = CheckContext(known_facts=frozenset({"people"}))


def codes(files: dict[str, bytes], context: CheckContext = FACTS) -> list[tuple[str, str | None]]:
    """Return code and element of what is said about names."""
    found = check_bundle(files, context=context)
    return [(problem.code, problem.element) for problem in found if problem.code.startswith("name-")]


def test_a_missing_form_is_one_finding_and_its_answers_are_not_said_to_be_unknown() -> None:
    files = shipped()
    del files[f"{FORMS}/verify.schema.json"], files[f"{FORMS}/verify.ui.json"]
    (problem,) = findings(files)
    assert (problem.severity, problem.code, problem.element, problem.name) == (
        "error",
        "form-missing",
        "verify",
        "Verify the facts",
    )
    assert problem.message == 'The form verify is not in the bundle; the user task "Verify the facts" names it.'
    assert problem.advice == "Add verify.schema.json and verify.ui.json, or correct the name."


@pytest.mark.parametrize("half", ["verify.schema.json", "verify.ui.json"])
def test_half_a_form_is_one_finding_beside_the_other_half(half: str) -> None:
    files = shipped()
    del files[f"{FORMS}/{half}"]
    (problem,) = findings(files)
    assert (problem.severity, problem.code) == ("error", "partner-missing")
    assert half in problem.message


@pytest.mark.parametrize(("old", "new"), [('"integer"', '"integr"'), ("{", ""), ('"outcome"', '"outcome')])
def test_a_broken_form_does_not_make_the_answers_of_others_unknown(old: str, new: str) -> None:
    found = findings(with_text(f"{FORMS}/verify.schema.json", old, new))
    assert found
    assert {problem.file for problem in found} <= {f"{FORMS}/verify.schema.json", f"{FORMS}/verify.ui.json"}


def test_a_form_that_several_steps_miss_is_one_finding_with_the_likely_name() -> None:
    files = shipped()
    text = files[DIAGRAM].decode()
    files[DIAGRAM] = text.replace("late_case.schema.json", "lat_case.schema.json").encode()
    (problem,) = findings(files)
    assert problem.code == "form-missing"
    assert problem.advice == "Add lat_case.schema.json and lat_case.ui.json, or write late_case."


def test_what_stands_before_a_missing_form_is_still_checked() -> None:
    files = with_text(DIAGRAM, "safety or fraud", "safty or fraud")
    del files[f"{FORMS}/explain_exit.schema.json"], files[f"{FORMS}/explain_exit.ui.json"]
    assert {problem.code for problem in findings(files)} >= {"form-missing"}
    files = shipped()
    assert [p.code for p in findings(with_text(DIAGRAM, "safety or fraud", "safty or fraud"))] == ["name-unknown"]


def test_the_names_of_forms_are_those_that_the_engine_knows() -> None:
    files = shipped()
    known = {name for fields in form_names(files).values() if fields is not None for name in fields}
    assert known == compile_bundle(files, HOUSE).form_fields


def test_a_name_that_nothing_sets_is_an_error_with_the_likely_name() -> None:
    (problem,) = findings(with_text(DIAGRAM, 'outcome == "ask_back"', 'outcom == "ask_back"'))
    assert (problem.severity, problem.code) == ("error", "name-unknown")
    assert problem.advice == "Did you mean outcome?"


def test_a_script_cannot_read_what_it_sets_itself() -> None:
    assert codes(diagram(main="s=start -> c=script n = n + 1 -> e=end")) == [("name-set-too-late", "c")]
    assert codes(diagram(main="s=start -> c=script n = 1 -> d=script n = n + 1 -> e=end")) == []


def test_what_is_set_only_on_the_way_back_is_set_too_late() -> None:
    back = "s=start -> m=xor -> {}c=script j = k -> d=script k = 1 -> x=xor -[people]-> m\nx -*-> e=end"
    assert codes(diagram(main=back.format(""))) == [("name-set-too-late", "c")]
    assert codes(diagram(main=back.replace("s=start", "s=start -> b=script k = 0").format(""))) == []


def test_what_is_set_on_some_ways_only_is_a_warning_and_on_all_is_none() -> None:
    main = """
        s=start -> x=xor -[people]-> a=script n = 1 -> m=xor -> c=script k = n -> e=end
        x -*-> {}m
    """
    found = check_bundle(diagram(main=main.format("")), context=FACTS)
    assert [(p.severity, p.code, p.element) for p in found if p.code.startswith("name-")] == [
        ("warning", "name-not-always-set", "c")
    ]
    assert codes(diagram(main=main.format("b=script n = 2 -> "))) == []
    both = "s=start -> f=and -> a=script n = 1 -> j=and -> c=script k = n -> e=end\nf -> b=user -> j"
    assert codes(diagram(main=both)) == []


def test_what_happens_beside_a_step_does_not_take_away_what_the_step_has_set() -> None:
    inner = """
        is_=start -> i=user -> k=script n = 1 -> ie=end terminate
        late=beside i timer PT1H -> t=script m = 1 -> te=end
    """
    assert codes(diagram(main="s=start -> p=sub inner -> c=script k = n -> e=end", inner=inner)) == []
    stopped = "s=start -> p=sub inner -> c=script k = n -> e=end\nstop=on p message stop -> d=script k = n -> e2=end"
    assert codes(diagram(main=stopped, inner=inner)) == [("name-not-always-set", "d")]


def test_names_come_out_of_subprocesses_and_called_processes_and_go_into_them() -> None:
    for kind in ("sub", "call"):
        inner = "is_=start -> i=script k = n -> ie=end"
        assert codes(diagram(main=f"s=start -> a=script n = 1 -> p={kind} inner -> b=script m = k -> e=end",
                             inner=inner)) == []  # fmt: skip
        late = diagram(main=f"s=start -> a=script m = k -> p={kind} inner -> b=script n = 1 -> e=end", inner=inner)
        assert codes(late) == [("name-set-too-late", "a"), ("name-set-too-late", "i")]


def test_an_entry_of_a_list_is_known_inside_the_repeated_step_only_by_its_name() -> None:
    files = diagram(
        main="s=start -> a=script names = [1] -> each=sub inner -> b=script m = answers -> e=end",
        inner="is_=start -> i=script answer = who -> ie=end",
        repeat={"each": parallel(items="names", item="who", into="answers", output="answer")},
    )
    assert codes(files) == []
    assert ("name-unknown", "i") in codes({"test.bpmn": files["test.bpmn"].replace(b"answer = who", b"answer = whom")})


def test_form_is_read_in_requires_only() -> None:
    bad = diagram(main="s=start -> a=user -> x=xor -[form]-> b=user -> e=end\nx -*-> e2=end")
    assert ("name-unknown", "x_b") in [(code, "x_b") for code, _ in codes(bad)]
    good = diagram(main="s=start -> a=user -> e=end", properties={"a": {"requires": 'form["people"] == 1'}})
    assert codes(good) == []


def test_the_outputs_of_a_table_are_data_unless_process_toml_makes_them_facts() -> None:
    files = diagram(main="s=start -> t=rule decide -> a=script m = level -> e=end")
    people, rows = [In("people")], [["1", "2"]]
    files["a.dmn"] = definitions(decision(table(people, [Out("level")], rows)))
    assert codes(files) == []
    assert codes(files, replace(FACTS, fact_tables={"decide"})) == [("name-unknown", "a")]
    files["a.dmn"] = definitions(decision(table(people, [Out("level")], rows, policy="COLLECT"), name="levels"))
    assert codes(files) == [("name-unknown", "a")]
    files = diagram(main="s=start -> t=rule decide -> a=script m = levels -> e=end") | {"a.dmn": files["a.dmn"]}
    assert codes(files) == []


def test_a_table_cannot_read_what_only_a_form_says() -> None:
    """Tables are given the facts of the case; an answer that is no fact would always be unknown to them."""
    found = findings(with_text(f"{BPMN}/triage.dmn", "<text>safety</text>", "<text>outcome</text>"))
    assert ("triage.dmn", "unknown-name") in {(p.file.rsplit("/", 1)[-1], p.code) for p in found}


def form_of(names: str) -> dict[str, Mapping[str, str] | None]:
    """Return what the check knows of one form."""
    return {"verify.schema.json": dict.fromkeys(names.split(), "string"), "verify.ui.json": {}}


def test_an_answer_that_is_read_before_its_form_is_a_warning() -> None:
    """The engine reads it as empty: the case goes on, but never the other way."""
    main = """
        s=start -> x=xor -[outcome]-> b=user -> e=end
        x -*-> a=user -> y=xor -[outcome]-> c=user -> e2=end
        y -*-> e3=end
    """
    files = diagram(main=main, properties={"a": {"formJsonSchemaFilename": "verify.schema.json"}})
    found = check_bundle(files, context=replace(FACTS, forms=form_of("outcome")))
    (problem,) = [each for each in found if each.code.startswith("name-")]
    assert (problem.severity, problem.code) == ("warning", "name-set-too-late")
    assert problem.message.endswith(
        "uses the name outcome, but no step that comes before fills it in, so it is always empty there."
    )
