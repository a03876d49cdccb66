"""Staff without scripts: from the inbox to the closed case, by plain forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.api.test_refunds import reviews
from tests.support.application import House
from tests.support.plans import planned
from tests.web.visitor import Page, Visitor, staff, text_of, visitor

PLAN = {
    "next": "submit",
    "root_cause": "other",
    "root_cause_text": "Nobody looked.",
    "finding": "True.",
    "remedy": "We put it right.",
}


def open_task(who: Visitor, case_id: str, name: str) -> Page:
    """Open a task from the page of the case."""
    case = who.get(f"/cases/{case_id}")
    return who.get(case.link(name))


def complete(who: Visitor, page: Page, answers: Mapping[str, Any]) -> Page:
    """Complete the task of a page."""
    (action,) = [form.action for form in page.forms if form.action.endswith("/complete")]
    return who.send(page, action, answers)


def test_the_letter_to_the_complainant_is_prepared_in_their_language(redress: House) -> None:
    case = redress.file(category="other", language="ko")["id"]
    page = open_task(staff(redress, "li.na"), case, "Acknowledge")
    (letter,) = [each for each in page.elements("textarea") if each.get("name") == "acknowledgement_text"]
    assert letter.get("lang") == "ko"
    assert letter.text.strip().startswith("안녕하세요.")
    assert "Whoever gets this reads: 한국어" in page.text


def test_a_complaint_goes_from_the_inbox_to_closed_by_plain_forms(redress: House) -> None:
    filed = redress.file(category="other", language="en")
    case = filed["id"]
    li_na = staff(redress, "li.na")
    inbox = li_na.get("/inbox")
    assert "Acknowledge" in inbox.text
    taken = li_na.send(inbox, "/tasks/next")
    assert taken.title == "Acknowledge"
    assert "This task is yours." in taken.text
    assert "Channelwebsite" in taken.text

    verify = complete(li_na, taken, {"acknowledgement_text": "I look after it to the end."})
    assert (verify.title, "The step is completed." in verify.text) == ("Verify the facts", True)
    after = complete(li_na, verify, {"outcome": "complete", "verification_summary": "It is true."})
    assert after.status == 200, after.text
    for name, answers in (
        ("Give the first response", {"response_text": "We looked at it and it is true."}),
        ("Plan the solution", PLAN),
        ("Carry out the plan", {"carried_out": "It is done."}),
        ("Send the result", {"result_text": "It is put right."}),
    ):  # fmt: skip
        page = complete(li_na, open_task(li_na, case, name), answers)
        assert page.status == 200, page.text

    redress.later(minutes=2)  # until then the result could be sent back
    learner = visitor(redress)
    track = learner.send(learner.get("/track"), "/track", {"code": filed["tracking_code"]})
    thanks = learner.send(track, "/track/satisfaction", {"satisfied": "yes", "text": "Thank you"})
    assert "Thank you for your answer." in thanks.text

    closing = complete(
        li_na, open_task(li_na, case, "Close the case"),
        {"root_cause": "other", "root_cause_text": "Nobody looked.", "improvement": "none",
         "no_change_reason": "The checks are enough."},
    )  # fmt: skip
    assert (closing.path, "Closed" in closing.text) == (f"/cases/{case}", True)
    redress.later(minutes=2)
    assert "Complainant satisfied" in learner.get("/track").text


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost(redress: House) -> None:
    case = redress.file()["id"]
    li_na = staff(redress, "li.na")
    page = open_task(li_na, case, "Acknowledge")
    wrong = complete(li_na, page, {"acknowledgement_text": "Dear {name}", "internal_note": "keep me"})
    assert wrong.status == 422
    assert wrong.by_id("task-acknowledgement_text").get("aria-invalid") == "true"
    assert text_of(wrong.by_id("task-internal_note")) == "keep me"


def test_what_only_the_house_can_know_is_said_in_its_own_words(redress: House) -> None:
    case = redress.file()["id"]
    li_na = staff(redress, "li.na")
    page = open_task(li_na, case, "Acknowledge")
    late = {"promises.0.what": "A call", "promises.0.due_at": "2026-03-03T10:00"}
    wrong = complete(li_na, page, {"acknowledgement_text": "I look after it.", **late})
    assert wrong.status == 422
    assert "What is promised lies ahead." in wrong.text
    assert wrong.by_id("task-promises-0-due_at").get("aria-invalid") == "true"


def test_a_draft_is_kept_and_shown_again(redress: House) -> None:
    case = redress.file()["id"]
    li_na = staff(redress, "li.na")
    page = open_task(li_na, case, "Acknowledge")
    saved = li_na.send(page, f"{page.path}/complete", {"internal_note": "half a thought"}, press="Save as draft")
    assert "Your draft is saved." in saved.text
    assert "You continue a saved draft." in saved.text
    assert text_of(saved.by_id("task-internal_note")) == "half a thought"


def test_who_comes_second_is_told_who_was_faster_and_keeps_what_was_typed(redress: House) -> None:
    case = redress.file()["id"]
    first, second = staff(redress, "li.na"), staff(redress, "wang.fang")
    mine, theirs = (open_task(who, case, "Acknowledge") for who in (first, second))
    complete(first, mine, {"acknowledgement_text": "I was here."})
    late = complete(second, theirs, {"acknowledgement_text": "So was I."})
    assert (late.status, late.title) == (409, "Somebody was faster")
    assert "李娜 did this on Tue 3 Mar 2026, 11:00." in late.text
    assert "So was I." in late.text


def test_what_changed_meanwhile_is_said_and_what_was_typed_becomes_the_draft(redress: House) -> None:
    case = redress.file()["id"]
    li_na, chief = staff(redress, "li.na"), staff(redress, "chen.jing")
    seen = open_task(li_na, case, "Acknowledge")
    facts = chief.get(f"/cases/{case}")
    changed = chief.send(facts, f"/cases/{case}/facts", {"people": "12"})
    assert "The facts are changed." in changed.text
    stale = complete(li_na, seen, {"acknowledgement_text": "I look after it."})
    assert stale.status == 412
    assert "The case has changed since you opened this page." in stale.text
    assert text_of(stale.by_id("task-acknowledgement_text")) == "I look after it."
    again = complete(li_na, stale, {})
    assert again.status == 200
    assert "The step is completed." in again.text


def test_taking_the_same_task_twice_says_who_has_it(redress: House) -> None:
    redress.file()
    first, second = staff(redress, "li.na"), staff(redress, "wang.fang")
    action = next(form.action for form in second.get("/inbox").forms if form.action.endswith("/claim"))
    before = second.get("/inbox")
    first.send(first.get("/inbox"), action)
    late = second.send(before, action)
    assert (late.status, late.title) == (409, "Somebody was faster")
    assert "Somebody else has taken this task. 李娜 did this on " in late.text


def test_staff_write_a_complaint_down_and_own_it(redress: House) -> None:
    li_na = staff(redress, "li.na")
    page = li_na.get("/cases/new")
    answers = {"subject": "By phone", "text": "The lift is broken.", "name": "Ann", "_channel": "main/phone"}
    filed = li_na.send(page, "/cases/new", {**answers, "_received_at": "2026-03-03T10:30"})
    assert filed.title == "The complaint is filed"
    case = redress.person("li.na").get("/api/complaints")["items"][0]
    assert (case["channel"], case["case_owner"], case["received_at"]) == ("phone", "li.na", "2026-03-03T02:30:00+00:00")
    late = li_na.send(li_na.get("/cases/new"), "/cases/new", {**answers, "_received_at": "2026-01-01T10:30"})
    assert (late.status, "Enter a time within the last 30 days." in late.text) == (422, True)


def test_a_decision_stands_beside_its_plan_its_hearing_and_its_limits(redress: House) -> None:
    case = redress.file(category="facilities.equipment", people=12, language="en")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "I look after it."})
    redress.do("li.na", "verify", case, {"outcome": "complete", "respondent_named": True, "ask_hearing": True})
    redress.do(
        "zhou.qiang",
        "hear_respondent",
        case,
        {"heard": "heard", "heard_on": "2026-03-03", "respondent_statement": "I reported it."},
    )
    redress.do("he.tao", "facilities_check", case, {"site_state": "safe", "facilities_report": "Broken."})
    redress.do("li.na", "respond", case, {"response_text": "We looked at it."})
    refund = {"payee": "王晓", "amount": {"amount": "15000.00", "currency": "CNY"}}
    redress.do("li.na", "plan", case, {**PLAN, "remedy": "Repair and refund.", "refunds": [refund]})
    leader = staff(redress, "huang.lan")
    page = leader.get(leader.get("/approvals").link("leadership"))
    assert "I reported it." in page.text
    assert "Repair and refund." in page.text
    rows = [
        [text_of(cell) for cell in row.iter() if str(cell.tag).endswith(("}td", "}th"))] for row in page.elements("tr")
    ]
    assert rows[1:] == [
        ["People, up to", "12"], ["Largest total planned for one payee", "15,000.00 CNY"],
        ["Payees in the plan", "1"], ["Impact", "Major"],
        ["Revision of the plan", "1"],
    ]  # fmt: skip
    assert "2 votes in favour are needed." in page.text
    voted = complete(leader, page, {"decision": "approve", "reasons": "It is right."})
    assert voted.status == 200
    assert staff(redress, "li.na").get("/approvals").text.count("leadership group") == 0


def test_the_page_of_a_review_says_which_refund_is_in_hand(redress: House) -> None:
    case = planned(redress, ("<王晓>", "300.00", "CNY"), ("李明", "500.00", "CNY"))
    wang_fang = staff(redress, "wang.fang")
    pages = [wang_fang.get(f"/tasks/{task['id']}") for task in reviews(redress, case)]
    said = [text_of(paragraph) for page in pages for paragraph in page.elements("strong")]
    assert sorted(words for words in said if words.startswith("In hand")) == [
        "In hand: 300.00 CNY to <王晓> (refund 1 of 2 in the plan)",
        "In hand: 500.00 CNY to 李明 (refund 2 of 2 in the plan)",
    ]


def test_the_page_says_why_a_complaint_is_no_duplicate_of_another(redress: House) -> None:
    filed = redress.file(by="li.na", category="other")
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "您好。"})
    li_na = staff(redress, "li.na")
    page = open_task(li_na, filed["id"], "Verify the facts")
    refused = complete(li_na, page, {"outcome": "duplicate", "duplicate_of": filed["number"]})
    assert (refused.status, "A complaint is not a duplicate of itself." in refused.text) == (422, True)
