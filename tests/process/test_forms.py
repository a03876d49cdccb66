"""The forms of the complaint process: each takes a realistic answer and names what is wrong with a bad one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from complaints.intake.categories import load_categories
from forms.catalogue import FormCatalogue, check_files
from forms.form import Field, Form
from forms.validate import validate
from tests.process.diagrams import properties
from tests.support.shared import ROOT

FOLDER = ROOT / "forms" / "definitions" / "complaint"

FACT_FIELDS: dict[str, dict[str, str]] = {
    "verify": {
        "category": "choice",
        "people": "integer",
        **dict.fromkeys(
            ("safety", "fraud", "injury", "legal_dispute", "public_risk", "fault", "respondent_named"), "boolean"
        ),
        "priority_override": "choice",
        "impact_override": "choice",
    },
    "plan": {},
}
"""Form fields that become facts of the case, with the kind that the fact's type asks for."""
for element in FACT_FIELDS:
    for team in ("academic", "inspection", "facilities", "legal", "technical", "hearing"):
        FACT_FIELDS[element][f"ask_{team}"] = "boolean"

CNY = {"amount": "10000.01", "currency": "CNY"}
ACTION = {"title": "修正第五章课件", "owner_team": "academic", "due_on": "2026-03-20"}
PLAN = {
    "next": "submit",
    "root_cause": "platform",
    "root_cause_text": "发布时没有测试附件上传。",
    "finding": "属实：第五章作业无法提交。",
    "remedy": "修复平台，并为受影响的学员延长有效期。",
    "actions": [{**ACTION, "blocking": True}],
    "refunds": [{"payee": "李晓", "amount": CNY}],
    "remedies": [{"kind": "course_extension", "days": 7}],
    "interim_measures": [ACTION],
}
INTAKE = {
    "type": "complaint",
    "subject": "第五章课件有错误",
    "text": "第五章的课件打不开，作业也交不上。",
    "category": "platform.fault",
    "people": 12,
    "refund": CNY,
    "identity_mode": "identified",
    "name": "李晓",
    "email": "li@example.org",
    "relation": "learner",
    "respondents": [{"name": "王老师", "role": "主讲"}],
    "language": "zh-CN",
}
FAULT = {
    "fault_start": "2026-03-02T08:00:00+08:00",
    "fault_state": "fixed",
    "fault_end": "2026-03-02T11:30:00+08:00",
    "fault_cause": "磁盘写满。",
    "fault_progress": "已扩容，并加了告警。",
}
CLOSE = {
    "root_cause": "platform",
    "root_cause_text": "没有容量告警。",
    "improvement": "change",
    "process_change": "上线前检查容量告警。",
}
DECISION = {
    "decision": "approve_with_conditions",
    "reasons": "方案合理。",
    "conditions": [ACTION],
    "covers_people": 15,
    "covers_refund": CNY,
}
PROMISE = {"what": "三小时内核实", "due_at": "2026-03-02T15:00:00+08:00"}

