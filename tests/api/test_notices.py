"""What colleagues are told: each their own, of cases they see, read once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from access import people
from complaints.tables import notice
from engine.tables import conflict_of_interest
from tests.support.application import Client, House, house
from tests.support.lateness import late


def told(client: Client, query: str = "") -> Any:
    return client.get(f"/api/notices{query}")["items"]


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
    assert (first["subject"], first["text"], first["language"]) == (
        f"{filed['number']}：逾期件每日提醒",
        "这件投诉仍在逾期清单上（期限 2026年3月4日周三 11:00 (中国时间)）。在解决之前，每天提醒一次。\n"
        "任务：首次实质答复",
        "zh-CN",
    )
    assert (korean["subject"], korean["text"], korean["language"]) == (
        f"{filed['number']}: 지연 건 일일 알림",
        "이 건은 아직 지연 목록에 있습니다(기한 2026년 3월 4일 (수) 11:00 (중국 시간)). 해결될 때까지 매일 알립니다.\n"
        "업무: 첫 실질 답변",
        "ko",
    )
    assert "{" not in "".join(each["subject"] + each["text"] for each in liu + huang)


def test_a_letter_says_its_times_in_the_zone_of_the_campus_and_where_the_complainant_sees_more() -> None:
    redress = house(public_url="https://c.example/")
    filed = redress.file(language="en", category="other")
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "We have it.", "contact_way": "phone"})
    redress.later(minutes=2)
    letters = redress.complainant(filed["tracking_code"]).get("/api/track")["messages"]
    number = filed["number"]
    assert [(each["subject"], each["text"]) for each in letters] == [
        (
            f"We have received it ({number})",
            f"Hello,\n\nWe have received what you told us. Its number is {number}. Thank you for letting us know.\n\n"
            "What happens next:\n1. By Tue 3 Mar 2026, 12:00 (China Time) a member of staff confirms to you that we"
            " look into it; the same person stays responsible to the end.\n"
            "2. By Wed 4 Mar 2026, 11:00 (China Time) you get a first substantive answer.\n"
            "3. By Thu 12 Mar 2026, 18:00 (China Time) we tell you the result.\n\n"
            "If anything changes or you want to add something, you can reply at any time. Please keep the number and"
            " the tracking code.\n\nTo see where it stands: https://c.example/track",
        ),
        (
            f"We are looking into it ({number})",
            f"We have it.\n\nResponsible for it: 李娜\nNumber: {number}\n"
            "You hear from us again by Wed 4 Mar 2026, 11:00 (China Time)\n\n"
            "To see where it stands: https://c.example/track",
        ),
    ]


def test_what_was_told_stays_as_it_was_told_when_somebody_has_another_name(redress: House) -> None:
    case = redress.file("li.na", channel="phone")["id"]
    wang, li = redress.person("wang.fang"), redress.person("li.na")

    def offered() -> list[str]:
        li.post(f"/api/complaints/{case}/hand-over", {"to": "wang.fang", "reason": "Holidays."})
        redress.deliver()
        return [each["text"] for each in told(wang) if each["template"] == "hand_over_offered"]

    before = offered()
    assert [("李娜" in text, "李丽娜" in text) for text in before] == [(True, False)]
    with redress.application.database.write() as unit:
        people.change(unit.connection, "li.na", name="李丽娜")
        unit.commit()
    wang.post(f"/api/complaints/{case}/hand-over/decline", {"why": "Full."})
    again = offered()
    assert again == [before[0].replace("李娜", "李丽娜"), before[0]]


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
    lines, theirs = told(chen), told(liu)
    middle = lines[1]["at"]
    up_to = [each["id"] for each in lines if each["at"] <= middle]
    new = [each["id"] for each in lines if each["id"] in up_to and each["read_at"] is None]
    assert chen.post("/api/notices/read", {"until": middle}) == {"read": len(new)}
    assert [each["id"] for each in told(chen, "?unread=true")] == [
        each["id"] for each in lines if each["id"] not in up_to
    ]
    assert chen.post("/api/notices/read", {"until": middle}) == {"read": 0}
    assert told(liu) == theirs


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
