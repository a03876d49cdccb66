"""A complainant without scripts: files, follows, answers, withdraws."""

from __future__ import annotations

import pytest

from escalation.due import CalendarBook
from escalation.refusals import NoStaffedTime
from tests.support.application import House
from tests.web.visitor import Page, Visitor, staff, text_of, visitor

STORY = {"subject": "Lift broken", "text": "The lift in hall B has been broken since Monday.", "name": "Ann Lee"}


def filed(who: Visitor, **answers: object) -> Page:
    page = who.send(who.get("/complain"), "/complain", {**STORY, **answers})
    assert page.title == "Your complaint has arrived", page.text
    return page


def code_of(page: Page) -> str:
    (found,) = [text_of(node) for node in page.elements("dd") if "code" in (node.get("class") or "").split()]
    return found


def test_the_confirmation_shows_number_code_and_each_promised_time_with_its_reason(redress: House) -> None:
    page = filed(visitor(redress))
    assert len(code_of(page)) == len("ABCD-EFGH-JKMN-PQRS")
    assert [text_of(node) for node in page.elements("h3")] == ["Acknowledge", "First response", "Result"]
    assert "by Tue 3 Mar 2026, 12:00" in page.text
    assert "1 hour left" in page.text
    assert page.text.count("Why this time?") == 3
    assert "Time allowed: 1 hour" in page.text or "1 hour" in page.text


def test_the_code_never_stands_in_an_address(redress: House) -> None:
    who = visitor(redress)
    page = filed(who)
    code = code_of(page)
    followed = who.send(page, "/track", {"code": code})
    assert followed.path == "/track"
    for answer in (*page.response.history, page.response, *followed.response.history, followed.response):
        assert code not in str(answer.url)
        assert code not in answer.headers.get("location", "")


def test_a_complainant_follows_writes_and_withdraws_by_plain_forms(redress: House) -> None:
    who = visitor(redress)
    code = code_of(filed(who))
    asked = who.send(who.get("/track"), "/track", {"code": code.lower().replace("-", " ")})
    assert asked.title == STORY["subject"]
    assert "Registered" in text_of(asked.by_id("content"))
    wrote = who.send(asked, "/track/messages", {"text": "It also smells of smoke."})
    assert "Your message has arrived." in wrote.text
    assert "It also smells of smoke." in wrote.text
    unsure = who.send(wrote, "/track/withdraw", {"reason": "solved"})
    assert (unsure.status, "Tick this box to withdraw." in unsure.text) == (422, True)
    gone = who.send(unsure, "/track/withdraw", {"reason": "solved", "sure": "yes"})
    assert "Your withdrawal has arrived." in gone.text
    assert "Closed" in gone.text
    left = who.send(gone, "/track/leave")
    assert left.title == "See where it stands"


def test_a_wrong_code_shows_nothing_and_says_how_codes_are_read(redress: House) -> None:
    who = visitor(redress)
    filed(who)
    page = who.send(who.get("/track"), "/track", {"code": "ABCD-EFGH-JKMN-PQRS"})
    assert page.status == 404
    assert "No complaint has this code." in page.text
    assert "Lift broken" not in page.text


def test_the_code_of_somebody_else_does_not_open_my_complaint(redress: House) -> None:
    first, second = visitor(redress), visitor(redress)
    filed(first, subject="Mine")
    code = code_of(filed(second, subject="Theirs"))
    page = second.send(second.get("/track"), "/track", {"code": code})
    assert page.title == "Theirs"
    assert "Mine" not in page.text


def test_a_form_that_is_sent_twice_files_once_and_answers_the_same(redress: House) -> None:
    who = visitor(redress)
    page = who.get("/complain")
    first, second = who.send(page, "/complain", STORY), who.send(page, "/complain", STORY)
    assert code_of(first) == code_of(second)
    assert len(redress.person("li.na").get("/api/complaints")["items"]) == 1


def test_a_form_that_is_sent_twice_with_other_words_is_asked_about(redress: House) -> None:
    who = visitor(redress)
    page = who.get("/complain")
    who.send(page, "/complain", STORY)
    other = who.send(page, "/complain", {**STORY, "subject": "Another thing"})
    assert other.status == 409
    assert "This form was sent before, with other words." in other.text
    again = who.send(other, "/complain", {})
    assert again.title == "Your complaint has arrived"


def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_stays(redress: House) -> None:
    who = visitor(redress)
    page = who.send(who.get("/complain"), "/complain", {"subject": "Only a line", "people": "many"})
    assert page.status == 422
    assert page.by_id("intake-subject").get("value") == "Only a line"
    assert page.by_id("intake-text").get("aria-invalid") == "true"
    assert text_of(page.by_id("intake-people--error")) == "Error: Enter a whole number, such as 12."
    assert page.by_id("intake-people").get("value") == "many"