GOOD: list[tuple[str, dict[str, Any]]] = [
    ("intake", INTAKE),
    ("intake", {"subject": "s", "text": "t", "identity_mode": "anonymous", "safety": True}),
    ("acknowledge", {"acknowledgement_text": "您好，由我负责到底。", "contact_way": "phone", "promises": [PROMISE]}),
    ("late_acknowledgement", {"action": "take_over"}),
    ("late_acknowledgement", {"action": "reassign", "reassign_to": "p-2", "reason": "值班员休假。"}),
    ("late_response", {"action": "interim_answer", "interim_text": "正在核实，明天答复。"}),
    ("late_case", {"action": "extend", "extend_working_days": 3, "why": "等待校外鉴定。"}),
    ("late_case", {"action": "noted"}),
    ("verify", {"outcome": "complete"}),
    (
        "verify",
        {"outcome": "complete", "category": "teaching.content", "people": 10, "injury": False, "ask_legal": True},
    ),
    ("verify", {"outcome": "complete", "priority_override": "urgent", "override_reason": "现场仍有危险。"}),
    ("verify", {"outcome": "ask_back", "question": "请问是哪一天？"}),
    ("verify", {"outcome": "duplicate", "duplicate_of": "K7Q2M"}),
    ("verify", {"outcome": "unfounded", "grounds": "课表和签到都显示按时上课。"}),
    ("explain_exit", {"exit_text": "我们查看了签到记录，课程按时开始。"}),
    ("respond", {"response_text": "我们已核实第五章课件有误。", "promises": []}),
    (
        "academic_evidence",
        {
            "evidence_summary": "签到缺两次。",
            "evidence": [{"kind": "teacher_log", "shows": "未登记", "place": "教务处"}],
        },
    ),
    (
        "inspection",
        {"quality_problem": "yes", "inspection_report": "讲解与大纲不符。", "inspection_methods": ["sat_in"]},
    ),
    ("facilities_check", {"site_state": "safe", "facilities_report": "插座完好。"}),
    (
        "facilities_check",
        {"site_state": "closed", "facilities_report": "漏电。", "repair_plan": "更换", "repair_due_on": "2026-03-09"},
    ),
    ("legal_opinion", {"opinion": "条款有效。", "advice": "按比例退费。", "legal_risk": "low"}),
    ("fault_statement", FAULT),
    (
        "fault_statement",
        {
            "fault_start": FAULT["fault_start"],
            "fault_state": "ongoing",
            "repair_expected_at": "2026-03-02T18:00:00+08:00",
            "fault_cause": "不明",
            "fault_progress": "排查中",
        },
    ),
    ("hear_respondent", {"heard": "heard", "respondent_statement": "当天生病请假。", "heard_on": "2026-03-03"}),
    ("hear_respondent", {"heard": "not_reached", "hearing_note": "三次电话未接。"}),
    ("external_procedure", {"procedures": ["police", "medical"], "procedure_note": "已报警并送医。"}),
    ("plan", PLAN),
    ("plan", {"next": "more_evidence", "ask_academic": True}),
    ("carry_out", {"carried_out": "课件已更新，学员已通知。"}),
    ("send_result", {"result_text": "课件已更正，有效期延长七天。"}),
    ("decide_head", DECISION),
    ("decide_leadership", {"decision": "reject", "reasons": "没有说明根本原因。"}),
    ("review_refund", {"decision": "approve", "amount": CNY}),
    ("review_refund", {"decision": "need_papers", "papers_wanted": "缴费凭证。"}),
    ("review_refund", {"decision": "reject", "reasons": "课程已完成。"}),
    ("pay_refund", {"paid_on": "2026-03-05", "reference": "TX-1", "pay_way": "original"}),
    ("callback", {"result": "satisfied", "rating": 5}),
    ("callback", {"result": "not_reached", "attempt_note": "无人接听。"}),
    ("read_line", {"result": "satisfied", "line_note": "三月九日来信致谢。"}),
    ("leadership_look", {"instruction": "重新核对收费标准。", "decision": "reopen"}),
    ("offer_mediation", {"accepted": False}),
    ("mediate", {"mediation_result": "settled", "agreement": "退还一半学费。"}),
    ("close_case", CLOSE),
    ("close_case", {**CLOSE, "improvement": "none", "no_change_reason": "偶发。", "process_change": "—"}),
]

