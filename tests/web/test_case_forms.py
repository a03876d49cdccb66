"""What can be done on the page of a case, by plain forms; what is refused keeps what was typed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.example_stages import two_processes
from tests.support.application import House
from tests.web.visitor import Page, staff, text_of, visitor

OWNED = {"acknowledgement_text": "I look after it."}


@pytest.fixture
def case(redress: House) -> str:
    """A case that li.na owns, whose facts are being verified."""
    found: str = redress.file(language="en")["id"]
    redress.do("li.na", "acknowledge", found, OWNED)
    return found


def do(redress: House, login: str, case: str, form: str, answers: dict[str, Any] | None = None) -> Page:
    """Fill in a form of the case's page as a colleague."""
    who = staff(redress, login)
    return who.send(who.get(f"/cases/{case}"), f"/cases/{case}/{form}", answers or {})


def section(page: Page, wanted: str) -> str:
    """Return the words of the section under a heading."""
    (found,) = [node for node in page.elements("section") if node.get("aria-labelledby") == wanted]
    return text_of(found)


def test_a_reply_is_read_by_the_complainant_and_a_note_never_is(redress: House) -> None:
    filed = redress.file(language="en")
    redress.do("li.na", "acknowledge", filed["id"], OWNED)
    replied = do(redress, "li.na", filed["id"], "reply", {"text": "PUBLIC-WORDS", "subject": "News"})
    assert "The message is sent to the complainant." in replied.text
    noted = do(redress, "li.na", filed["id"], "note", {"text": "INTERNAL-WORDS"})
    assert "PUBLIC-WORDS" in section(noted, "letters")
    assert "INTERNAL-WORDS" not in section(noted, "letters")
    assert "Internal, never sent" in section(noted, "notes")
    assert "INTERNAL-WORDS" in section(noted, "notes")
    learner = visitor(redress)
    page = learner.send(learner.get("/track"), "/track", {"code": filed["tracking_code"]})
    assert "PUBLIC-WORDS" in page.text
    assert "INTERNAL-WORDS" not in page.response.text


def test_an_unfinished_reply_stays_in_its_form_with_the_fault_beside_it(redress: House, case: str) -> None:
    page = do(redress, "li.na", case, "reply", {"text": "Dear {name}", "subject": "News"})
    assert page.status == 422
    assert text_of(page.by_id("reply-text")) == "Dear {name}"
    assert page.by_id("reply-subject").get("value") == "News"
    assert text_of(page.by_id("reply-text--error")) == "Error: Fill in every blank in curly brackets before it is sent."
    assert "That was not done" in page.text
    assert page.link("Correct what is marked below") == "#reply-text"


def test_a_case_is_handed_over_only_with_acceptance(redress: House, case: str) -> None:
    offered = do(redress, "li.na", case, "offer", {"to": "wang.fang", "reason": "I am away next week."})
    assert "Offered to 王芳 since Tue 3 Mar 2026, 11:00." in section(offered, "owner")
    assert "李娜" in section(offered, "owner")
    accepted = do(redress, "wang.fang", case, "accept")
    assert section(accepted, "owner").startswith("Owner 王芳")


def test_an_offer_is_declined_with_a_reason(redress: House, case: str) -> None:
    do(redress, "li.na", case, "offer", {"to": "wang.fang", "reason": "I am away."})
    empty = do(redress, "wang.fang", case, "decline", {"why": ""})
    assert (empty.status, text_of(empty.by_id("decline-why--error"))) == (422, "Error: Fill this in.")
    declined = do(redress, "wang.fang", case, "decline", {"why": "Too much to do."})
    assert "The offer is declined." in declined.text
    assert section(declined, "owner").startswith("Owner 李娜")


@pytest.mark.parametrize(("language", "said"), [("en", "word for word"), ("zh-CN", "逐字"), ("ko", "그대로")])
def test_whoever_pauses_or_extends_is_told_who_reads_the_reason(
    redress: House, case: str, language: str, said: str
) -> None:
    page = staff(redress, "li.na", language).get(f"/cases/{case}")
    for field in ("pause-why", "extend-why"):
        assert page.by_id(field).get("aria-describedby") == f"{field}--help"
        assert said in text_of(page.by_id(f"{field}--help"))