def test_a_complaint_that_shows_nothing_is_not_taken_and_the_fields_say_so(redress: House) -> None:
    who = visitor(redress)
    page = who.send(who.get("/complain"), "/complain", {**STORY, "subject": "\u200b", "text": "\u3164\u200b"})
    assert page.status == 422
    marked = [each.get("id") for each in page.elements() if each.get("aria-invalid") == "true"]
    assert marked == ["intake-subject", "intake-text"]
    assert redress.person("li.na").get("/api/complaints")["items"] == []


def test_who_asks_to_stay_unknown_hears_of_it_before_anything_else_is_found_wrong(redress: House) -> None:
    who = visitor(redress)
    typed = {"subject": "", "identity_mode": "anonymous", "name": "Gil", "email": "gil@example.org"}
    page = who.send(who.get("/complain"), "/complain", typed)
    assert (page.status, "We cannot take a confidential or anonymous complaint yet." in page.text) == (422, True)
    wrong = [text_of(each) for each in page.elements("div", "p") if "error" in (each.get("class") or "").split()]
    assert wrong == ["Error: This answer is not possible here."]
    assert page.by_id("intake-identity_mode--error") is not None


def test_an_anonymous_complaint_is_refused_with_the_reason_and_nothing_is_stored(redress: House) -> None:
    who = visitor(redress)
    anonymous = {"subject": "S", "text": "T", "identity_mode": "anonymous"}
    page = who.send(who.get("/complain"), "/complain", anonymous)
    assert page.status == 422
    assert "We cannot take a confidential or anonymous complaint yet." in page.text
    assert redress.person("li.na").get("/api/complaints")["items"] == []


def test_where_nobody_is_ever_there_the_page_says_so_and_nothing_of_staying_unknown(
    redress: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count(*given: object, **named: object) -> None:
        raise NoStaffedTime

    monkeypatch.setattr(CalendarBook, "add", count)
    who = visitor(redress)
    page = who.send(who.get("/complain"), "/complain", STORY)
    reason = "Nobody is there at any time this calendar knows, so no due time can be promised."
    assert (page.status, page.title, reason in page.text) == (422, "Something does not fit", True)
    assert "anonymous" not in page.text
    assert redress.person("li.na").get("/api/complaints")["items"] == []


def test_another_row_can_be_asked_for_without_scripts(redress: House) -> None:
    who = visitor(redress)
    page = who.get("/complain")
    rows = sum(name.startswith("respondents.") for name in page.form("/complain").names)
    more = who.send(page, "/complain", {"subject": "Typed"}, press="Add another")
    assert sum(name.startswith("respondents.") for name in more.form("/complain").names) == rows * 3 // 2
    assert more.by_id("intake-subject").get("value") == "Typed"


def test_staff_who_use_the_public_form_are_complainants_there(redress: House) -> None:
    page = filed(staff(redress, "li.na"))
    case = redress.person("li.na").get("/api/complaints")["items"][0]
    assert (case["number"] in page.text, case["case_owner"]) == (True, None)


def test_what_is_written_after_the_end_opens_a_linked_case_with_a_code_of_its_own(redress: House) -> None:
    who = visitor(redress)
    code = code_of(filed(who))
    page = who.send(who.get("/track"), "/track", {"code": code})
    who.send(page, "/track/withdraw", {"sure": "yes"})
    redress.later(days=30)
    ended = who.get("/track")
    assert "This complaint has ended." in ended.text
    opened = who.send(ended, "/track/messages", {"text": "It broke again."})
    assert opened.title == "Your complaint has arrived"
    assert "linked to the earlier one" in opened.text
    other = who.send(ended, "/track/messages", {"text": "And the lamp, too."})
    assert (other.status, "This form was sent before, with other words." in other.text) == (409, True)
    assert code_of(opened) != code
    new, old = redress.person("li.na").get("/api/complaints")["items"]
    li_na = staff(redress, "li.na")
    for case, other, words in ((new, old, "Continues"), (old, new, "Continued by")):
        page = li_na.get(f"/cases/{case['id']}")
        assert f"Linked cases {words} {other['number']}" in page.text
        assert page.link(other["number"]) == f"/cases/{other['id']}"


def test_what_was_promised_in_a_letter_stands_among_the_promises(redress: House) -> None:
    case = redress.file(language="en")
    promised = {"what": "A call from the teacher", "due_at": "2026-03-03T06:00:00Z"}
    redress.do("li.na", "acknowledge", case["id"], {"acknowledgement_text": "Hello.", "promises": [promised]})
    redress.later(minutes=5)
    who = visitor(redress)
    page = who.send(who.get("/track"), "/track", {"code": case["tracking_code"]})
    (section,) = [node for node in page.elements("section") if node.get("aria-labelledby") == "promises"]
    *clocks, promise = [text_of(each) for each in section.iter() if "promise" in (each.get("class") or "").split()]
    assert (len(clocks), promise) == (3, "A call from the teacher by Tue 3 Mar 2026, 14:00 Still to come")
