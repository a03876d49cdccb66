"""A complaint of invisible characters is none, and an invisible character makes no second person."""

from __future__ import annotations

from tests.support.application import COMPLAINT, House


def test_a_complaint_that_shows_nothing_is_refused_with_its_fields(redress: House) -> None:
    answer = redress.http.post("/api/complaints", json={**COMPLAINT, "subject": "\u200b", "text": "\u3164\u200b"})
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["fields"]] == [
        ("/subject", "required"), ("/text", "required"),
    ]  # fmt: skip


def test_a_name_is_stored_as_it_is_read(redress: House) -> None:
    filed = redress.file(by="li.na")
    path = f"/api/complaints/{filed['id']}/affected"
    added = redress.person("li.na").post(path, {"name": "Min\u200ba\u2060 Park"})
    assert "Mina Park" in str(redress.person("li.na").get(path)), added
    assert "\u200b" not in str(redress.person("li.na").get(path))


def test_the_page_takes_no_complaint_that_shows_nothing(redress: House) -> None:
    page = redress.http.get("/complain", headers={"Accept-Language": "en"}).text
    once = page.split('name="_once" value="')[1].split('"')[0]
    sent = {"_once": once, "subject": "\u200b", "text": "\u3164\u200b", "identity_mode": "identified", "name": "Ann"}
    answer = redress.http.post("/complain", data=sent, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
