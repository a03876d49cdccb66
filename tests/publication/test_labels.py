"""A step that is renamed in the diagram, and not in labels.toml, keeps its old name for everybody: that is said."""

from __future__ import annotations

import pytest

from api.finding_words import FindingWords
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


@pytest.mark.parametrize(
    "entry", ["", 'send_receipt = { en = "confirm  the Arrival", ko = "안내" }\n', "send_receipt = 7\n"]
)
def test_doing_as_advised_is_enough(entry: str) -> None:
    files = with_text(DIAGRAM, OLD, NEW)
    labels = files[LABELS].decode()
    assert ENTRY in labels
    assert label_findings({**files, LABELS: labels.replace(ENTRY, entry).encode()}) == []


@pytest.mark.parametrize("content", [None, b"[elements", b"elements = 3\n", b"\xff"])
def test_labels_that_are_missing_or_broken_say_nothing_about_names(content: bytes | None) -> None:
    files = with_text(DIAGRAM, OLD, NEW)
    del files[LABELS]
    assert label_findings({**files, **({} if content is None else {LABELS: content})}) == []
