"""One mistake is one finding: what follows from it is not told, so that nobody looks for it in the wrong place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.bundles.examine_bundle import check
from engine.model.problem import Problem
from tests.publication.shipped import BPMN, CONFIG, DIAGRAM, HOUSE, findings, shipped, told, with_text

XML = (DIAGRAM, f"{BPMN}/refund.bpmn", f"{BPMN}/triage.dmn", f"{BPMN}/authority.dmn")


def test_the_bundle_that_ships_has_no_findings() -> None:
    assert told(shipped()) == []


@pytest.mark.parametrize("part", [0.01, 0.41, 0.999])
@pytest.mark.parametrize("file", XML)
def test_a_file_that_breaks_off_is_one_finding_with_line_and_column(file: str, part: float) -> None:
    files = shipped()
    files[file] = files[file][: int(len(files[file]) * part)]
    (problem,) = findings(files)
    assert problem.line is not None
    whole = files[file].decode()
    assert abs(problem.line - 1 - whole.count("\n")) <= 1
    assert problem == Problem(
        file=file,
        line=problem.line,
        severity="error",
        code="malformed-xml" if file.endswith(".bpmn") else "dmn-malformed",
        element=None,
        name=None,
        message=problem.message,
        advice="Save or copy the file again: its end is missing.",
    )
    assert f"it breaks off in line {problem.line}, column " in problem.message


@pytest.mark.parametrize("file", XML)
def test_a_mistake_in_the_middle_of_a_file_is_told_with_line_and_column(file: str) -> None:
    files = shipped()
    lines = files[file].split(b"\n")
    lines[40] = lines[40].replace(b">", b"", 1)
    files[file] = b"\n".join(lines)
    (problem,) = findings(files)
    assert problem.line in (41, 42)
    assert problem.message.startswith(f"The file is not well-formed XML in line {problem.line}, column ")
    assert problem.advice.startswith(("Export the diagram again", "Open it in a DMN modeller"))


@pytest.mark.parametrize("file", XML)
def test_an_empty_file_is_one_finding(file: str) -> None:
    (problem,) = findings({**shipped(), file: b" \n"})
    assert (problem.file, problem.line, problem.message) == (file, 1, "The file is empty.")


def test_two_broken_files_are_two_findings() -> None:
    files = shipped()
    for file in XML[:3]:
        files[file] = files[file][:4000]
    assert told(files) == [
        ("complaint.bpmn", "malformed-xml"),
        ("refund.bpmn", "malformed-xml"),
        ("triage.dmn", "dmn-malformed"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<!DOCTYPE x><a/>", "doctype-forbidden"), (b"\xff\xfe", "not-utf8"), (b"<a/>", "unknown-root")],
)
def test_a_diagram_that_is_refused_for_another_reason_is_one_finding_too(data: bytes, code: str) -> None:
    assert told({**shipped(), DIAGRAM: data}) == [("complaint.bpmn", code)]


def test_a_decision_with_a_mistake_is_not_said_to_be_missing_as_well() -> None:
    files = with_text(f"{BPMN}/triage.dmn", "<text>-</text>", "<text>((</text>")
    assert told(files) == [("triage.dmn", "not-feel")]


def test_a_configuration_that_breaks_off_says_nothing_about_messages() -> None:
    files = shipped()
    files[CONFIG] = files[CONFIG][: files[CONFIG].index(b' = "', 5000) + 4]
    assert told(files) == [("process.toml", "process-toml")]


def test_what_other_floors_find_in_a_toml_file_gets_its_line() -> None:
    files = shipped()
    lines = files[CONFIG].decode().split("\n")
    said = [("clocks.respond.calendar", CONFIG), ("acknowledge_overdue", f"{BPMN}/notices.toml"), ("nowhere", CONFIG)]
    more = [Problem(file, None, "warning", "other", key, None, "Said.", "Do.") for key, file in said]
    found = {each.element: each.line for each in check(files, replace(HOUSE, checks=(lambda *_: more,)))}
    notices = files[f"{BPMN}/notices.toml"].decode().split("\n")
    assert found == {
        "clocks.respond.calendar": lines.index('calendar = "channel"', lines.index("[clocks.respond]")) + 1,
        "acknowledge_overdue": notices.index("[templates.acknowledge_overdue]") + 1,
        "nowhere": None,
    }