BAD: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("intake", {"identity_mode": "identified", "subject": "s"}, [("/text", "required"), ("/name", "required")]),
    ("intake", {**INTAKE, "identity_mode": "anonymous"}, [("/name", "not_allowed"), ("/email", "not_allowed")]),
    ("intake", {**INTAKE, "people": 0}, [("/people", "minimum")]),
    ("intake", {**INTAKE, "category": "teaching.nothing"}, [("/category", "choice")]),
    ("intake", {**INTAKE, "refund": {"amount": 5, "currency": "CNY"}}, [("/refund/amount", "money_amount")]),
    ("acknowledge", {}, [("/acknowledgement_text", "required")]),
    ("acknowledge", {"acknowledgement_text": "{time}之前"}, [("/acknowledgement_text", "unfilled_blank")]),
    ("acknowledge", {"acknowledgement_text": "好", "promises": [{"what": "x"}]}, [("/promises/0/due_at", "required")]),
    ("late_acknowledgement", {"action": "extend"}, [("/action", "choice")]),
    ("late_acknowledgement", {"action": "reassign"}, [("/reassign_to", "required"), ("/reason", "required")]),
    ("late_response", {"action": "interim_answer"}, [("/interim_text", "required")]),
    ("late_case", {"action": "extend"}, [("/extend_working_days", "required"), ("/why", "required")]),
    (
        "late_case",
        {"action": "extend", "extend_working_days": 21, "why": "x"},
        [("/extend_working_days", "maximum")],
    ),
    ("verify", {}, [("/outcome", "required")]),
    ("verify", {"outcome": "ask_back"}, [("/question", "required")]),
    ("verify", {"outcome": "duplicate"}, [("/duplicate_of", "required")]),
    ("verify", {"outcome": "unfounded"}, [("/grounds", "required")]),
    ("verify", {"outcome": "out_of_scope"}, [("/grounds", "required")]),
    ("verify", {"outcome": "complete", "impact_override": "major"}, [("/override_reason", "required")]),
    ("verify", {"outcome": "complete", "priority": "urgent"}, [("/priority", "unknown_field")]),
    ("explain_exit", {"exit_text": ""}, [("/exit_text", "required")]),
    ("respond", {"response_text": "We write by {time}."}, [("/response_text", "unfilled_blank")]),
    ("academic_evidence", {}, [("/evidence_summary", "required")]),
    ("inspection", {"quality_problem": "maybe", "inspection_report": "x"}, [("/quality_problem", "choice")]),
    (
        "facilities_check",
        {"site_state": "closed", "facilities_report": "x"},
        [("/repair_plan", "required"), ("/repair_due_on", "required")],
    ),
    ("legal_opinion", {"opinion": "x"}, [("/advice", "required")]),
    ("fault_statement", {**FAULT, "fault_start": "2026-03-02"}, [("/fault_start", "format_date_time")]),
    (
        "fault_statement",
        {"fault_start": FAULT["fault_start"], "fault_state": "fixed", "fault_cause": "x", "fault_progress": "y"},
        [("/fault_end", "required")],
    ),
    ("hear_respondent", {"heard": "heard"}, [("/respondent_statement", "required"), ("/heard_on", "required")]),
    ("hear_respondent", {"heard": "declined"}, [("/hearing_note", "required")]),
    ("external_procedure", {"procedures": [], "procedure_note": "x"}, [("/procedures", "required")]),
    (
        "plan",
        {"next": "submit", "root_cause": "platform"},
        [("/root_cause_text", "required"), ("/finding", "required"), ("/remedy", "required")],
    ),
    ("plan", {**PLAN, "remedies": [{"kind": "course_extension"}]}, [("/remedies/0/days", "required")]),
    ("plan", {**PLAN, "refunds": [{"payee": "李"}]}, [("/refunds/0/amount", "required")]),
    ("plan", {**PLAN, "actions": [{**ACTION, "owner_team": "nobody"}]}, [("/actions/0/owner_team", "choice")]),
    ("carry_out", {}, [("/carried_out", "required")]),
    ("send_result", {}, [("/result_text", "required")]),
    ("decide_head", {"decision": "approve_with_conditions", "reasons": "x"}, [("/conditions", "required")]),
    ("decide_leadership", {"decision": "approve"}, [("/reasons", "required")]),
    ("review_refund", {"decision": "approve"}, [("/amount", "required")]),
    ("review_refund", {"decision": "need_papers"}, [("/papers_wanted", "required")]),
    ("review_refund", {"decision": "reject"}, [("/reasons", "required")]),
    ("pay_refund", {"paid_on": "2026-02-30", "reference": "x"}, [("/paid_on", "format_date")]),
    ("callback", {"result": "not_satisfied"}, [("/dissatisfaction", "required")]),
    ("callback", {"result": "satisfied", "rating": 6}, [("/rating", "maximum")]),
    ("read_line", {"result": "not_reached", "line_note": "未接通。"}, [("/result", "choice")]),
    ("read_line", {"result": "not_satisfied"}, [("/dissatisfaction", "required"), ("/line_note", "required")]),
    ("leadership_look", {"decision": "reopen"}, [("/instruction", "required")]),
    ("offer_mediation", {}, [("/accepted", "required")]),
    ("mediate", {"mediation_result": "settled"}, [("/agreement", "required")]),
    ("close_case", {**CLOSE, "improvement": "none"}, [("/no_change_reason", "required")]),
    (
        "close_case",
        {"root_cause": "platform", "root_cause_text": "x", "improvement": "change"},
        [("/process_change", "required")],
    ),
]


def files() -> dict[str, bytes]:
    return {f"forms/complaint/{path.name}": path.read_bytes() for path in sorted(FOLDER.glob("*.json"))}


@cache
def catalogue() -> FormCatalogue:
    return FormCatalogue.from_files(files())


def form(name: str) -> Form:
    return catalogue().form("complaint", name)


