"""What colleagues are told: each their own, of cases they see, read once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from access import people
from complaints.tables import notice
from engine.tables import conflict_of_interest
from tests.support.application import Client, House


def told(client: Client, query: str = "") -> Any:
    return client.get(f"/api/notices{query}")["items"]


def late(redress: House) -> Any:
    """Return a case that nobody has acknowledged, of which the leaders are told again and again."""
    filed = redress.file(category="other")
    for _ in range(3):
        redress.later(days=1)
    return filed


def test_what_a_team_is_told_stands_with_each_member_in_their_own_language_the_newest_first(redress: House) -> None:
    with redress.application.database.write() as unit:
        people.change(unit.connection, "huang.lan", language="ko")
        unit.commit()
    filed = late(redress)
    liu, huang = told(redress.person("liu.gang")), told(redress.person("huang.lan"))
    assert [each["at"] for each in liu] == sorted((each["at"] for each in liu), reverse=True)
    assert [each["template"] for each in liu] == [each["template"] for each in huang]
    first, korean = liu[0], huang[0]
    assert (first["complaint_id"], first["number"], first["template"], first["read_at"]) == (
        filed["id"], filed["number"], "still_late", None,
    )  # fmt: skip
    assert (first["subject"], first["language"]) == (f"{filed['number']}：逾期件每日提醒", "zh-CN")
    assert first["text"].startswith("这件投诉仍在逾期清单上（期限 2026年3月")
    assert (korean["subject"], korean["language"]) == (f"{filed['number']}: 지연 건 일일 알림", "ko")
    assert "{" not in "".join(each["subject"] + each["text"] for each in liu + huang)


def test_what_was_told_stays_as_it_was_told(redress: House) -> None:
    filed = late(redress)
    before = told(redress.person("chen.jing"))
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "您好。"})
    after = told(redress.person("chen.jing"))
    assert after[-len(before) :] == before


def test_a_list_in_pages_shows_each_notice_once(redress: House) -> None:
    late(redress)
    chen = redress.person("chen.jing")
    whole, found, cursor = told(chen), [], ""
    while cursor is not None:
        page = chen.get(f"/api/notices?limit=2&cursor={cursor}")
        found += page["items"]
        cursor = page["next"]
    assert len(whole) > 2
    assert found == whole
    first = chen.get("/api/notices?limit=1")["next"]
    assert chen.refused(422, "GET", f"/api/notices?unread=true&cursor={first}")["fields"][0]["field"] == "/cursor"


def test_one_notice_is_marked_as_read_once_and_for_its_reader_alone(redress: House) -> None:
    late(redress)
    chen, liu = redress.person("chen.jing"), redress.person("liu.gang")
    one, theirs = told(chen)[0], told(liu)
    marked = chen.post(f"/api/notices/{one['id']}/read")
    now = redress.application.now().isoformat()
    assert marked == {**one, "read_at": now}
    redress.later(minutes=5)
    assert chen.post(f"/api/notices/{one['id']}/read") == marked
    assert one["id"] not in [each["id"] for each in told(chen, "?unread=true")]
    assert one["id"] in [each["id"] for each in told(chen)]
    assert [each for each in told(liu) if each["id"] in {n["id"] for n in theirs}] == theirs


def test_the_notices_of_somebody_else_are_not_there(redress: House) -> None:
    late(redress)
    theirs = told(redress.person("liu.gang"))[0]["id"]
    problem = redress.person("chen.jing").refused(404, "POST", f"/api/notices/{theirs}/read")
    assert problem["code"] == "not-found"
    redress.person("chen.jing").refused(404, "POST", "/api/notices/unknown/read")
    with redress.application.database.read() as connection:
        assert connection.execute(select(notice.c.read_at).where(notice.c.id == theirs)).scalar_one() is None


def test_everything_up_to_an_instant_is_marked_as_read_and_what_came_later_is_not(redress: House) -> None:
    late(redress)
    chen, liu = redress.person("chen.jing"), redress.person("liu.gang")
    lines = told(chen)
    middle = lines[1]["at"]
    up_to = [each["id"] for each in lines if each["at"] <= middle]
    assert chen.post("/api/notices/read", {"until": middle}) == {"read": len(up_to)}
    assert [each["id"] for each in told(chen, "?unread=true")] == [
        each["id"] for each in lines if each["id"] not in up_to
    ]
    assert chen.post("/api/notices/read", {"until": middle}) == {"read": 0}
    assert all(each["read_at"] is None for each in told(liu))


@pytest.mark.parametrize("until", [None, "today", "2026-03-04T08:00:00", 5])
def test_an_instant_that_is_none_is_refused(redress: House, until: Any) -> None:
    problem = redress.person("chen.jing").refused(422, "POST", "/api/notices/read", {"until": until})
    assert [each["field"] for each in problem["fields"]] == ["/until"]


def test_whoever_the_case_turns_out_to_be_about_loses_sight_of_what_they_were_told(redress: House) -> None:
    filed = late(redress)
    liu = redress.person("liu.gang")
    one = told(liu)[0]["id"]
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "您好。"})
    body = {"person": "liu.gang", "name": "Liu Gang"}
    redress.person("li.na").post(f"/api/complaints/{filed['id']}/respondents", body)
    assert told(liu) == []
    liu.refused(404, "POST", f"/api/notices/{one}/read")
    assert liu.post("/api/notices/read", {"until": "2027-01-01T00:00:00Z"}) == {"read": 0}


def test_whoever_was_told_of_a_case_that_is_no_longer_theirs_to_see_is_shown_nothing_of_it(redress: House) -> None:
    first, second = late(redress), redress.file(category="other")
    redress.later(days=3)
    with redress.application.database.write() as unit:
        unit.connection.execute(insert(conflict_of_interest).values(case_id=first["id"], person="chen.jing"))
        unit.commit()
    assert {each["complaint_id"] for each in told(redress.person("chen.jing"))} == {second["id"]}


def test_the_public_is_told_nothing(redress: House) -> None:
    filed = late(redress)
    for client in (redress.public, redress.complainant(filed["tracking_code"])):
        client.refused(401, "GET", "/api/notices")
        client.refused(401, "POST", "/api/notices/read", {"until": "2026-03-04T08:00:00Z"})
        client.refused(401, "POST", "/api/notices/x/read")


def test_everybody_who_is_told_of_a_case_may_see_it(redress: House) -> None:
    """A notice that its reader could not open would be told to nobody."""
    redress.file(by="chen.jing", people=12)
    for _ in range(10):
        redress.later(days=3)
    with redress.application.database.read() as connection:
        rows = connection.execute(select(notice.c.person, notice.c.id)).all()
    assert len(rows) > 10
    for person in {row.person for row in rows}:
        seen, cursor = [], ""
        while cursor is not None:
            page = redress.person(person).get(f"/api/notices?limit=200&cursor={cursor}")
            seen += [each["id"] for each in page["items"]]
            cursor = page["next"]
        assert sorted(seen) == sorted(row.id for row in rows if row.person == person), person
