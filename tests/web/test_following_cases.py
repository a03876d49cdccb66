"""Staff open a case that continues an ended one, on its page; the page offers it only then, and files it once."""

from __future__ import annotations

from tests.support.application import House
from tests.web.visitor import Page, staff


def ended(redress: House) -> str:
    """Return a case that was withdrawn and is over."""
    filed = redress.file(by="li.na", category="other")
    redress.complainant(filed["tracking_code"]).post("/api/track/withdraw", {"reason": "算了。"})
    redress.later(days=30)
    assert redress.person("li.na").get(f"/api/complaints/{filed['id']}")["ended_at"] is not None
    return str(filed["id"])


def test_a_case_that_goes_on_offers_no_continuation_and_an_ended_one_little_else(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = staff(redress, "li.na")
    assert f"/cases/{case}/follow-up" not in [form.action for form in li_na.get(f"/cases/{case}").forms]
    assert "follow-up" not in redress.person("li.na").get(f"/api/complaints/{case}")["may"]
    old = ended(redress)
    assert sorted(redress.person("li.na").get(f"/api/complaints/{old}")["may"]) == ["follow-up", "link"]
    # The session of before has ended meanwhile.
    li_na = staff(redress, "li.na")
    offered = {form.action for form in li_na.get(f"/cases/{old}").forms if form.action.startswith("/cases/")}
    assert offered == {f"/cases/{old}/follow-up", f"/cases/{old}/note"}


def test_a_continuation_is_filed_once_and_shows_number_and_code(redress: House) -> None:
    old = ended(redress)
    li_na = staff(redress, "li.na")
    page = li_na.get(f"/cases/{old}")
    opened = li_na.send(page, f"/cases/{old}/follow-up", {"text": "It broke again."})
    assert opened.title == "The complaint is filed"
    (new,) = [each for each in redress.person("li.na").get("/api/complaints")["items"] if each["id"] != old]
    assert new["number"] in opened.text
    again = li_na.send(page, f"/cases/{old}/follow-up", {"text": "It broke again."})
    assert again.text == opened.text
    assert len(redress.person("li.na").get("/api/complaints")["items"]) == 2
    number = redress.person("li.na").get(f"/api/complaints/{old}")["number"]
    assert f"Linked cases Continues {number}" in li_na.get(f"/cases/{new['id']}").text


def test_a_continuation_that_is_sent_twice_with_other_words_is_asked_about(redress: House) -> None:
    old = ended(redress)
    li_na = staff(redress, "li.na")
    page, there = li_na.get(f"/cases/{old}"), f"/cases/{old}/follow-up"
    li_na.send(page, there, {"text": "It broke again."})
    other = li_na.send(page, there, {"text": "And the lamp, too."})
    assert (other.status, "This form was sent before, with other words." in other.text) == (409, True)
    assert len(redress.person("li.na").get("/api/complaints")["items"]) == 2
    assert li_na.send(other, there, {}).title == "The complaint is filed"


def test_an_empty_continuation_is_refused_at_its_field(redress: House) -> None:
    old = ended(redress)
    li_na = staff(redress, "li.na")
    page = li_na.send(li_na.get(f"/cases/{old}"), f"/cases/{old}/follow-up", {"text": " "})
    assert page.status == 422
    assert page.by_id("follow-up-text").get("aria-invalid") == "true"
    late = li_na.post(f"/cases/{old}/follow-up", {"text": "x", **token_of(page)})
    assert (late.status, "This page was open for too long" in late.text) == (409, True)


def token_of(page: Page) -> dict[str, str]:
    """Return the session's own value from a page, without the token that files a form once."""
    form = next(form for form in page.forms if form.action.endswith("/follow-up"))
    return {name: value for name, value in form.entries if name not in ("_once", "text")}