def every_field(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from every_field(field.children)


def names() -> list[str]:
    return sorted(name for _, name in catalogue().forms)


def test_the_forms_that_ship_have_no_findings_in_any_language() -> None:
    assert check_files(files()) == []


@pytest.mark.parametrize(("name", "answer"), GOOD)
def test_a_realistic_answer_is_taken(name: str, answer: dict[str, Any]) -> None:
    assert validate(form(name), answer) == ()


@pytest.mark.parametrize(("name", "answer", "expected"), BAD)
def test_a_wrong_answer_is_refused_field_by_field(
    name: str, answer: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = [(problem.pointer, problem.code) for problem in validate(form(name), answer)]
    assert sorted(found) == sorted(expected)


def test_every_form_is_tried_with_a_good_and_a_wrong_answer() -> None:
    assert sorted({name for name, _ in GOOD}) == names()
    assert sorted({name for name, _, _ in BAD}) == names()


@pytest.mark.parametrize(("name", "facts"), FACT_FIELDS.items())
def test_fields_that_become_facts_have_the_kind_of_the_fact(name: str, facts: Mapping[str, str]) -> None:
    kinds = {field.name: str(field.kind) for field in form(name).fields}
    assert {fact: kinds.get(fact) for fact in facts} == facts


KINDS_OF_FACTS = {"string": {"choice", "string"}, "integer": {"integer"}, "boolean": {"boolean"}, "list": {"choices"}}


@cache
def process() -> dict[str, Any]:
    return tomllib.loads((ROOT / "bpmn" / "complaint" / "process.toml").read_text(encoding="utf-8"))


def known_facts() -> set[str]:
    return set(process()["facts"]) | set(process().get("derived", {}))


def test_the_diagram_takes_exactly_these_fields_as_facts_and_their_types_agree() -> None:
    drawn = {element: set(value.split(",")) for element, value in properties("facts").items()}
    assert drawn == {element: set(facts) for element, facts in FACT_FIELDS.items()}
    for facts in FACT_FIELDS.values():
        for fact, kind in facts.items():
            assert kind in KINDS_OF_FACTS[process()["facts"][fact]["type"]], fact


def test_every_form_names_what_the_diagram_asks_of_it() -> None:
    """Conditions read form fields by their bare names: those that decide the way exist and are always answered."""
    deciding = {
        "verify": {"outcome"}, "plan": {"next"}, "callback": {"result"}, "offer_mediation": {"accepted"},
        "mediate": {"mediation_result"}, "decide_head": {"decision"}, "decide_leadership": {"decision"},
        "review_refund": {"decision"}, "late_case": {"action"}, "late_response": {"action"},
        "late_acknowledgement": {"action"}, "read_line": {"result"},
    }  # fmt: skip
    for name, fields in deciding.items():
        assert {field.name for field in form(name).fields if field.required} >= fields, name


def test_no_other_field_of_a_task_bears_the_name_of_a_fact() -> None:
    clashes = [
        (name, field.name)
        for name in names()
        if name != "intake"
        for field in form(name).fields
        if field.name in known_facts() and field.name not in FACT_FIELDS.get(name, {})
    ]
    assert clashes == []


def test_every_fact_that_a_form_shows_exists() -> None:
    shown = {shown.fact for name in names() for shown in form(name).shows}
    assert shown - known_facts() == set()


@pytest.mark.parametrize("name", ["intake", "verify"])
def test_forms_offer_every_category_that_is_not_retired_under_its_own_name(name: str) -> None:
    tree = load_categories(ROOT / "bpmn" / "categories.toml")
    field = next(field for field in form(name).fields if field.name == "category")
    offered = {option.value: dict(option.labels) for option in field.options}
    assert offered == {
        category.code: {tag: tree.path(category.code, tag) for tag in ("zh-CN", "ko", "en")}
        for category in tree.offered()
    }


def test_every_field_says_who_may_read_it() -> None:
    silent = []
    for path in sorted(FOLDER.glob("*.ui.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))["fields"]
        silent += [(path.name, name) for name, entry in entries.items() if "audience" not in entry]
    assert silent == []


def test_texts_with_sample_wording_have_all_four_parts_and_go_to_the_complainant() -> None:
    spoken = {
        (name, field.name, field.audience, tuple(sorted(field.script)))
        for name in names()
        for field in form(name).fields
        if field.widget == "script"
    }
    parts = ("empathy", "fact", "next_step", "time")
    assert spoken == {
        ("acknowledge", "acknowledgement_text", "public", parts),
        ("explain_exit", "exit_text", "public", parts),
        ("respond", "response_text", "public", parts),
        ("send_result", "result_text", "public", parts),
    }


def test_no_sample_wording_passes_the_person_on() -> None:
    """R-004-12: 'not my department' is never said to a complainant."""
    text = json.dumps([dict(field.script) for name in names() for field in form(name).fields], ensure_ascii=False)
    assert not any(phrase in text for phrase in ("不归我", "不是我们部门", "not our department", "저희 소관이"))


def test_what_goes_to_the_complainant_is_public_and_nothing_else_is() -> None:
    public = {
        (name, field.name)
        for name in names()
        if name != "intake"
        for field in form(name).fields
        if field.audience == "public"
    }
    assert public == {
        ("acknowledge", "acknowledgement_text"),
        ("acknowledge", "promises"),
        ("late_case", "why"),
        ("explain_exit", "exit_text"),
        ("late_case", "interim_text"),
        ("late_response", "interim_text"),
        ("respond", "promises"),
        ("respond", "response_text"),
        ("review_refund", "amount"),
        ("review_refund", "papers_wanted"),
        ("review_refund", "reasons"),
        ("send_result", "result_text"),
        ("verify", "question"),
    }