def test_clocks_stand_still_run_on_and_are_extended_once(redress: House, case: str) -> None:
    paused = do(redress, "li.na", case, "pause", {"why": "We wait for the laboratory."})
    assert "Stands still" in section(paused, "clocks")
    running = do(redress, "li.na", case, "resume")
    assert "Stands still" not in section(running, "clocks")
    answers = {"clock": "resolve", "amount": "2", "why": "The laboratory needs two days more."}
    assert "The time is extended." in do(redress, "li.na", case, "extend", answers).text
    again = do(redress, "li.na", case, "extend", answers)
    assert again.status == 409
    assert "This clock was extended already; once is all the process allows." in again.text
    assert text_of(again.by_id("extend-why")) == "The laboratory needs two days more."


def test_changed_facts_change_priority_and_impact_and_say_the_rule(redress: House, case: str) -> None:
    page = do(redress, "li.na", case, "facts", {"people": "12", "flag_public_risk": "yes"})
    assert "Impact: Major" in page.text
    assert "People affected: ≥ 10" in page.text
    same = do(redress, "li.na", case, "facts", {})
    assert (same.status, "Nothing was changed: the page shows the facts as they are." in same.text) == (422, True)


def test_facts_that_somebody_else_has_changed_are_not_overwritten(redress: House, case: str) -> None:
    who = staff(redress, "li.na")
    seen = who.get(f"/cases/{case}")
    do(redress, "chen.jing", case, "facts", {"people": "3"})
    late = who.send(seen, f"/cases/{case}/facts", {"people": "5"})
    assert (late.status, "The facts have changed since you saw them." in late.text) == (412, True)


def test_people_join_and_leave_the_list(redress: House, case: str) -> None:
    added = do(redress, "li.na", case, "affected", {"people": "Kim, 010-1\n王晓，138，A1\n\nLee"})
    assert "On the list: 3." in section(added, "affected")
    who = staff(redress, "li.na")
    page = who.get(f"/cases/{case}")
    entry = next(form for form in page.forms if form.action.endswith("/leave"))
    left = who.post(entry.action, dict(entry.entries))
    assert "On the list: 2." in section(left, "affected")


def test_a_withdrawal_by_phone_says_who_and_how(redress: House, case: str) -> None:
    unsaid = do(redress, "li.na", case, "withdraw", {"reason": "It is solved."})
    assert unsaid.status == 422
    assert text_of(unsaid.by_id("withdraw-said_by--error")) == "Error: Fill this in."
    said = {"said_by": "the mother", "how": "by phone", "reason": "It is solved."}
    page = do(redress, "li.na", case, "withdraw", said)
    assert "The withdrawal is on record." in page.text
    assert "Complainant withdrew" in page.text or "Withdrawn" in page.text


def test_a_form_that_does_not_exist_is_not_there(redress: House, case: str) -> None:
    who = staff(redress, "li.na")
    page = who.get(f"/cases/{case}")
    (entry,) = [form for form in page.forms if form.action.endswith("/note")]
    assert who.post(f"/cases/{case}/burn", dict(entry.entries)).status == 404


def test_a_case_that_turns_out_to_be_a_question_is_moved_by_the_form_that_the_steps_speak_of(redress: House) -> None:
    li_na, case = staff(redress, "li.na"), two_processes(redress)
    path = f"/cases/{case}/move"
    page = li_na.get(f"/cases/{case}")
    (options,) = [each for each in page.elements("select") if each.get("name") == "to" and each.get("id") == "move-to"]
    words = [text_of(each) for each in options if str(each.tag).endswith("option")]
    assert words == [
        "Choose", "Opinion · Inquiry, opinion or suggestion", "Suggestion · Inquiry, opinion or suggestion",
        "Question · Inquiry, opinion or suggestion",
    ]  # fmt: skip
    refused = li_na.send(page, path, {"reason": "It asks when the exam is."})
    assert (refused.status, text_of(refused.by_id("move-to--error"))) == (422, "Error: Fill this in.")
    assert text_of(refused.by_id("move-reason")) == "It asks when the exam is."
    moved = li_na.send(page, path, {"to": "inquiry/inquiry", "reason": "It asks when the exam is."})
    assert "The case goes on in the other process." in moved.text
    assert redress.person("li.na").get(f"/api/complaints/{case}")["process"]["key"] == "inquiry"


def test_a_case_whose_diagram_does_not_wait_for_it_has_no_form_to_move_it(redress: House, case: str) -> None:
    two_processes(redress)
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    assert f"/cases/{case}/move" not in [form.action for form in staff(redress, "li.na").get(f"/cases/{case}").forms]
