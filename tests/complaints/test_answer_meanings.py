"""What an answer means to the house stands in process.toml, and is held against the forms when it is published."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.settings import Settings
from complaints.answer_meanings import form_choices
from tests.publication.shipped import findings, shipped
from tests.support.shared import ROOT

SETTINGS = Settings()
CONFIG = "bpmn/complaint/process.toml"


@pytest.fixture
def files() -> dict[str, bytes]:
    """The shipped bundle."""
    return shipped()


@pytest.mark.parametrize(
    ("old", "new", "place", "advice"),
    [
        ("[answers.duplicate]", "[answers.duplicates]", "answers.duplicates", "Did you mean duplicate?"),
        ('field = "outcome"', 'field = "outcmoe"', "answers.duplicate.field", "Did you mean outcome?"),
        ('values = ["duplicate"]', 'values = ["dupplicate"]', "answers.duplicate.values", "Did you mean duplicate?"),
        ('values = ["duplicate"]', "values = []", "answers.duplicate", "Give `field` and `values`."),
    ],
)
def test_a_slip_in_an_answer_is_found_with_its_line(
    files: dict[str, bytes], old: str, new: str, place: str, advice: str
) -> None:
    files[CONFIG] = files[CONFIG].decode().replace(old, new, 1).encode()
    (problem,) = findings(files)
    assert (problem.code, problem.element, problem.advice) == ("process-toml", place, advice)
    lines = files[CONFIG].decode().splitlines()
    assert problem.line is not None
    assert lines[problem.line - 1] in (new, "[answers.duplicate]")


def test_a_process_whose_votes_cover_something_says_which_answer_approves(files: dict[str, bytes]) -> None:
    text = files[CONFIG].decode()
    begin, end = text.index("[answers.approves]"), text.index("[answers.duplicate]")
    files[CONFIG] = (text[:begin] + text[end:]).encode()
    (problem,) = findings(files)
    assert (problem.severity, problem.element) == ("error", "answers")
    assert problem.message == "`answers` does not say which answer approves, but a form asks for covers_people."


def test_a_field_that_one_form_leaves_open_can_be_anything() -> None:
    def form(field: str) -> bytes:
        return f'{{"properties": {{"said": {field}}}}}'.encode()

    one, other = "a.schema.json", "b.schema.json"
    enum, text = '{"type": "string", "enum": ["yes"]}', '{"type": "string"}'
    assert form_choices({one: form(enum), "a.ui.json": form(text)}) == {"said": {"yes"}}
    assert form_choices({one: form(text), other: form(enum)}) == {"said": None}
    assert form_choices({one: form(enum), other: form(text)}) == {"said": None}
    assert form_choices({one: b"{", other: b"[]"}) == {}


RENAMED = {
    "forms/definitions/complaint/review_refund.schema.json": [('"approve"', '"grant"')],
    "forms/definitions/complaint/review_refund.ui.json": [('"approve"', '"grant"')],
    "bpmn/complaint/refund.bpmn": [("decision == &quot;approve&quot;", "decision == &quot;grant&quot;")],
    "forms/definitions/complaint/verify.schema.json": [('"duplicate"', '"repeated"')],
    "forms/definitions/complaint/verify.ui.json": [('"duplicate"', '"repeated"')],
    CONFIG: [('values = ["duplicate"]', 'values = ["repeated"]')],
}
"""What a process owner writes to call two answers otherwise."""


@pytest.mark.parametrize(
    ("scenario", "old", "new"),
    [
        ("refund_passes_three_hands", "decision: approve", "decision: grant"),
        ("exit_duplicate", "outcome: duplicate", "outcome: repeated"),
    ],
)
def test_a_process_owner_calls_answers_otherwise_without_a_line_of_code(
    scenario: str, old: str, new: str, tmp_path: Path
) -> None:
    for path in (*(ROOT / "bpmn").rglob("*.*"), *(ROOT / "forms" / "definitions").rglob("*.json")):
        if path.suffix == ".yaml":
            continue
        name = path.relative_to(ROOT).as_posix()
        content = path.read_bytes().decode()
        for was, becomes in RENAMED.get(name, ()):
            assert was in content, (name, was)
            content = content.replace(was, becomes)
        if name.endswith("complaint.bpmn"):
            content = content.replace('"out_of_scope", "duplicate"]', '"out_of_scope", "repeated"]')
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    told = (ROOT / "bpmn" / "complaint" / "scenarios" / f"{scenario}.yaml").read_text(encoding="utf-8")
    file = tmp_path / "bpmn" / "complaint" / "scenario.yaml"
    # The diagram closes with the answer itself.
    file.write_text(told.replace(old, new).replace("closure: duplicate", "closure: repeated"), encoding="utf-8")
    settings = Settings(bpmn_folder=tmp_path / "bpmn", forms_folder=tmp_path / "forms" / "definitions")
    play(read_scenario(file), settings).application.database.close()
