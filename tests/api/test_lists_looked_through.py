"""Lists that have to look into each case: a page looks at so many and no more, and says where it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from engine.tables import case_team, instance, work_item
from queries import visibility
from storage import paging
from tests.support.application import Client, House, house_at
from tests.support.stores import store_url


@pytest.fixture(params=["sqlite-file", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """An empty installation of its own on each store."""
    found = house_at(store_url(request.param, request, tmp_path))
    yield found
    found.application.database.close()


def pages(client: Client, path: str) -> list[list[str]]:
    """Return the subjects of page after page, up to the last."""
    found: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page: Any = client.get(f"{path}&cursor={cursor}" if cursor else path)
        found.append([item["subject"] for item in page["items"]])
        cursor = page["next"]
        assert len(found) < 50, "the list never ends"
    return found


def filed(house: House, *subjects: str) -> list[str]:
    cases = []
    for subject in subjects:
        cases.append(house.file(subject=subject)["id"])
        house.later(minutes=1)
    return cases


def to_legal(house: House, case: str) -> None:
    house.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    house.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_legal": True})


def test_a_search_looks_at_so_many_cases_a_page(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(stored, "a needle", "hay", "hay", "hay", "a needle", "hay", "hay")
    li_na = stored.person("li.na")
    monkeypatch.setattr(paging, "LOOKED_AT", 2)
    assert pages(li_na, "/api/complaints?q=needle") == [[], ["a needle"], [], ["a needle"]]
    assert pages(li_na, "/api/complaints?q=needle&limit=1") == [[], ["a needle"], [], ["a needle"]]
    assert pages(li_na, "/api/complaints?q=hay&limit=1") == [["hay"], ["hay"], ["hay"], ["hay"], ["hay"], []]


def test_a_list_along_an_index_is_looked_at_to_its_end(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filed(stored, *"abcde")
    monkeypatch.setattr(paging, "LOOKED_AT", 2)
    li_na = stored.person("li.na")
    for query in ("", "status=registered"):
        assert pages(li_na, f"/api/complaints?limit=50&{query}") == [["e", "d", "c", "b", "a"]]
    assert pages(li_na, "/api/complaints?status=registered&overdue=true") == [[], [], []]
    stored.later(hours=2)
    assert pages(li_na, "/api/complaints?status=registered&overdue=true") == [["e", "d"], ["c", "b"], ["a"]]


def test_who_sees_few_cases_finds_them_at_once(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = filed(stored, "a", "b", "c", "d", "e")
    to_legal(stored, first)
    gao, nobody = stored.person("gao.yan"), stored.person("feng.yuan")
    monkeypatch.setattr(paging, "LOOKED_AT", 2)
    assert pages(gao, "/api/complaints?limit=50") == [["a"]]
    assert pages(gao, "/api/complaints?q=a") == [["a"]]
    assert pages(gao, "/api/complaints?q=b") == [[]]
    assert pages(nobody, "/api/complaints?limit=50") == [[]]
    # Of many they are looked for among all, the newest first.
    monkeypatch.setattr(visibility, "FEW", 0)
    assert pages(gao, "/api/complaints?limit=50") == [[], [], ["a"]]


def test_what_has_ended_is_not_looked_at_for_what_is_late(stored: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = filed(stored, *"abcde")
    for case in cases[1:]:
        told = {"reason": "-", "said_by": "x", "how": "by phone"}
        stored.person("li.na").post(f"/api/complaints/{case}/withdraw", told)
    stored.later(days=30)
    monkeypatch.setattr(paging, "LOOKED_AT", 2)
    assert pages(stored.person("li.na"), "/api/complaints?overdue=true") == [["a"]]


def test_whoever_was_ever_asked_sees_the_case(stored: House) -> None:
    """By a step of their team or post, an action of their team, by name, as its owner: in the list too."""
    cases = filed(stored, *"abcdef")
    team, action, post, name, owner, _ = cases
    item, of_case = work_item.c.case_id, instance.c.case_id
    with stored.application.database.write() as unit:
        for change in (
            update(work_item).where(item == team).values(team="legal"),
            insert(case_team).values(case_id=action, team="legal"),
            update(work_item).where(item == post).values(post="outside_post"),
            update(work_item).where(item == name).values(assignee="feng.yuan"),
            update(instance).where(of_case == owner).values(case_owner="feng.yuan"),
        ):
            unit.connection.execute(change)
        unit.commit()
    for login, wanted in (("gao.yan", {team, action}), ("feng.yuan", {post, name, owner}), ("li.na", set(cases))):
        person = stored.person(login)
        assert {item["id"] for item in person.get("/api/complaints")["items"]} == wanted, login
        assert {case for case in cases if person.call("GET", f"/api/complaints/{case}").status_code == 200} == wanted


def test_what_is_listed_is_what_may_be_opened(stored: House) -> None:
    cases = filed(stored, "a", "b")
    to_legal(stored, cases[0])
    for login in ("gao.yan", "li.na", "chen.jing", "lin.feng", "huang.lan", "feng.yuan"):
        person = stored.person(login)
        listed = {item["id"] for item in person.get("/api/complaints")["items"]}
        assert listed == {each for each in cases if person.call("GET", f"/api/complaints/{each}").status_code == 200}
