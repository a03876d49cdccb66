"""How the gate behaves as a whole: modes, order, hostile files, speed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.problem import Problem
from engine.publication import CheckContext, check_bundle
from tests.publication.fixture_files import FIXTURES


def _check(name: str, **context: Any) -> list[Problem]:
    return check_bundle({name: (FIXTURES / name).read_bytes()}, context=CheckContext(**context))


@pytest.mark.parametrize("code", ["task-without-team", "task-without-form"])
@pytest.mark.parametrize(
    ("context", "severity"),
    [
        ({}, "warning"),
        ({"mode": "bundle"}, "error"),
        ({"mode": "bundle", "default_team": "service"}, "warning"),
    ],
)
def test_a_step_that_reaches_nobody_is_an_error_only_in_a_bundle_without_a_default_team(
    code: str, context: dict[str, Any], severity: str
) -> None:
    assert [(found.code, found.severity) for found in _check(f"{code}-bad.bpmn", **context)] == [(code, severity)]


@pytest.mark.parametrize(("mode", "severity"), [("file", "warning"), ("bundle", "error")])
def test_an_unknown_team_is_an_error_only_in_a_bundle(mode: str, severity: str) -> None:
    found = _check("team-unknown-bad.bpmn", mode=mode, known_teams=frozenset({"service"}))
    assert [(problem.code, problem.severity, problem.name) for problem in found] == [
        ("team-unknown", severity, "sales")
    ]


def test_an_institution_may_have_teams_of_its_own() -> None:
    assert _check("team-unknown-bad.bpmn", mode="bundle", known_teams=frozenset({"sales"})) == []


def test_what_is_not_known_is_not_checked() -> None:
    assert _check("team-unknown-bad.bpmn") == []
    assert _check("form-missing-bad.bpmn") == []
    assert _check("clock-unknown-bad.bpmn") == []
    assert _check("name-unknown-bad.bpmn") == []
    assert _check("assign-unknown-bad.bpmn") == []


def test_a_wrong_name_gets_the_right_one_suggested() -> None:
    (problem,) = _check("name-unknown-bad.bpmn", known_facts=["people", "refund"])
    assert problem.advice == "Did you mean people?"


def test_a_finding_is_told_whole() -> None:
    (problem,) = _check("expression-invalid-bad.bpmn")
    assert problem == Problem(
        file="expression-invalid-bad.bpmn",
        line=problem.line,
        severity="error",
        code="expression-invalid",
        element="choose_look",
        name=None,
        message='The condition of the arrow from the exclusive gateway (X) choose to the task "Look": '
        "a dot after a name is not allowed (column 1).",
        advice='Use the name alone, or name["key"] for an entry of a structured value.',
    )
    source = (FIXTURES / "expression-invalid-bad.bpmn").read_text().splitlines()
    assert problem.line is not None
    assert "people.count" in source[problem.line - 1]


def test_the_line_inside_a_long_script_is_named() -> None:
    data = (FIXTURES / "script-invalid-bad.bpmn").read_bytes()
    longer = data.replace(b"attempts += 1", b"attempts = 1\nother = 2\nattempts += 1")
    (problem,) = check_bundle({"a.bpmn": longer})
    assert problem.line is not None
    assert longer.splitlines()[problem.line - 1].strip().startswith(b"attempts += 1")


def test_findings_of_several_files_come_in_one_sorted_list() -> None:
    names = ["no-end-bad.bpmn", "unreachable-bad.bpmn", "malformed-xml-bad.bpmn", "id-malformed-bad.bpmn"]
    files = {name: (FIXTURES / name).read_bytes() for name in names}
    problems = check_bundle(files)
    assert [(found.file, found.code) for found in problems if found.code != "id-in-two-files"] == [
        ("id-malformed-bad.bpmn", "id-malformed"),
        ("malformed-xml-bad.bpmn", "malformed-xml"),
        ("no-end-bad.bpmn", "no-end"),
        ("unreachable-bad.bpmn", "unreachable"),
    ]
    assert [found.file for found in problems] == sorted(found.file for found in problems)
    assert check_bundle(dict(reversed(files.items()))) == problems


def test_files_that_are_no_diagrams_are_left_alone() -> None:
    assert check_bundle({"process.toml": b"\xff", "forms/a.json": b"{", "labels.toml": b""}) == []


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = b"<!DOCTYPE x [" + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10 if i else b"ha") for i in range(12)
    )
    bomb += b']><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&a11;</definitions>'
    fetch = b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><definitions/>'
    for data in (bomb, fetch):
        (problem,) = check_bundle({"a.bpmn": data})
        assert (problem.code, problem.severity) == ("doctype-forbidden", "error")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "malformed-xml"),
        (b"\x00\x01", "malformed-xml"),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", "not-utf8"),
        (b'<?xml version="1.0" encoding="gb18030"?><a/>', "not-utf8"),
        (b"<a>" * 5000, "malformed-xml"),
        (b"<a/>", "unknown-root"),
        (b'<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "unknown-root"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "nothing-to-run"),
    ],
)
def test_a_file_that_is_no_diagram_is_refused_in_one_finding(data: bytes, code: str) -> None:
    assert [(found.code, found.severity) for found in check_bundle({"a.bpmn": data})] == [(code, "error")]


def test_a_signal_that_a_called_process_waits_for_is_not_lost() -> None:
    """Two processes of one file are two cases, unless one calls the other."""
    namespace = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    body = f"""<definitions xmlns="{namespace}" id="d"><signal id="s" name="stop"/>
      <process id="a"><startEvent id="b"/><parallelGateway id="c"/>CALL
        <intermediateThrowEvent id="e"><signalEventDefinition signalRef="s"/></intermediateThrowEvent>
        <parallelGateway id="f"/><endEvent id="g"/>
        <sequenceFlow id="f1" sourceRef="b" targetRef="c"/><sequenceFlow id="f2" sourceRef="c" targetRef="d1"/>
        <sequenceFlow id="f3" sourceRef="c" targetRef="e"/><sequenceFlow id="f4" sourceRef="d1" targetRef="f"/>
        <sequenceFlow id="f5" sourceRef="e" targetRef="f"/><sequenceFlow id="f6" sourceRef="f" targetRef="g"/></process>
      <process id="z"><startEvent id="z1"/><intermediateCatchEvent id="z2"><signalEventDefinition signalRef="s"/>
        </intermediateCatchEvent><endEvent id="z3"/><sequenceFlow id="z4" sourceRef="z1" targetRef="z2"/>
        <sequenceFlow id="z5" sourceRef="z2" targetRef="z3"/></process></definitions>"""
    apart = body.replace("CALL", '<task id="d1" name="Look"/>')
    together = body.replace("CALL", '<callActivity id="d1" name="Call" calledElement="z"/>')
    codes = [{found.code for found in check_bundle({"a.bpmn": text.encode()})} for text in (apart, together)]
    assert codes == [{"message-not-caught", "no-drawing", "signal-never-thrown", "task-without-team"}, {"no-drawing"}]
