"""Whoever has the database and not the key reads nothing of what people have told, on either store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from complaints.outward.mail_rows import MAIL
from storage.engines import sqlite_file
from storage.schema import metadata
from tests.support.application import House, house_at
from tests.support.stores import store_url

MARKS = ("喜鹊衔枝", "까마귀둥지", "Quetzalfeather")
"""In three writings, each in every place where people write."""


@pytest.fixture(params=["sqlite-file", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An empty installation of its own on each store."""
    found = house_at(store_url(request.param, request, tmp_path))
    yield found
    found.application.database.close()


def said(place: str) -> str:
    return " ".join((*MARKS, place))


def told_everywhere(redress: House) -> Any:
    """File and work on a complaint, with the marks in all that is written; return what the filer was told."""
    filed = redress.file(
        "li.na", subject=said("subject"), text=said("text"), desired_outcome=said("outcome"), location=said("place"),
        on_behalf_of=said("child"), preferred_contact=said("evenings"), channel="phone",
        complainant={"name": said("name"), "phone": "Quetzalfeather 1", "learner_id": "Quetzalfeather-2",
                     "email": "Quetzalfeather@example.org", "relation": "parent"},
        respondents=[{"name": said("teacher"), "role": said("role")}],
    )  # fmt: skip
    case, li_na, mine = filed["id"], redress.person("li.na"), redress.complainant(filed["tracking_code"])
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": said("acknowledged")})
    li_na.post(f"/api/complaints/{case}/notes", {"text": said("note")})
    li_na.post(f"/api/complaints/{case}/messages", {"text": said("letter"), "subject": said("letter's subject")})
    mine.post("/api/track/messages", {"text": said("answer")})
    people = [{"name": said("affected"), "contact": said("contact"), "learner_id": "Quetzalfeather-3"}]
    li_na.post(f"/api/complaints/{case}/affected", {"people": people})
    li_na.post(f"/api/complaints/{case}/hand-over", {"to": "wang.fang", "reason": said("hand-over")})
    redress.person("wang.fang").post(f"/api/complaints/{case}/hand-over/decline", {"reason": said("declined")})
    task = redress.task("li.na", "verify", case)
    li_na.call("PUT", f"/api/tasks/{task['id']}/draft", {"data": {"verification_summary": said("draft")}})
    li_na.post(f"/api/complaints/{case}/pause", {"clock": "resolve", "reason": said("paused")})
    redress.later(minutes=5)
    li_na.post(f"/api/complaints/{case}/resume", {"clock": "resolve"})
    days = {"clock": "resolve", "amount": 1, "reason": said("extended")}
    li_na.post(f"/api/complaints/{case}/extend", days)
    redress.do("li.na", "verify", case, {
        "outcome": "complete", "verification_summary": said("verified"), "ask_legal": True,
    })  # fmt: skip
    redress.later(hours=30)
    return filed


def everything(redress: House) -> bytes:
    """Return all that is stored, as a thief finds it: the bytes of the files, or every row in words."""
    database = redress.application.database
    file = sqlite_file(str(database.url.render_as_string(hide_password=False)))
    if file is not None:
        return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    with database.read() as connection:
        rows = [
            str(row[0])
            for table in metadata.sorted_tables
            for row in connection.execute(text(f'SELECT CAST(t AS text) FROM "{table.name}" AS t'))
        ]
    plain = "\n".join(rows)
    # Bytes are told in hexadecimal digits: read as text too.
    return plain.encode() + b"".join(_bytes_in(row) for row in rows)


def _bytes_in(row: str) -> bytes:
    found = b""
    for part in row.split("\\\\x")[1:]:
        digits = part[: next((i for i, c in enumerate(part) if c not in "0123456789abcdef"), len(part))]
        found += bytes.fromhex(digits[: len(digits) // 2 * 2])
    return found


def test_nothing_that_people_have_told_can_be_read_from_the_database(stored: House) -> None:
    filed = told_everywhere(stored)
    found = everything(stored)
    assert filed["number"].encode() in found, "the scan reads what is in the open"
    assert b"sealed_key" in found or b"case" in found
    for mark in MARKS:
        for written in (mark.encode(), mark.encode("utf-16-le"), mark.encode("unicode_escape")):
            at = found.find(written)
            assert at < 0, found[max(0, at - 300) : at + 200]


def test_with_the_key_all_of_it_is_read(stored: House) -> None:
    """So that the scan does not pass because nothing was written."""
    filed = told_everywhere(stored)
    li_na = stored.person("li.na")
    case = li_na.get(f"/api/complaints/{filed['id']}")
    lines = li_na.get(f"/api/complaints/{filed['id']}/timeline?limit=200")["items"]
    told = "\n".join([str(case), *(str(line) for line in lines)])
    places = (
        "subject", "text", "outcome", "place", "child", "name", "teacher", "acknowledged", "note", "letter", "answer",
        "hand-over", "declined",
    )  # fmt: skip
    assert [place for place in places if said(place) not in told] == []
    assert [each["number"] for each in li_na.get("/api/complaints?q=까마귀둥지")["items"]] == [filed["number"]]
    assert MAIL not in {line["kind"] for line in lines}
