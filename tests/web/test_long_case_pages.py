"""A case with very many letters and notes: its page shows the latest, and pages behind it all that came before."""

from __future__ import annotations

import pytest

from complaints.correspondence.messages import ReceiveMessage
from engine.case_work import COMPLAINANT
from tests.support.application import House
from tests.web.visitor import Page, Visitor, staff, text_of, visitor

LETTERS = 120
"""More than two pages of the complainant's."""
LANGUAGES = ("en", "zh-CN", "ko")


def letters(page: Page) -> list[str]:
    """Return the letters or notes of a page, in its order."""
    return [text_of(node) for node in page.elements("div") if "letter-text" in (node.get("class") or "").split()]


def written(redress: House) -> tuple[str, str]:
    """Return the id and the tracking code of a case with many letters."""
    filed = redress.file(by="li.na")
    for number in range(LETTERS):
        redress.application.pipeline.run(ReceiveMessage(filed["id"], f"Letter {number}."), COMPLAINANT)
    return filed["id"], filed["tracking_code"]


def followed(who: Visitor, page: Page, words: str) -> list[list[str]]:
    """Go on by a link as long as there is one; return the letters of each page."""
    found = [letters(page)]
    while [node for node in page.elements("a") if text_of(node) == words]:
        page = who.get(page.link(words))
        found.append(letters(page))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_shows_its_latest_letters_and_leads_to_the_others(redress: House, language: str) -> None:
    earlier = {"en": "Earlier messages", "zh-CN": "更早的消息", "ko": "이전 메시지"}[language]
    case, _ = written(redress)
    who = staff(redress, "li.na", language)
    page = who.get(f"/cases/{case}")
    shown = [each for each in letters(page) if each.startswith("Letter")]
    assert shown == [f"Letter {number}." for number in range(LETTERS - 50, LETTERS)]
    behind = letters(who.get(page.link(earlier)))
    assert behind == [f"Letter {number}." for number in reversed(range(LETTERS - 50))], "none of them twice"


def test_all_letters_can_be_read_one_page_behind_the_other(redress: House) -> None:
    case, _ = written(redress)
    who = staff(redress, "li.na")
    pages = followed(who, who.get(f"/cases/{case}/course?show=messages"), "Earlier")
    assert [len(each) for each in pages] == [100, LETTERS - 100]
    assert [each for page in pages for each in page] == [f"Letter {number}." for number in reversed(range(LETTERS))]


def test_the_timeline_of_a_case_is_whole_behind_its_page(redress: House) -> None:
    case, _ = written(redress)
    who = staff(redress, "li.na")
    page = who.get(who.get(f"/cases/{case}").link("The whole timeline"))
    assert "Back to the newest" not in page.text
    assert page.title == "Timeline"
    lines, told = len(page.elements("time")), page.text
    assert lines == 100
    while [node for node in page.elements("a") if text_of(node) == "Earlier"]:
        page = who.get(page.link("Earlier"))
        told += page.text
        assert page.link("Back to the newest") == f"/cases/{case}/course"
    assert told.count("Message from the complainant") == LETTERS
    assert "Letter 1." in told, "a line says how the letter begins"


def test_a_line_of_the_timeline_has_the_beginning_of_a_letter_alone(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    redress.application.pipeline.run(ReceiveMessage(case, "退费 " * 20 + "the end"), COMPLAINANT)
    who = staff(redress, "li.na")
    [said] = [text_of(node) for node in who.get(f"/cases/{case}").elements("q") if "退费" in text_of(node)]
    assert said.endswith("…")
    assert len(said) == 60
    assert "the end" not in said


def test_notes_have_a_page_of_their_own(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    for number in range(60):
        redress.person("li.na").post(f"/api/complaints/{case}/notes", {"text": f"Note {number}."})
    who = staff(redress, "li.na")
    page = who.get(f"/cases/{case}")
    assert letters(page)[-1] == "Note 59."
    assert "Note 9." not in letters(page)
    assert letters(who.get(page.link("Earlier notes")))[-1] == "Note 0."


def test_a_short_case_leads_nowhere_and_its_course_says_what_there_is_not(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    who = staff(redress, "li.na")
    page = who.get(f"/cases/{case}")
    assert [node for node in page.elements("a") if "/course" in node.get("href", "")] == []
    assert "Nothing has been written yet." in who.get(f"/cases/{case}/course?show=messages").text
    assert "No notes yet." in who.get(f"/cases/{case}/course?show=notes").text
    odd = who.get(f"/cases/{case}/course?show=secrets&cursor=zzz")
    assert (odd.status, odd.title) == (200, "Timeline")
    assert "“secrets” cannot be chosen here" in odd.text
    assert "The link to more entries is not valid any more" in odd.text
    assert "Back to the newest" not in odd.text


def test_who_does_not_see_a_case_sees_no_course_of_it(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    redress.person("li.na").post(f"/api/complaints/{case}/notes", {"text": "For us alone."})
    assert staff(redress, "feng.yuan").get(f"/cases/{case}/course").status == 404
    assert visitor(redress).get(f"/cases/{case}/course?show=notes").title != "Timeline"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complainant_reads_a_long_exchange_in_pages(redress: House, language: str) -> None:
    earlier, back = {
        "en": ("Earlier messages", "Back to the newest"),
        "zh-CN": ("更早的消息", "回到最新"),
        "ko": ("이전 메시지", "최신으로 돌아가기"),
    }[language]
    _, code = written(redress)
    who = visitor(redress, language)
    page = who.send(who.get("/track"), "/track", {"code": code})
    pages = followed(who, page, earlier)
    assert [len(each) for each in pages] == [50, 50, LETTERS - 100]
    assert [each for page in reversed(pages) for each in page] == [f"Letter {number}." for number in range(LETTERS)]
    second = who.get(page.link(earlier).partition("#")[0])
    assert letters(who.get(second.link(back))) == pages[0]
    assert code not in page.link(earlier)


def test_a_place_in_somebody_elses_letters_opens_nothing(redress: House) -> None:
    _, code = written(redress)
    theirs = visitor(redress)
    place = theirs.send(theirs.get("/track"), "/track", {"code": code}).link("Earlier messages").partition("#")[0]
    mine = redress.file(by="li.na", subject="mine")
    who = visitor(redress)
    who.send(who.get("/track"), "/track", {"code": mine["tracking_code"]})
    page = who.get(place)
    assert letters(page) == []
    assert "The link to more entries is not valid any more" in page.text
