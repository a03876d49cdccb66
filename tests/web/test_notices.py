"""What colleagues are told, on their pages: counted in the navigation, read and marked without scripts."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from access import teams
from complaints.notices.reading import MOST_COUNTED
from complaints.tables import notice
from engine.tables import case_team
from storage.counting import counted
from storage.errors import StoreBusy
from tests.support.application import House
from tests.support.keys import put
from tests.support.lateness import late
from tests.web.visitor import Page, staff, text_of, visitor


def navigation(page: Page) -> list[str]:
    return [text_of(node) for node in page.elements("nav")[0].iter() if node.tag.endswith("}a")]


def lines(page: Page) -> list[str]:
    return [text_of(node) for node in page.elements("li") if "told-line" in (node.get("class") or "")]


def test_the_number_of_unread_notices_stands_in_the_navigation_and_on_the_inbox(redress: House) -> None:
    chen = staff(redress, "chen.jing")
    assert "Notices" in navigation(chen.get("/inbox"))
    assert "new notice" not in chen.get("/inbox").text
    late(redress)
    whole = redress.person("chen.jing").get("/api/notices")["items"]
    count = sum(each["read_at"] is None for each in whole)
    chen = staff(redress, "chen.jing")
    page = chen.get("/inbox")
    assert f"Notices {count} unread" in navigation(page)
    assert page.link(f"{count} new notices") == "/notices?view=unread"
    assert (len(lines(chen.get("/notices?view=unread"))), len(lines(chen.get("/notices")))) == (count, len(whole))


def test_a_notice_leads_to_its_case_and_is_marked_as_read_by_a_plain_form(redress: House) -> None:
    filed = late(redress)
    chen = staff(redress, "chen.jing")
    items = redress.person("chen.jing").get("/api/notices")["items"]
    unread = [each for each in items if each["read_at"] is None]
    assert unread[0] == items[0]
    page = chen.get("/notices?view=unread")
    assert page.link(items[0]["subject"]) == f"/cases/{filed['id']}"
    assert " ".join(items[0]["text"].split()) in page.text
    after = chen.send(page, f"/notices/{items[0]['id']}/read")
    assert (after.status, after.response.url.query) == (200, b"view=unread&done=notice-read")
    assert "The notice is marked as read." in after.text
    assert len(lines(after)) == len(unread) - 1
    whole = lines(chen.get("/notices"))
    assert [" read " in each for each in whole] == [True, *(each not in unread for each in items[1:])]


def test_all_are_marked_as_read_up_to_what_the_page_showed(redress: House) -> None:
    late(redress)
    chen = staff(redress, "chen.jing")
    page = chen.get("/notices")
    before, shown = len(lines(page)), dict(page.form("/notices/read").entries)["until"]
    redress.later(days=1)
    chen = staff(redress, "chen.jing")
    after = chen.send(chen.get("/notices"), "/notices/read", {"until": shown})
    new = len(lines(chen.get("/notices?view=unread")))
    assert 0 < new < before
    assert f"Notices {new} unread" in navigation(after)
    rest = chen.send(chen.get("/notices"), "/notices/read")
    assert "Notices" in navigation(rest)
    assert [form.action for form in rest.forms if form.action.startswith("/notices")] == []
    assert "You have read everything." in chen.get("/notices?view=unread").text


def test_what_arrives_at_the_same_instant_after_the_page_was_shown_stays_unread(redress: House) -> None:
    filed = late(redress)
    chen = staff(redress, "chen.jing")
    page = chen.get("/notices")
    shown = redress.person("chen.jing").get("/api/notices")["items"]
    same = dict(page.form("/notices/read").entries)
    assert (same["until"], same["newest"]) == (shown[0]["at"], shown[0]["id"])
    told = {"person": "chen.jing", "case_id": filed["id"], "template": "t", "values": {}, "text": "", "language": "en"}
    with redress.application.database.write() as unit:
        at = unit.connection.execute(select(notice.c.at).where(notice.c.id == shown[0]["id"])).scalar_one()
        late_one = {**told, "id": "zzz", "key": "zzz", "subject": "Late", "at": at}
        put(redress.application.keys, unit.connection, notice, late_one)
        unit.commit()
    chen.send(page, "/notices/read")
    assert len(lines(chen.get("/notices?view=unread"))) == 1
    unread = redress.person("chen.jing").get("/api/notices?unread=true")["items"]
    assert [each["id"] for each in unread] == ["zzz"]
    body = {"until": shown[0]["at"], "newest": shown[0]["id"]}
    assert redress.person("chen.jing").post("/api/notices/read", body) == {"read": 0}
    assert redress.person("chen.jing").post("/api/notices/read", {**body, "newest": "zzz"}) == {"read": 1}


@pytest.mark.parametrize("until", ["yesterday", "", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_none_marks_nothing(redress: House, until: str) -> None:
    late(redress)
    chen = staff(redress, "chen.jing")
    token = dict(chen.get("/notices").form("/notices/read").entries)
    before = redress.person("chen.jing").get("/api/notices?unread=true")["items"]
    assert chen.post("/notices/read", {**token, "until": until}).status == 422
    assert redress.person("chen.jing").get("/api/notices?unread=true")["items"] == before != []


def test_the_notices_of_others_and_the_public_cannot_be_marked_or_seen(redress: House) -> None:
    late(redress)
    theirs = redress.person("liu.gang").get("/api/notices")["items"][0]["id"]
    chen = staff(redress, "chen.jing")
    form = chen.get("/notices").form("/notices/read")
    token = dict(form.entries)
    assert chen.post(f"/notices/{theirs}/read", token).status == 404
    assert chen.post("/notices/read", {**token, "until": "yesterday"}).status == 422
    assert chen.post("/notices/read", {"until": token["until"]}).status == 403
    guest = visitor(redress)
    assert guest.get("/notices").path == "/sign-in"
    assert "Notices" not in guest.get("/").text


@pytest.mark.parametrize("language", ["zh-CN", "ko", "en"])
def test_a_list_in_pages_leads_on(redress: House, language: str) -> None:
    filed = late(redress)
    more = [
        {"id": f"x{n:03}", "key": f"x{n}", "person": "chen.jing", "case_id": filed["id"], "template": "t", "values": {},
         "subject": f"S{n:03}", "text": "", "language": "en", "at": redress.application.now()}
        for n in range(MOST_COUNTED)
    ]  # fmt: skip
    with redress.application.database.write() as unit:
        put(redress.application.keys, unit.connection, notice, *more)
        unit.commit()
    chen = staff(redress, "chen.jing", language)
    first = chen.get("/notices?view=unread")
    assert any(f"{MOST_COUNTED - 1}+" in each for each in navigation(first))
    (on,) = [node.get("href") for node in first.elements("a") if "cursor=" in (node.get("href") or "")]
    second = chen.get(on)
    assert set(lines(first)) & set(lines(second)) == set()
    assert second.path == "/notices"
    action = next(form.action for form in second.forms if form.action.startswith("/notices/x"))
    back = chen.send(second, action)
    assert (back.status, back.response.url.params["cursor"]) == (200, on.partition("cursor=")[2])
    assert lines(back)[:-1] == lines(second)[1:]


def test_counting_takes_one_statement_a_page_and_none_for_the_public(redress: House) -> None:
    late(redress)
    chen, guest = staff(redress, "chen.jing"), visitor(redress)
    for page in ("/inbox", "/cases", "/notices"):
        with counted(redress.application.database) as count:
            chen.get(page)
        assert len([each for each in count.sql if "count(*)" in each and "notice" in each]) == 1, page
    with counted(redress.application.database) as count:
        assert guest.get("/").status == 200
    assert [each for each in count.sql if "notice" in each] == []


def test_a_page_is_shown_without_the_number_while_the_store_is_busy(
    redress: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    late(redress)
    chen = staff(redress, "chen.jing")

    def busy(*_args: object) -> int:
        raise StoreBusy

    monkeypatch.setattr("api.web.visit.unread", busy)
    page = chen.get("/inbox")
    assert page.status == 200
    assert "Notices" in navigation(page)


def test_only_the_first_page_marks_all_as_read(redress: House) -> None:
    filed = late(redress)
    told = {"person": "gao.yan", "case_id": filed["id"], "template": "t", "values": {}, "text": "T", "language": "ko"}
    with redress.application.database.write() as unit:
        # Legal affairs see the case as long as they are asked in it.
        unit.connection.execute(insert(case_team).values(case_id=filed["id"], team="legal"))
        more = [
            {**told, "id": f"n{number:03}", "key": f"n{number}", "subject": "소식", "at": redress.application.now()}
            for number in range(60)
        ]
        put(redress.application.keys, unit.connection, notice, *more)
        unit.commit()
    gao = staff(redress, "gao.yan")
    first = gao.get("/notices")
    second = gao.get(first.link("More"))
    assert (len(lines(first)), len(lines(second))) == (50, 10)
    actions = [[form.action for form in page.forms if form.action == "/notices/read"] for page in (first, second)]
    assert actions == [["/notices/read"], []]
    assert {node.get("lang") for node in first.elements("h2") if "task-name" in (node.get("class") or "")} == {"ko"}
    korean = staff(redress, "gao.yan", "ko").get("/notices")
    assert {node.get("lang") for node in korean.elements("h2") if "task-name" in (node.get("class") or "")} == {None}


def test_whoever_works_on_no_case_has_neither_inbox_nor_notices(redress: House) -> None:
    with redress.application.database.write() as unit:
        teams.give_role(unit.connection, "ops", "auditor")
        unit.commit()
    ops = staff(redress, "ops")
    assert [name for name in navigation(ops.get("/processes")) if name.startswith(("Inbox", "Notices", "Cases"))] == []
    assert {"Inbox", "Notices", "Cases"} <= set(navigation(staff(redress, "gao.yan").get("/processes")))
