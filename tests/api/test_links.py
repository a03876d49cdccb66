"""Cases that belong together show it to each other, in both directions, to whoever may see both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_duplicates import acknowledged, say
from tests.support.application import House

EXIT = {"exit_text": "与前一件相同，将一并处理。"}


def links(redress: House, case: str, *, login: str = "li.na", language: str = "en") -> list[tuple[str, str, str]]:
    """Return relation, its words and number of every linked case."""
    answer = redress.person(login).get(f"/api/complaints/{case}", headers={"Accept-Language": language})
    return [(link["relation"], link["relation_text"], link["number"]) for link in answer["links"]]


def said(redress: House, case: str) -> list[str]:
    """Return what the timeline says about links."""
    items = redress.person("li.na").get(f"/api/complaints/{case}/timeline")["items"]
    return [item["text"] for item in items if item["kind"] in ("linked", "unlinked")]


def linked(redress: House, kind: str) -> tuple[Any, Any]:
    """File two complaints, link the second to the first, and return both."""
    first, second = redress.file(), redress.file()
    redress.person("li.na").post(
        f"/api/complaints/{second['id']}/links", {"other_id": first["id"], "kind": kind}
    )  # fmt: skip
    return first, second


@pytest.mark.parametrize(
    ("kind", "there", "back"),
    [
        ("duplicate", ("duplicate_of", "Repeats"), ("duplicated_by", "Repeated by")),
        ("follow_up", ("continues", "Continues"), ("continued_by", "Continued by")),
        ("related", ("related", "Related to"), ("related", "Related to")),
    ],
)
def test_a_link_is_seen_from_both_of_its_cases(
    redress: House, kind: str, there: tuple[str, str], back: tuple[str, str]
) -> None:
    first, second = linked(redress, kind)
    assert links(redress, second["id"]) == [(*there, first["number"])]
    assert links(redress, first["id"]) == [(*back, second["number"])]
    assert said(redress, second["id"]) == [f"Linked: {there[1]} {first['number']}"]
    assert said(redress, first["id"]) == [f"Linked: {back[1]} {second['number']}"]


def test_a_link_says_what_the_other_case_is_and_how_far_it_has_come(redress: House) -> None:
    first, second = linked(redress, "follow_up")
    (link,) = redress.person("li.na").get(f"/api/complaints/{second['id']}")["links"]
    assert link == {
        "id": first["id"], "number": first["number"], "subject": "课程内容与宣传不符", "relation": "continues",
        "relation_text": "Continues", "status": "registered", "status_text": "Registered",
        "linked_at": "2026-03-03T03:00:00+00:00",
    }  # fmt: skip


def test_relations_are_said_in_the_readers_language(redress: House) -> None:
    first, second = linked(redress, "duplicate")
    assert links(redress, second["id"], language="zh-CN") == [("duplicate_of", "与此件重复", first["number"])]
    assert links(redress, first["id"], language="ko") == [("duplicated_by", "이 민원과 중복된 민원", second["number"])]


def test_a_link_to_a_case_that_one_may_not_see_is_not_there(redress: House) -> None:
    first, second = linked(redress, "duplicate")
    redress.person("wang.fang").post(
        f"/api/complaints/{first['id']}/respondents", {"person": "li.na", "name": "Li Na"}
    )  # fmt: skip
    assert links(redress, second["id"], login="wang.fang") == [("duplicate_of", "Repeats", first["number"])]
    assert links(redress, second["id"]) == []
    assert said(redress, second["id"]) == []
    whole = redress.person("li.na").call("GET", f"/api/complaints/{second['id']}/timeline?everything=true").text
    assert first["id"] not in whole
    assert first["number"] not in whole


def test_a_duplicate_found_in_verification_is_linked_to_what_it_repeats(redress: House) -> None:
    first, second = acknowledged(redress), acknowledged(redress)
    assert say(redress, second, first["number"]).status_code == 200
    assert links(redress, second["id"]) == [("duplicate_of", "Repeats", first["number"])]
    assert links(redress, first["id"]) == [("duplicated_by", "Repeated by", second["number"])]
    redress.later(minutes=2)
    redress.do("li.na", "explain_exit", second["id"], EXIT)
    assert links(redress, first["id"]) == [("duplicated_by", "Repeated by", second["number"])]


def test_a_duplicate_that_is_taken_back_is_linked_no_more_and_both_say_so(redress: House) -> None:
    first, second = acknowledged(redress), acknowledged(redress)
    task = redress.task("li.na", "verify", second["id"])["id"]
    assert say(redress, second, first["number"]).status_code == 200
    redress.person("li.na").post(f"/api/tasks/{task}/send-back")
    assert (links(redress, second["id"]), links(redress, first["id"])) == ([], [])
    assert said(redress, second["id"]) == [
        f"Linked: Repeats {first['number']}", f"No longer linked: Repeats {first['number']}",
    ]  # fmt: skip
    assert said(redress, first["id"])[1] == f"No longer linked: Repeated by {second['number']}"


def test_a_link_made_by_hand_stays_when_a_duplicate_is_taken_back(redress: House) -> None:
    first, second = acknowledged(redress), acknowledged(redress)
    redress.person("li.na").post(
        f"/api/complaints/{second['id']}/links", {"other_id": first["id"], "kind": "duplicate"}
    )  # fmt: skip
    task = redress.task("li.na", "verify", second["id"])["id"]
    assert say(redress, second, first["number"]).status_code == 200
    redress.person("li.na").post(f"/api/tasks/{task}/send-back")
    assert links(redress, second["id"]) == [("duplicate_of", "Repeats", first["number"])]


def test_the_other_case_is_named_by_its_number_in_whatever_spelling(redress: House) -> None:
    first, second = redress.file(), redress.file()
    li_na, there = redress.person("li.na"), f"/api/complaints/{second['id']}/links"
    number = first["number"]
    for name in (number, number.replace("-", "").lower(), f" {number.replace('-', ' ')} ", first["id"]):
        li_na.post(there, {"other_id": name, "kind": "related"})
    assert links(redress, second["id"]) == [("related", "Related to", number)]
    problem = li_na.refused(422, "POST", there, {"other_id": second["number"], "kind": "related"})
    assert [each["code"] for each in problem["fields"]] == ["itself"]


def test_a_number_that_one_may_not_see_is_answered_like_one_that_there_is_not(redress: House) -> None:
    hidden, mine = redress.file(), redress.file()
    redress.person("wang.fang").post(
        f"/api/complaints/{hidden['id']}/respondents", {"person": "li.na", "name": "Li Na"}
    )  # fmt: skip
    told = [
        redress.person("li.na").refused(
            422, "POST", f"/api/complaints/{mine['id']}/links", {"other_id": name, "kind": "related"}
        )
        for name in (hidden["number"], hidden["id"], "R0000-00000", "nowhere", "哪里")
    ]
    assert [each["code"] for each in told[0]["fields"]] == ["unknown-case"]
    assert all(each == told[0] for each in told)
    assert links(redress, mine["id"], login="wang.fang") == []
