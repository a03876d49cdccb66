"""The wall, walked: every role and every standing to a case, at every route that tells or changes something of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from access.policy import may_see_case
from access.principals import principal
from app.roster import ROSTER
from engine.tables import conflict_of_interest, instance, work_item
from queries.complaints_list import complaints
from queries.inbox import inbox
from queries.reader import Library, Reader
from queries.visibility import visible
from tests.support.application import House

READS = ("", "/affected", "/timeline", "/diagram", "/diagram?format=text")
CHANGES: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("PATCH", "/facts", {"people": 2}),
    ("POST", "/affected", {"name": "Somebody"}),
    ("DELETE", "/affected/x", None),
    ("POST", "/messages", {"text": "Hello"}),
    ("POST", "/notes", {"text": "Hello"}),
    ("POST", "/withdraw", {"said_by": "x", "how": "by phone"}),
    ("POST", "/hand-over", {"to": "li.na", "reason": "x"}),
    ("POST", "/hand-over/accept", None),
    ("POST", "/hand-over/decline", {"reason": "x"}),
    ("POST", "/pause", {"reason": "x"}),
    ("POST", "/resume", None),
    ("POST", "/extend", {"reason": "x", "amount": 1}),
    ("POST", "/retype", {"type": "inquiry", "process": "x", "reason": "x"}),
    ("POST", "/links", {"other_id": "x", "kind": "related"}),
    ("POST", "/follow-up", {"text": "x"}),
    ("POST", "/actions/x/done", None),
    ("POST", "/actions/x/reopen", {"reason": "x"}),
    ("POST", "/promises/x/keep", None),
    ("POST", "/remedies/x/done", {"note": "x"}),
)
SEE_ALL = {"li.na", "wang.fang", "kim.minji", "chen.jing", "liu.gang", "huang.lan", "wu.min"}
"""Of the roster: service, leadership, and the supervisors."""
STRANGERS = [person.login for person in ROSTER if person.login not in SEE_ALL]


@pytest.mark.parametrize("login", STRANGERS)
def test_whoever_is_not_asked_finds_nothing_anywhere(redress: House, login: str) -> None:
    case = redress.file(by="li.na")["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    stranger, path = redress.person(login), f"/api/complaints/{case}"
    for tail in READS:
        assert stranger.refused(404, "GET", path + tail)["code"] == "not-found"
    for method, tail, body in CHANGES:
        headers = {"If-Match": '"f1"'}
        assert stranger.refused(404, method, path + tail, body, headers=headers)["code"] == "not-found", tail
    stranger.refused(404, "GET", f"/api/tasks/{task}")
    stranger.refused(404, "PUT", f"/api/tasks/{task}/draft", {"data": {}})
    for verb, verb_body in (("claim", None), ("release", None), ("assign", {"to": "li.na", "reason": "x"}),
                            ("complete", {"data": {}}), ("send-back", None)):  # fmt: skip
        stranger.refused(404, "POST", f"/api/tasks/{task}/{verb}", verb_body)
    stranger.refused(404, "POST", "/api/tasks/next")
    empty: dict[str, Any] = {"items": [], "next": None}
    for listed in ("/api/complaints", "/api/tasks", "/api/tasks?team=service", "/api/tasks?overdue=true",
                   "/api/approvals", "/api/complaints?q=课程"):  # fmt: skip
        assert stranger.get(listed) == empty, listed


@pytest.mark.parametrize("login", sorted(SEE_ALL))
def test_front_teams_and_supervisors_see_every_ordinary_case(redress: House, login: str) -> None:
    case = redress.file()["id"]
    for tail in READS:
        assert redress.person(login).call("GET", f"/api/complaints/{case}{tail}").status_code == 200
    assert [each["id"] for each in redress.person(login).get("/api/complaints")["items"]] == [case]


def test_the_person_complained_about_never_sees_the_case_whatever_else_they_are(redress: House) -> None:
    case = redress.file(by="li.na", respondents=[{"name": "陈静", "person": "chen.jing"}])["id"]
    chen = redress.person("chen.jing")
    for tail in READS:
        chen.refused(404, "GET", f"/api/complaints/{case}{tail}")
    assert chen.get("/api/complaints") == {"items": [], "next": None}
    redress.later(hours=2)
    assert chen.get("/api/tasks?overdue=true") == {"items": [], "next": None}
    assert redress.person("huang.lan").get("/api/tasks?overdue=true")["items"] != []


def test_whoever_is_asked_sees_the_case_without_contact_details_and_notes_of_others(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    li_na = redress.person("li.na")
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    li_na.post(f"/api/complaints/{case}/notes", {"text": "a note of service"})
    redress.do(
        "li.na", "verify", case, {"outcome": "complete", "verification_summary": "秘密的核实", "ask_legal": True}
    )
    gao = redress.person("gao.yan")
    seen = gao.get(f"/api/complaints/{case}")
    assert seen["whole"] is False
    assert seen["complainant"]["name"] == "王晓"
    assert (seen["complainant"]["phone"], seen["complainant"]["email"]) == (None, None)
    assert li_na.get(f"/api/complaints/{case}")["complainant"]["phone"] == "13800000001"
    assert "a note of service" not in gao.call("GET", f"/api/complaints/{case}/timeline").text
    assert "a note of service" in li_na.call("GET", f"/api/complaints/{case}/timeline").text
    task = redress.task("gao.yan", "legal_opinion", case)
    alone = gao.call("GET", f"/api/tasks/{task['id']}").text
    assert "秘密的核实" not in alone
    gao.post(f"/api/complaints/{case}/notes", {"text": "a note of legal"})
    assert "a note of legal" in gao.call("GET", f"/api/complaints/{case}/timeline").text
    assert [item["id"] for item in gao.get("/api/complaints")["items"]] == [case]


def test_who_hears_the_person_complained_about_knows_whom_and_nobody_else_who_is_asked(redress: House) -> None:
    filed = redress.file(by="li.na", respondents=[{"name": "张老师", "role": "teacher"}])
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_legal": True})
    named = [{"name": "张老师", "role": "teacher", "person": None}]
    for login, expected in (("zhou.qiang", named), ("gao.yan", [])):
        assert redress.person(login).get(f"/api/complaints/{case}")["respondents"] == expected


def test_whoever_is_asked_reads_no_letters_no_names_and_only_the_facts_of_their_own_forms(redress: House) -> None:
    filed = redress.file(
        by="li.na", respondents=[{"name": "张老师", "role": "teacher"}], refund={"amount": "123.45", "currency": "CNY"}
    )
    case, li_na, gao = filed["id"], redress.person("li.na"), redress.person("gao.yan")
    path = f"/api/complaints/{case}"
    redress.complainant(filed["tracking_code"]).post("/api/track/messages", {"text": "打我电话 13911112222"})
    li_na.post(f"{path}/affected", {"name": "赵同学", "learner_id": "L-7788"})
    li_na.call("PATCH", f"{path}/facts", {"people": 7}, headers={"If-Match": li_na.call("GET", path).headers["etag"]})
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_legal": True})
    redress.later(minutes=5)
    seen, whole = gao.get(path), li_na.get(path)
    hidden = ("respondents", "refunds", "remedies")
    assert [seen[name] for name in hidden] == [[], [], []]
    assert whole["respondents"] == [{"name": "张老师", "role": "teacher", "person": None}]
    task = redress.task("gao.yan", "legal_opinion", case)
    shown = {fact["name"] for fact in gao.get(f"/api/tasks/{task['id']}")["facts"]}
    known = shown | {"status", "category", "priority", "impact"}
    assert seen["facts"] == {name: value for name, value in whole["facts"].items() if name in known}
    assert seen["facts"]["people"] == 7
    assert "respondent_named" in whole["facts"].keys() - seen["facts"].keys()
    assert (seen["status"], seen["priority"], seen["clocks"]) == (whole["status"], whole["priority"], whole["clocks"])
    assert gao.get(f"{path}/affected") == {"items": [], "next": None}
    assert [each["name"] for each in li_na.get(f"{path}/affected")["items"]] == ["赵同学"]
    lines = gao.get(f"{path}/timeline?everything=true")["items"]
    assert {line["source"] for line in lines} <= {"event", "notice"}
    assert not {"facts", "decision"} & {line["kind"] for line in lines}
    assert "complainant" not in {line["detail"].get("recipient") for line in lines}
    secrets = ("13911112222", "赵同学", "L-7788", "张老师", "您好。")
    for tail in READS:
        told = gao.call("GET", path + tail).text
        assert [secret for secret in secrets if secret in told] == [], tail
    letters = li_na.call("GET", f"{path}/timeline").text
    assert "13911112222" in letters


def test_a_task_of_others_shows_no_facts_to_whoever_is_asked_for_something_else(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_legal": True})
    tasks = redress.person("li.na").get(f"/api/complaints/{case}")["tasks"]
    (other,) = [task["id"] for task in tasks if task["element"] == "respond"]
    assert redress.person("gao.yan").get(f"/api/tasks/{other}")["facts"] == []
    assert redress.person("li.na").get(f"/api/tasks/{other}")["facts"] != []


def test_a_note_never_reaches_the_complainant(redress: House) -> None:
    filed = redress.file(by="li.na")
    case, li_na = filed["id"], redress.person("li.na")
    li_na.post(f"/api/complaints/{case}/notes", {"text": "between ourselves"})
    li_na.post(f"/api/complaints/{case}/messages", {"text": "We are looking into it."})
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。", "internal_note": "between ourselves"})
    redress.later(minutes=5)
    told = redress.complainant(filed["tracking_code"]).call("GET", "/api/track").text
    assert "We are looking into it." in told
    assert "between ourselves" not in told
    assert "wang.fang" not in told


def test_the_list_and_the_command_agree_for_everybody_and_every_standing(redress: House) -> None:
    """The wall is written twice, as a condition for lists and as a rule for commands: they have to be one."""
    people = [person.login for person in ROSTER]
    cases = [redress.file(by="li.na")["id"] for _ in range(6)]
    redress.do("li.na", "acknowledge", cases[1], {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", cases[1], {"outcome": "complete", "verification_summary": "x", "ask_legal": True})
    application = redress.application
    with application.database.write() as unit:
        rows = [{"case_id": cases[number % 6], "person": login} for number, login in enumerate(people)]
        unit.connection.execute(insert(conflict_of_interest), rows)
        unit.commit()
    compared = 0
    with application.database.read() as connection:
        for login in people:
            who = principal(connection, login, now=application.now(), rules=application.posts.rules)
            assert who is not None
            listed = set(connection.execute(select(instance.c.case_id).where(visible(who))).scalars())
            reader = Reader(connection, _library(redress), application.now(), "en", who)
            assert {item.id for item in complaints(reader).items} == listed
            assert {item.complaint_id for item in inbox(reader, overdue=True).items} <= listed
            for case in cases:
                assert may_see_case(who, **_facts(connection, case)) is (case in listed), (login, case)
                compared += 1
    assert compared == len(people) * 6


def _library(redress: House) -> Library:
    library: Library = redress.app.state.shared.library
    return library


def _facts(connection: Any, case: str) -> dict[str, Any]:
    asked = connection.execute(
        select(work_item.c.team, work_item.c.post, work_item.c.assignee).where(work_item.c.case_id == case)
    ).all()
    barred = connection.execute(
        select(conflict_of_interest.c.person).where(conflict_of_interest.c.case_id == case)
    ).scalars()
    owner = connection.execute(select(instance.c.case_owner).where(instance.c.case_id == case)).scalar_one()
    return {
        "case_owner": owner,
        "asked_teams": [row.team for row in asked if row.team],
        "asked_posts": [row.post for row in asked if row.post],
        "asked_people": [row.assignee for row in asked if row.assignee],
        "respondents": list(barred),
    }


def test_of_letters_that_wait_to_go_out_only_those_hear_who_see_the_whole_case(redress: House) -> None:
    case = redress.file(by="li.na")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_legal": True})

    def waiting(login: str) -> list[str]:
        lines = redress.person(login).get(f"/api/complaints/{case}/timeline?only=notice")["items"]
        return [line["kind"] for line in lines if line["detail"]["recipient"] == "complainant"]

    assert "acknowledged" in waiting("li.na")
    assert waiting("gao.yan") == []
    redress.deliver()
    assert "receipt" not in waiting("li.na"), "what went out stands among the letters"


def test_a_letter_that_waits_is_told_of_in_words(redress: House) -> None:
    """Behind one that can still be called back; what people write themselves has no template with a title."""
    case = redress.file(by="li.na")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.person("li.na").post(f"/api/complaints/{case}/messages", {"text": "One thing more."})
    li_na, path = redress.person("li.na"), f"/api/complaints/{case}/timeline?only=notice"
    for language, words in (("en", "A message to the complainant, waiting"), ("zh-CN", "给投诉人的消息（待发出）")):
        lines = li_na.get(path, headers={"Accept-Language": language})["items"]
        assert words in [line["text"] for line in lines]
        assert "message" not in [line["text"] for line in lines]
