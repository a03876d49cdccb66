"""Who sees what on the pages: what one may not see is not there, and support sees what its work needs."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.support.plans import PLAN
from tests.web.visitor import staff, visitor

PHONE = "13800000001"


@pytest.mark.parametrize("login", ["gao.yan", "ops", "park.owner"])
def test_a_case_that_one_is_not_asked_in_is_not_there(redress: House, login: str) -> None:
    case = redress.file()["id"]
    task = redress.person("li.na").get(f"/api/complaints/{case}")["tasks"][0]["id"]
    who = staff(redress, login)
    for path in (f"/cases/{case}", f"/cases/{case}/diagram.json", f"/tasks/{task}"):
        page = who.get(path)
        assert (page.status, page.title) == (404, "There is nothing here")
        assert "课程内容" not in page.text
    assert "课程内容" not in who.get("/cases").text
    assert "课程内容" not in who.get("/inbox?view=overdue").text


def test_the_person_complained_about_sees_nothing_of_it(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "王芳", "person": "wang.fang"}])["id"]
    who = staff(redress, "wang.fang")
    assert who.get(f"/cases/{case}").status == 404
    assert who.get("/cases").text.count("课程内容") == 0
    assert staff(redress, "li.na").get(f"/cases/{case}").status == 200


def test_support_that_is_asked_sees_no_contact_and_no_notes_of_others(redress: House) -> None:
    case = redress.file()["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "好"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "ask_legal": True})
    redress.person("li.na").post(f"/api/complaints/{case}/messages", {"text": "SECRET-LETTER"})
    redress.person("li.na").post(f"/api/complaints/{case}/affected", {"name": "SECRET-NAME"})
    redress.person("li.na").post(f"/api/complaints/{case}/notes", {"text": "SECRET-NOTE"})
    page = staff(redress, "gao.yan").get(f"/cases/{case}")
    assert page.status == 200
    assert PHONE not in page.response.text
    for secret in ("SECRET-NOTE", "SECRET-LETTER", "SECRET-NAME"):
        assert secret not in page.response.text
        assert secret in staff(redress, "li.na").get(f"/cases/{case}").response.text
    assert {"letters", "affected"} & {each.get("id") for each in page.elements("h2")} == set()
    course = [
        staff(redress, "gao.yan").get(f"/cases/{case}/course{show}") for show in ("", "?show=messages", "?show=notes")
    ]
    for each in course:
        assert each.title == "Timeline"
        assert "SECRET" not in each.response.text
        assert [node for node in each.elements("a") if "show=messages" in node.get("href", "")] == []
    assert "“messages” cannot be chosen here" in course[1].text
    assert "SECRET-LETTER" in staff(redress, "li.na").get(f"/cases/{case}/course?show=messages").response.text
    assert "contact details are not shown" in page.text
    assert PHONE in staff(redress, "li.na").get(f"/cases/{case}").response.text


FAULT = {
    "fault_start": "2026-03-02T10:00:00+08:00", "fault_state": "fixed", "fault_end": "2026-03-02T12:00:00+08:00",
    "fault_cause": "x", "fault_progress": "x",
}  # fmt: skip
REFUND = {"payee": "王晓", "amount": {"amount": "15321.00", "currency": "CNY"}}


def test_support_that_is_asked_does_not_see_what_others_decide_on(redress: House) -> None:
    case = redress.file(by="li.na", people=12)["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do(
        "li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_technical": True}
    )  # fmt: skip
    redress.do("zhou.qiang", "inspection", case, {"quality_problem": "yes", "inspection_report": "属实。"})
    redress.do("zhao.lei", "academic_evidence", case, {"evidence_summary": "已核对。"})
    redress.do("lin.feng", "fault_statement", case, FAULT)
    redress.do("li.na", "respond", case, {"response_text": "正在核实。"})
    redress.do("li.na", "plan", case, {**PLAN, "refunds": [REFUND]})
    task = redress.task("liu.gang", "decide_leadership", case)["id"]
    for login, seen in (("liu.gang", True), ("li.na", True), ("lin.feng", False)):
        page = staff(redress, login).get(f"/tasks/{task}")
        told = {"15,321.00" in page.text, "What an approval covers" in page.text, "complained about by" in page.text}
        assert (page.status, told) == (200, {seen}), login
        assert ("15321.00" in str(redress.person(login).get(f"/api/tasks/{task}"))) is seen


def test_nobody_who_is_not_signed_in_gets_past_the_door(redress: House) -> None:
    case = redress.file()["id"]
    who = visitor(redress)
    for path in ("/inbox", "/cases", f"/cases/{case}", f"/cases/{case}/diagram.json", "/processes", "/approvals"):
        page = who.get(path)
        assert page.path == "/sign-in", path
        assert "课程内容" not in page.text
    refused = who.post(f"/cases/{case}/note", {"text": "x"})
    assert (refused.status, refused.title) == (401, "Sign in first")


def test_what_a_complainant_typed_is_never_markup(redress: House) -> None:
    evil = "<script>alert(1)</script><b onclick=x>&amp;"
    case = redress.file(subject=evil, text=evil)["id"]
    for path in (f"/cases/{case}", "/inbox", "/cases"):
        page = staff(redress, "li.na").get(path)
        assert evil in page.text
        assert page.elements("b") == []


def test_the_page_of_a_hearing_says_who_is_to_be_heard(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "张老师", "role": "teacher"}])["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    task = redress.task("zhou.qiang", "hear_respondent", case)["id"]
    assert "张老师 · teacher" in staff(redress, "zhou.qiang").get(f"/tasks/{task}").text
