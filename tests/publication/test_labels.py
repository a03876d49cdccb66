"""A step that is renamed in the diagram, and not in labels.toml, keeps its old name for everybody: that is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.finding_words import FindingWords
from engine.configuration.labels_file import read_labels
from engine.model.problem import Problem
from tests.publication.sentences import ROOT
from tests.publication.shipped import BPMN, DIAGRAM, findings, shipped, with_text

LABELS = f"{BPMN}/labels.toml"
OLD = 'id="send_receipt" name="Send the receipt"'
NEW = 'id="send_receipt" name="Confirm the arrival"'
ENTRY = 'send_receipt = { zh-CN = "发送回执", ko = "접수 안내 발송", en = "Send the receipt" }\n'


def label_findings(files: dict[str, bytes]) -> list[Problem]:
    """Return what is found about names in labels.toml."""
    return [problem for problem in findings(files) if problem.code == "label-differs"]


@pytest.mark.parametrize("key", ["complaint", "inquiry"])
def test_the_names_of_what_ships_agree(key: str) -> None:
    assert label_findings(shipped(key)) == []


def test_a_step_renamed_in_the_diagram_alone_is_told_where_and_what_to_do() -> None:
    files = with_text(DIAGRAM, OLD, NEW)
    (found,) = label_findings(files)
    line = files[DIAGRAM].decode().split(NEW)[0].count("\n") + 1
    assert (found.file, found.line, found.severity) == (DIAGRAM, line, "warning")
    assert (found.element, found.name) == ("send_receipt", "Confirm the arrival")
    assert found.message == (
        'The service task "Confirm the arrival" is called 发送回执 / 접수 안내 발송 / Send the receipt in labels.toml,'
        " and people read that name."
    )
    assert found.advice == (
        "Change its entry in labels.toml too, or delete it there: then people read the name in the diagram."
    )
    assert FindingWords(ROOT / "locale").told(found, "ko").message == (
        "서비스 작업 ‘Confirm the arrival’: labels.toml에는 이름이 发送回执 / 접수 안내 발송 / Send the receipt(으)로"
        " 적혀 있어, 사람들은 그 이름을 보게 됩니다."
    )


@pytest.mark.parametrize("entry", ["", 'send_receipt = { en = "confirm  the Arrival", ko = "안내" }\n'])
def test_doing_as_advised_is_enough(entry: str) -> None:
    files = with_text(DIAGRAM, OLD, NEW)
    labels = files[LABELS].decode()
    assert ENTRY in labels
    assert label_findings({**files, LABELS: labels.replace(ENTRY, entry).encode()}) == []


def test_a_bundle_without_labels_says_nothing_about_names() -> None:
    files = with_text(DIAGRAM, OLD, NEW)
    del files[LABELS]
    assert label_findings(files) == []


@pytest.mark.parametrize(
    ("content", "line", "element", "message"),
    [
        ("\n[elements", 2, None, "The file cannot be read: "),
        ("elements = 3\n", 1, "elements", "`elements` must be a table, but is 3."),
        ('[elements]\nverify = "x"\n', 2, "elements.verify", "`verify` of `elements` must be a table, but is 'x'."),
        ("[statuses]\nclosed = { en = 3 }\n", 2, "statuses.closed.en",
         "`en` of `closed` of `statuses` must be a text in quotation marks, but is 3."),
        ("[values]\ntype = 1\n", 2, "values.type", "`type` of `values` must be a table, but is 1."),
        ("[values.type]\ninquiry = []\n", 2, "values.type.inquiry",
         "`inquiry` of `type` of `values` must be a table, but is []."),
        (f"a = {'[' * 9000}", 1, None, "The file cannot be read: it is nested too deeply."),
    ],
)  # fmt: skip
def test_labels_that_would_keep_pages_from_opening_are_refused(
    content: str, line: int, element: str | None, message: str
) -> None:
    found = [problem for problem in findings({**shipped(), LABELS: content.encode()}) if problem.file == LABELS]
    assert [(p.severity, p.code, p.line, p.element) for p in found] == [("error", "labels-toml", line, element)]
    assert found[0].message.startswith(message)
    assert FindingWords(ROOT / "locale").told(found[0], "zh-CN").message != found[0].message


@given(st.binary(max_size=200) | st.text(alphabet="[]{}=.\"'\n elmntsv3", max_size=80).map(str.encode))
def test_no_labels_make_the_reading_fail(content: bytes) -> None:
    named, problems = read_labels(content, LABELS)
    assert all(isinstance(text, str) and text for texts in named.values() for text in texts)
    assert all(problem.message and problem.advice for problem in problems)
