"""The executors' page: it is current, it covers every step, and the reading of diagrams behind it holds."""

from __future__ import annotations

import pytest

from forms.catalogue import FormCatalogue, UnknownForm
from forms.describe import describe_steps
from forms.diagram_steps import Step, steps_of
from tests.process.diagrams import FOLDER, elements
from tests.support.shared import ROOT

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
SMALL = f"""{HEAD}<process id="inner"><startEvent id="s2"/><userTask id="b" name="Second"/>
<sequenceFlow id="f3" sourceRef="s2" targetRef="b"/></process>
<process id="outer">
<laneSet><lane name="academic"><flowNodeRef>box</flowNodeRef></lane></laneSet>
<userTask id="lost"/><userTask id="c"/><callActivity id="call" calledElement="inner"/><startEvent id="s"/>
<subProcess id="box"><startEvent id="s1"/><userTask id="a" name="First">
<documentation>Look (R-004-11, section 9.12)
twice (X-03).</documentation></userTask><sequenceFlow id="f0" sourceRef="s1" targetRef="a"/></subProcess>
<sequenceFlow id="f1" sourceRef="s" targetRef="box"/><sequenceFlow id="f2" sourceRef="box" targetRef="call"/>
<sequenceFlow id="f4" sourceRef="call" targetRef="c"/><sequenceFlow id="f5" sourceRef="c" targetRef="box"/>
</process></definitions>"""


def diagrams(process: str = "complaint") -> list[bytes]:
    return [path.read_bytes() for path in sorted((FOLDER.parent / process).glob("*.bpmn"))]


@pytest.mark.parametrize(("process", "file"), [("complaint", "steps.md"), ("inquiry", "inquiry-steps.md")])
def test_the_page_is_what_diagrams_and_forms_say_today(process: str, file: str) -> None:
    catalogue = FormCatalogue.from_folder(ROOT / "forms" / "definitions")
    page = describe_steps(diagrams(process), catalogue, process)
    written = (ROOT / "docs" / "executor" / file).read_text(encoding="utf-8")
    assert written == page, f"write docs/executor/{file} again: forms.describe.describe_steps"


def test_every_user_task_has_a_form_and_every_form_a_user_task() -> None:
    drawn = {task.get("id") for task in elements("userTask")}
    forms = FormCatalogue.from_folder(ROOT / "forms" / "definitions").forms
    names = {name for process, name in forms if process == "complaint"}
    assert names == drawn | {"intake"}
    assert {step.element for step in steps_of(diagrams())} == drawn


def test_steps_come_in_the_order_of_the_flow_with_what_cannot_be_reached_last() -> None:
    assert steps_of([SMALL.encode()]) == (
        Step("a", "First", "Look twice.", "team academic"),
        Step("b", "Second", "", "anybody who may see the case"),
        Step("c", "c", "", "anybody who may see the case"),
        Step("lost", "lost", "", "anybody who may see the case"),
    )


def test_a_process_that_calls_itself_is_walked_once() -> None:
    looping = f"""{HEAD}<process id="p"><startEvent id="s"/><callActivity id="c" calledElement="p"/><userTask id="t"/>
    <sequenceFlow id="f" sourceRef="s" targetRef="c"/><sequenceFlow id="g" sourceRef="c" targetRef="t"/></process>
    </definitions>"""
    assert [step.element for step in steps_of([looping.encode()])] == ["t"]


def test_what_is_no_xml_and_a_step_without_a_form_are_refused() -> None:
    with pytest.raises(ValueError, match="not XML"):
        steps_of([b"<definitions>"])
    with pytest.raises(UnknownForm, match="'a'"):
        describe_steps([SMALL.encode()], FormCatalogue({}), "complaint")
