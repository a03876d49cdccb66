"""The inquiry process: its forms take what people write, its words are complete, and it fits the complaint process."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

import pytest

from complaints.intake.categories import load_categories
from complaints.intake.filing import TYPES
from forms.catalogue import FormCatalogue
from forms.validate import validate
from tests.process.diagrams import elements, names, properties
from tests.publication.shipped import findings, shipped
from tests.support.shared import ROOT

FOLDER = ROOT / "bpmn" / "inquiry"
ASK = {
    "next": "ask", "department": "academic", "department_question": "补考报名从哪天开始？",
    "acknowledgement_text": "您好，正在向教务核实，明天之前答复您。",
}  # fmt: skip

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("answer", {"next": "send", "answer_text": "三月十六日开始报名。"}),
    ("answer", ASK),
    (
        "answer",
        {
            "next": "later", "acknowledgement_text": "今天答复您。",
            "promises": [{"what": "当天答复", "due_at": "2026-03-03T18:00:00+08:00"}],
        },
    ),
    ("academic_reply", {"reply": "三月十六日。", "sure": "certain", "valid_until": "2026-03-31"}),
    ("supervision_reply", {"reply": "有补课。", "sure": "until_checked"}),
    ("facilities_reply", {"reply": "不归设施部门。", "sure": "not_ours"}),
    ("late_acknowledgement", {"action": "take_over"}),
    ("late_answer", {"action": "reassign", "reassign_to": "p-2", "reason": "值班员休假。"}),
    ("final_word", {"final_text": "我们再次核实后仍是如此，您可以提出投诉。"}),
    ("read_line", {"satisfied": False, "line_note": "三月九日来信：链接打不开。"}),
]  # fmt: skip
BAD: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("answer", {}, [("/next", "required")]),
    ("answer", {"next": "send"}, [("/answer_text", "required")]),
    ("answer", {"next": "send", "answer_text": "{date}之前"}, [("/answer_text", "unfilled_blank")]),
    (
        "answer",
        {"next": "ask"},
        [
            ("/department", "required"), ("/department_question", "required"),
            ("/acknowledgement_text", "required"),
        ],
    ),
    ("answer", {**ASK, "department": "legal"}, [("/department", "choice")]),
    ("answer", {"next": "later"}, [("/acknowledgement_text", "required")]),
    ("academic_reply", {"reply": "三月十六日。"}, [("/sure", "required")]),
    ("supervision_reply", {"sure": "certain"}, [("/reply", "required")]),
    ("facilities_reply", {"reply": "x", "sure": "certain", "valid_until": "x"}, [("/valid_until", "format_date")]),
    ("late_acknowledgement", {}, [("/action", "required")]),
    ("late_answer", {"action": "reassign"}, [("/reassign_to", "required"), ("/reason", "required")]),
    ("final_word", {}, [("/final_text", "required")]),
    ("read_line", {"satisfied": True}, [("/line_note", "required")]),
]  # fmt: skip


@cache
def catalogue() -> FormCatalogue:
    return FormCatalogue.from_folder(ROOT / "forms" / "definitions")


def forms() -> list[str]:
    return sorted(name for process, name in catalogue().forms if process == "inquiry")


@cache
def toml(key: str, file: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "bpmn" / key / file).read_text(encoding="utf-8"))


def test_nothing_is_found_wrong_with_it() -> None:
    assert findings(shipped("inquiry")) == []


@pytest.mark.parametrize(("name", "answer"), GOOD)
def test_a_realistic_answer_is_taken(name: str, answer: dict[str, Any]) -> None:
    assert validate(catalogue().form("inquiry", name), answer) == ()


@pytest.mark.parametrize(("name", "answer", "expected"), BAD)
def test_a_wrong_answer_is_refused_field_by_field(
    name: str, answer: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = [(problem.pointer, problem.code) for problem in validate(catalogue().form("inquiry", name), answer)]
    assert sorted(found) == sorted(expected)


def test_every_step_has_its_form_and_every_form_is_tried_with_a_good_and_a_wrong_answer() -> None:
    assert {task.get("id") for task in elements("userTask", process="inquiry")} == set(forms())
    assert sorted({name for name, _ in GOOD}) == forms()
    assert sorted({name for name, _, _ in BAD}) == forms()


def test_only_what_is_written_to_the_sender_is_public() -> None:
    public = {
        (name, field.name)
        for name in forms()
        for field in catalogue().form("inquiry", name).fields
        if field.audience == "public"
    }
    assert public == {
        ("answer", "answer_text"), ("answer", "acknowledgement_text"), ("answer", "promises"),
        ("final_word", "final_text"),
    }  # fmt: skip


def test_facts_mean_the_same_as_in_the_complaint_process_so_that_a_moved_case_keeps_them() -> None:
    mine, theirs = toml("inquiry", "process.toml")["facts"], toml("complaint", "process.toml")["facts"]
    shared = {name: (mine[name]["type"], theirs[name]["type"]) for name in mine if name in theirs}
    assert [name for name, (here, there) in shared.items() if here != there] == []
    assert set(mine) - set(theirs) == {"department_question"}
    said_at_intake = {
        "type", "category", "channel", "campus", "language", "relation", "identity_mode", "received_at", "people",
        "stated_people", "listed_people", "refund", "refund_currency", "respondent_named", "safety", "injury",
        "fraud", "legal_dispute", "public_risk", "fault", "moves", "reopened", "complainant_withdrawn",
    }  # fmt: skip
    assert said_at_intake - set(mine) == set()


def test_only_these_answers_become_facts() -> None:
    assert properties("facts", "inquiry") == {"answer": "department,department_question"}
    facts = set(toml("inquiry", "process.toml")["facts"])
    named = {(name, f.name) for name in forms() for f in catalogue().form("inquiry", name).fields if f.name in facts}
    assert named == {("answer", "department"), ("answer", "department_question")}


def test_every_type_of_case_belongs_to_one_of_the_processes_that_ship() -> None:
    claimed = [*toml("complaint", "process.toml")["types"], *toml("inquiry", "process.toml")["types"]]
    assert sorted(claimed) == sorted(TYPES)


def test_everything_drawn_has_labels_in_three_languages_and_no_label_is_left_over() -> None:
    labels = toml("inquiry", "labels.toml")["elements"]
    assert {key: label["en"] for key, label in labels.items()} == names("inquiry")
    assert [key for key, label in labels.items() if not all(label[tag].strip() for tag in ("zh-CN", "ko", "en"))] == []


def test_every_way_to_close_has_a_name() -> None:
    given = {
        parameter.get("value").strip('"')
        for parameter in (p for task in elements("serviceTask", process="inquiry") for p in task.iter())
        if parameter.get("id") == "closure"
    }
    scripts = {script.text.split('"')[1] for script in elements("script", process="inquiry")}
    assert (given - {"ending"}) | scripts == set(toml("inquiry", "labels.toml")["closures"]) - {"retyped"}


@pytest.mark.parametrize("name", forms())
def test_the_category_is_shown_by_its_name_in_the_tree(name: str) -> None:
    offered = {category.code for category in load_categories(ROOT / "bpmn" / "categories.toml").offered()}
    shown = [each for each in catalogue().form("inquiry", name).shows if each.fact == "category"]
    assert [{option.value for option in each.options} for each in shown] == [offered]
