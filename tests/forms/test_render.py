"""A form is drawn so that everybody can use it, and so that no answer becomes markup."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from forms.controls import Candidate
from forms.decode import decode
from forms.field_problem import FieldProblem
from forms.languages import LANGUAGES, Labels
from forms.render import initial_data, render_form
from forms.texts import TEXTS
from forms.validate import validate
from tests.forms.browser import NS, by_id, elements, parsed, submitted, text_of
from tests.forms.samples import complete_answer, equipment, form_of, form_with, labels

ATTACK = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}&amp;"
FACTS = {"number": "C-17", "kind": "laptop", "borrower_name": "王芳"}


def page(data: Any, language: str = "en", **more: Any) -> Any:
    return parsed(render_form(equipment(), data, more.pop("problems", ()), language, id_prefix="p", **more), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_has_a_label_in_the_language_of_the_page(language: str) -> None:
    tree = page(complete_answer(), language)
    labelled = {node.get("for"): text_of(node) for node in elements(tree, "label")}
    for node in elements(tree, "input", "select", "textarea"):
        if node.get("type") != "hidden":
            assert labelled[node.get("id")]
    for node in elements(tree, "fieldset"):
        assert node[0].tag == f"{NS}legend"
        assert text_of(node[0])
    assert by_id(tree, "p--form").get("lang") == language
    assert labelled["p-summary"].startswith(equipment().ui["fields"]["summary"]["label"][language])
    assert labelled["p-summary"].endswith(TEXTS["required"][language])


def test_radio_buttons_and_boxes_stand_in_a_fieldset() -> None:
    tree = page(complete_answer())
    inside = {node for fieldset in elements(tree, "fieldset") for node in elements(fieldset, "input")}
    assert {n for n in elements(tree, "input") if n.get("type") in ("radio", "checkbox")} <= inside


def test_a_fault_stands_at_its_control_and_in_the_summary() -> None:
    data = complete_answer() | {"summary": "no", "costs": [{"due_on": "2024-02-30"}], "colour": 1}
    problems = validate(equipment(), data)
    tree = page(data, problems=problems)
    field = by_id(tree, "p-summary")
    assert field.get("aria-invalid") == "true"
    assert field.get("aria-describedby") == "p-summary--help p-summary--error"
    assert text_of(by_id(tree, "p-summary--error")) == "Error: Enter at least 3 characters."
    links = [(text_of(node), node.get("href")) for node in elements(by_id(tree, "p--summary"), "li", "a")]
    assert [link for link in links if link[1]] == [
        ("What was found: Enter at least 3 characters.", "#p-summary"),
        ("Cost 1 – Purpose: Fill this in.", "#p-costs-0-purpose"),
        ("Cost 1 – Due on: Enter a real date, such as 2024-05-31.", "#p-costs-0-due_on"),
    ]
    assert links[0] == ("colour: This form has no such field.", None)
    due = by_id(tree, "p-costs-0-due_on")
    assert (due.get("type"), due.get("value")) == ("text", "2024-02-30")


def test_a_form_without_faults_has_no_summary() -> None:
    assert [node for node in elements(page(complete_answer())) if node.get("id") == "p--summary"] == []


@pytest.mark.parametrize(
    ("problem", "target"),
    [
        ("/outcome", "p-outcome--0"),
        ("/marks/1", "p-marks--0"),
        ("/deposit", "p-deposit--amount"),
        ("/deposit/currency", "p-deposit--currency"),
        ("/costs", "p-costs-0-purpose"),
        ("/costs/1", "p-costs-1-purpose"),
        ("/contact", "p-contact-name"),
        ("/witnesses", "p-witnesses--0"),
        ("/borrower", "p-borrower"),
    ],
)
def test_the_summary_leads_to_what_takes_the_focus(problem: str, target: str) -> None:
    tree = page(complete_answer(), problems=[FieldProblem(problem, "required", {})])
    (link,) = elements(by_id(tree, "p--summary"), "a")
    assert link.get("href") == f"#{target}"
    assert by_id(tree, target) is not None


def test_no_answer_fact_or_label_becomes_markup() -> None:
    attacked: dict[str, Any] = dict.fromkeys(complete_answer(), ATTACK)
    attacked |= {
        "costs": [{"purpose": ATTACK, "cost": {"amount": ATTACK, "currency": ATTACK}}],
        "contact": {"name": ATTACK, "email": ATTACK},
        "witnesses": [ATTACK],
        "marks": [ATTACK],
        ATTACK: ATTACK,
    }
    people = {"people": [Candidate(ATTACK, ATTACK)], "files": []}
    problems = validate(equipment(), attacked)
    facts = {"number": ATTACK, "kind": ATTACK, "borrower_name": ATTACK}
    for candidates in ({}, people):
        html = render_form(equipment(), attacked, problems, "en", id_prefix="p", facts=facts, candidates=candidates)
        tree = parsed(html)
        assert elements(tree, "script", "img", "style") == []
        assert [
            name for node in elements(tree) for name in node.attrib if name.startswith("on") or name == "style"
        ] == []
        assert by_id(tree, "p-serial").get("value") == ATTACK
    ui = {
        "title": labels(ATTACK),
        "fields": {"a": {"label": labels(ATTACK), "help": labels(ATTACK), "options": {"x": labels(ATTACK)}}},
    }
    schema = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}, "additionalProperties": False}
    made = parsed(render_form(form_of(schema, ui), {}, (), "en", id_prefix="p"))
    assert elements(made, "script", "img") == []
    assert text_of(elements(made, "legend")[0]) == ATTACK


def test_the_page_holds_nothing_that_a_strict_policy_forbids() -> None:
    html = str(render_form(equipment(), complete_answer(), (), "en", id_prefix="p"))
    assert re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", html) is None


def test_characters_that_no_page_can_hold_are_replaced() -> None:
    html = render_form(equipment(), {"summary": "a\x00b\ud800c"}, (), "en", id_prefix="p")
    assert "a\ufffdb\ufffdc" in html
    html.encode("utf-8")


def test_a_field_that_depends_on_another_says_so_to_scripts_and_to_people() -> None:
    tree = page({}, "ko")
    (frame,) = [node for node in elements(tree, "div") if node.get("data-show-if")]
    assert frame.get("data-show-if") == '{"field": "outcome", "in": ["damaged"]}'
    assert text_of(by_id(tree, "p-marks--help")) == "'확인 결과' 항목이 '손상됨'인 경우에만 작성해 주세요."


def test_two_empty_rows_follow_the_filled_ones_and_more_can_be_had() -> None:
    tree = page(complete_answer())
    assert [text_of(node) for node in elements(by_id(tree, "p-costs"), "legend")][1::2][:2] == ["Cost 1", "Cost 2"]
    assert ("_rows.costs", "4") in submitted(tree)
    (button,) = elements(by_id(tree, "p-costs"), "button")
    assert (button.get("name"), button.get("value"), button.get("type")) == ("_add", "/costs", "submit")
    assert ("_rows.costs", "7") in submitted(page(complete_answer(), rows={"/costs": 7}))
    assert ("_rows.costs", "20") in submitted(page(complete_answer(), rows={"/costs": 999}))


def test_facts_are_shown_with_their_labels_and_unknown_ones_are_not() -> None:
    tree = page({}, "zh-CN", facts=FACTS | {"secret": "not for this form"})
    assert text_of(elements(tree, "section")[0]) == "案件信息 编号C-17 设备类型笔记本电脑"
    assert "not for this form" not in text_of(tree)


def test_words_to_say_stand_above_the_form_with_the_facts_filled_in() -> None:
    tree = page({}, "en", facts=FACTS)
    said = text_of(elements(tree, "section")[1])
    assert "Thank you for returning it on time, 王芳." in said
    assert [text_of(node) for node in elements(elements(tree, "section")[1], "dt")] == [
        "Acknowledge the feeling", "Repeat the fact", "Say what happens next", "Say by when",
    ]  # fmt: skip


def test_a_new_form_begins_with_the_script_and_its_open_blanks_are_refused() -> None:
    data = initial_data(equipment(), "en", FACTS)
    assert data == {
        "reply": "Thank you for your help.\n\nWe have received the equipment with number C-17.\n\n"
        "Next we return the deposit.\n\nBy {refund_by} at the latest."
    }
    assert ("reply", data["reply"].replace("\n", "\r\n")) in submitted(page(None, facts=FACTS))
    assert ("/reply", "unfilled_blank") in [(p.pointer, p.code) for p in validate(equipment(), data)]


def test_words_to_a_person_are_in_their_language_and_say_so() -> None:
    tree = parsed(render_form(equipment(), None, (), "ko", id_prefix="p", addressed="en", facts=FACTS))
    reply = by_id(tree, "p-reply")
    assert (reply.get("lang"), text_of(reply)) == ("en", text_of(by_id(page(None, facts=FACTS), "p-reply")))
    assert "받는 사람의 언어: English" in text_of(by_id(tree, "p-reply--help"))
    said = [node.get("lang") for node in elements(elements(tree, "section")[1], "span")]
    assert said == ["en", "en", "en", "en"]
    theirs = render_form(
        equipment(), None, (), "ko", id_prefix="p", addressed="en", facts=FACTS, told={**FACTS, "number": "seventeen"}
    )
    assert "equipment with number seventeen." in text_of(by_id(parsed(theirs), "p-reply"))
    same = parsed(render_form(equipment(), None, (), "en", id_prefix="p", addressed="en", facts=FACTS))
    assert by_id(same, "p-reply").get("lang") is None
    assert "English" not in text_of(by_id(same, "p-reply--help"))


@pytest.mark.parametrize(
    ("missing", "spoken"),
    [((), "ko"), (("fact",), None), (("empathy", "fact", "next_step", "time"), "zh-CN")],
)
def test_words_of_which_some_are_missing_in_a_language_are_not_said_to_be_in_it(
    missing: tuple[str, ...], spoken: str | None
) -> None:
    whole = equipment()
    (reply,) = [field for field in whole.fields if field.name == "reply"]
    changed = replace(reply, script={part: _without(text, part in missing) for part, text in reply.script.items()})
    drawn = render_form(replace(whole, layout=(changed,)), None, (), "en", id_prefix="p", addressed="ko", facts=FACTS)
    assert by_id(parsed(drawn), "p-reply").get("lang") == spoken


def _without(text: Labels, wanted: bool) -> Labels:
    """Return a text as it is, or without its Korean where that is wanted."""
    return {language: said for language, said in text.items() if not (wanted and language == "ko")}


def test_a_draft_that_begins_with_an_empty_line_keeps_it() -> None:
    assert ("summary", "\r\n\r\nafter two") in submitted(page({"summary": "\n\nafter two"}))


def test_a_text_in_another_language_than_the_page_says_so() -> None:
    form = form_with("a", {"type": "string"}, {"label": {"zh-CN": "备注"}})
    (label,) = elements(parsed(render_form(form, {}, (), "ko", id_prefix="p")), "label")
    assert [(node.get("lang"), text_of(node)) for node in elements(label, "span")] == [("zh-CN", "备注")]


def test_people_and_files_of_the_case_can_be_chosen() -> None:
    candidates = {
        "people": [Candidate("p3", "李老师"), Candidate("p4", "박 선생님")],
        "files": [Candidate("f1", "a.jpg")],
    }
    tree = page(complete_answer(), candidates=candidates)
    assert text_of(by_id(tree, "p-receiver")) == "Choose 李老师 박 선생님"
    boxes = [(n.get("value"), n.get("checked") is not None) for n in elements(by_id(tree, "p-witnesses"), "input")]
    assert boxes == [("p3", False), ("p4", False), ("p1", True), ("p2", True)]
    assert decode(equipment(), submitted(tree), kept=complete_answer()) == complete_answer() | {
        "summary": complete_answer()["summary"].replace("\n", "\r\n")
    }


def test_times_are_shown_in_the_zone_of_the_institution() -> None:
    tree = page(complete_answer(), zone=ZoneInfo("Asia/Shanghai"))
    field = by_id(tree, "p-noticed_at")
    assert (field.get("type"), field.get("value")) == ("datetime-local", "2024-05-31T10:30:15")
    assert text_of(by_id(tree, "p-noticed_at--help")) == "Time in the zone China Time"


def test_autocomplete_is_given_where_the_form_says_so() -> None:
    tree = page({})
    assert by_id(tree, "p-contact-email").get("autocomplete") == "email"
    assert by_id(tree, "p-serial").get("autocomplete") is None


def test_two_forms_fit_one_page_and_a_prefix_that_is_no_name_is_refused() -> None:
    both = render_form(equipment(), {}, (), "en", id_prefix="a") + render_form(equipment(), {}, (), "ko", id_prefix="b")
    ids = [node.get("id") for node in elements(parsed(both)) if node.get("id")]
    assert len(ids) == len(set(ids))
    with pytest.raises(ValueError, match="id prefix"):
        render_form(equipment(), {}, (), "en", id_prefix='"><b')


def test_the_machinery_speaks_three_languages() -> None:
    assert {name for name, texts in TEXTS.items() if tuple(texts) != LANGUAGES or not all(texts.values())} == set()
