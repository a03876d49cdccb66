"""Staff say on the page of the case which colleague it is about."""

from __future__ import annotations

import pytest

from tests.support.application import House
from tests.web.visitor import NS, Page, staff, text_of, visitor

FOLLOWS = "From then on this person sees nothing of the case"


def choices(page: Page) -> list[str]:
    """Return whom the form offers as the colleague who is meant."""
    return [each.get("value") for each in page.by_id("respondent-person").iter(f"{NS}option")]


def test_the_named_person_is_linked_to_a_colleague_who_sees_the_case_no_more(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "The coach", "role": "teacher"}])["id"]
    li_na, wang = staff(redress, "li.na"), staff(redress, "wang.fang")
    assert wang.get(f"/cases/{case}").status == 200
    page = li_na.get(f"/cases/{case}")
    assert FOLLOWS in page.text
    assert ("named", "The coach") in page.form(f"/cases/{case}/respondent").entries
    after = li_na.send(page, f"/cases/{case}/respondent", {"person": "wang.fang"})
    assert (after.status, after.path) == (200, f"/cases/{case}")
    assert "The colleague is named." in after.text
    assert "The coach · teacher is 王芳, who sees nothing of this case" in after.text
    assert redress.person("li.na").get(f"/api/complaints/{case}")["respondents"] == [
        {"name": "The coach", "role": "teacher", "person": "wang.fang"}
    ]
    assert wang.get(f"/cases/{case}").status == 404
    assert sorted([*choices(after), "wang.fang"]) == sorted(choices(page))


def test_somebody_whom_nobody_has_named_is_typed_in(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "The coach"}])["id"]
    li_na = staff(redress, "li.na")
    sent = {"named": "", "name": "Wang", "role": "front desk", "person": "wang.fang"}
    assert li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/respondent", sent).status == 200
    assert redress.person("li.na").get(f"/api/complaints/{case}")["respondents"] == [
        {"name": "The coach", "role": None, "person": None},
        {"name": "Wang", "role": "front desk", "person": "wang.fang"},
    ]


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"name": "", "person": "wang.fang"}, "Fill this in."),
        ({"name": "Wang", "person": ""}, "Nobody at work here has this name. Choose somebody from the list."),
    ],
)
def test_what_is_missing_is_said_beside_the_field_and_what_was_typed_stays(
    redress: House, sent: dict[str, str], wrong: str
) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = staff(redress, "li.na")
    page = li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/respondent", {**sent, "role": "teacher"})
    assert page.status == 422
    assert wrong in page.text
    assert {**sent, "role": "teacher"}.items() <= dict(page.form(f"/cases/{case}/respondent").entries).items()
    assert redress.person("li.na").get(f"/api/complaints/{case}")["respondents"] == []


def test_a_name_that_is_typed_beside_one_that_is_chosen_is_asked_about(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "The coach"}])["id"]
    li_na = staff(redress, "li.na")
    page = li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/respondent", {"name": "Wang", "person": "wang.fang"})
    assert page.status == 422
    assert "Either choose who was named or write another name, not both." in page.text
    assert redress.person("wang.fang").get(f"/api/complaints/{case}")["respondents"][0]["person"] is None


def test_whoever_names_themselves_is_led_away_from_the_case(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = staff(redress, "li.na")
    sent = {"name": "Li Na", "person": "li.na"}
    page = li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/respondent", sent)
    assert (page.status, page.path) == (200, "/inbox")
    assert "From now on they see nothing of the case." in page.text
    assert li_na.get(f"/cases/{case}").status == 404


def test_whoever_may_not_name_has_no_form_and_complainants_see_nothing_of_it(redress: House) -> None:
    filed = redress.file(by="li.na", category="facilities.equipment", respondents=[{"name": "The coach"}])
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "x"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    may = {
        login: "name-respondent" in redress.person(login).get(f"/api/complaints/{case}")["may"]
        for login in ("li.na", "wang.fang", "chen.jing", "he.tao")
    }
    assert may == {"li.na": True, "wang.fang": True, "chen.jing": True, "he.tao": False}
    for login, allowed in may.items():
        page = staff(redress, login).get(f"/cases/{case}")
        assert (f"/cases/{case}/respondent" in [form.action for form in page.forms]) is allowed, login
    guest = visitor(redress)
    assert "The coach" not in guest.send(guest.get("/track"), "/track", {"code": filed["tracking_code"]}).text


def test_a_name_that_is_typed_as_it_was_chosen_is_one_name(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "The coach"}])["id"]
    li_na = staff(redress, "li.na")
    sent = {"named": "The coach", "name": " The coach ", "person": "wang.fang"}
    assert li_na.send(li_na.get(f"/cases/{case}"), f"/cases/{case}/respondent", sent).status == 200
    assert redress.person("li.na").get(f"/api/complaints/{case}")["respondents"] == [
        {"name": "The coach", "role": None, "person": "wang.fang"}
    ]


def test_whoever_is_known_already_is_not_offered_as_somebody_who_was_named_in_words_alone(redress: House) -> None:
    respondents = [{"name": "The coach", "person": "wang.fang"}, {"name": "The guard"}]
    case = redress.file(by="li.na", respondents=respondents)["id"]
    li_na = staff(redress, "li.na")
    action = f"/cases/{case}/respondent"
    page = li_na.get(f"/cases/{case}")
    options = [each for each in page.elements("select") if each.get("name") == "named"]
    assert [[text_of(each) for each in options[0].iter(f"{NS}option")]] == [["The guard", "Somebody not named yet"]]
    after = li_na.send(page, action, {"named": "The guard", "person": "he.tao"})
    assert "named" not in after.form(action).names
