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
    redress.person("li.na").post(path, {"name": "Min\u200ba\u2060 Park"})
    listed = redress.person("li.na").get(path)["items"]
    assert [each["name"] for each in listed] == ["Mina Park"]
    # Typed without them it is the same person.
    again = redress.person("li.na").post(path, {"name": "Mina Park"})
    assert again["ids"] == [each["id"] for each in listed], again
