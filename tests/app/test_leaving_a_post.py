"""Whoever held a post and has left is acted for: what was theirs goes to who stands in, or up; the post is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from access import posts
from app.doctor import findings
from app.leaving import HeldPost, leave, told
from engine.case_work import SYSTEM
from engine.commands.claim import ReleaseTask
from engine.commands.house_work import HouseWork
from engine.errors import Forbidden
from engine.pipeline import Desk
from engine.tables import work_item
from storage.outbox import outbox
from tests.support.application import House
from tests.support.keys import opened
from tests.support.plans import PLAN

HEAD = "head_of_customer_service"
SUPERVISION = "head_of_supervision"
UNTIL = "until somebody is appointed, who stands in acts, else the post above: `redress user appoint"


def in_house(redress: House, act: Any) -> Any:
    """Do something as the command line does."""
    return redress.application.pipeline.run(HouseWork(act), SYSTEM)


def late_first_response(redress: House) -> set[str]:
    """Let nobody answer a complaint in time; return whom the head's notice of it went to."""
    filed = redress.file("li.na", channel="phone")
    redress.later(days=2)
    with redress.application.database.read() as connection:
        rows = opened(
            redress.application.keys, connection,
            connection.execute(outbox.select().where(outbox.c.case_id == filed["id"])),
        )  # fmt: skip
    return {row.recipient for row in rows if row.payload["to"] == f"post:{HEAD}"}


def test_what_is_meant_for_a_post_whose_holder_has_left_goes_to_the_post_above(redress: House) -> None:
    in_house(redress, lambda desk: leave(desk, "chen.jing"))
    assert late_first_response(redress) == {"person:huang.lan"}


def test_what_is_meant_for_a_post_whose_holder_has_left_goes_to_who_stands_in(redress: House) -> None:
    in_house(redress, lambda desk: posts.appoint(desk.connection, HEAD, person_id="chen.jing", deputy="wu.min"))
    in_house(redress, lambda desk: leave(desk, "chen.jing"))
    assert late_first_response(redress) == {"person:wu.min"}


def test_a_deputy_who_has_left_stands_in_for_nobody(redress: House) -> None:
    in_house(redress, lambda desk: posts.appoint(desk.connection, HEAD, person_id="chen.jing", deputy="wu.min"))
    in_house(redress, lambda desk: [leave(desk, each) for each in ("chen.jing", "wu.min")])
    assert late_first_response(redress) == {"person:huang.lan"}


def test_a_step_that_waits_for_a_post_is_done_by_the_post_above_until_somebody_is_appointed(redress: House) -> None:
    first, second = (important(redress) for _ in range(2))
    plan(redress, first)
    in_house(redress, lambda desk: leave(desk, "wu.min"))
    plan(redress, second)
    redress.do("huang.lan", "decide_head", first["id"], {"decision": "approve", "reasons": "It is right."})
    in_house(redress, lambda desk: posts.appoint(desk.connection, SUPERVISION, person_id="zhou.qiang", replace=True))
    redress.do("zhou.qiang", "decide_head", second["id"], {"decision": "approve", "reasons": "It is right."})
    with redress.application.database.read() as connection:
        decided = connection.execute(work_item.select().where(work_item.c.element == "decide_head")).all()
    assert {(row.case_id, row.post, row.done_by) for row in decided} == {
        (first["id"], SUPERVISION, "huang.lan"), (second["id"], SUPERVISION, "zhou.qiang"),
    }  # fmt: skip


def test_a_step_waits_for_a_post_whose_holder_is_away_though_somebody_else_must_stay_apart_from_it(
    redress: House,
) -> None:
    filed = important(redress)
    hour = timedelta(hours=1)
    in_house(
        redress,
        lambda desk: posts.add_absence(
            desk.connection, "wu.min", start_at=desk.now, end_at=desk.now + hour, note="", ids=desk.ids
        ),
    )
    plan(redress, filed)  # by Li Na, who may not decide on it
    with redress.application.database.read() as connection:
        (step,) = connection.execute(work_item.select().where(work_item.c.element == "decide_head")).all()
    assert (step.post, step.excluded) == (SUPERVISION, ["li.na"])
    redress.later(hours=1)
    redress.do("wu.min", "decide_head", filed["id"], {"decision": "approve", "reasons": "It is right."})


def important(redress: House) -> Any:
    """Return a complaint of which the head of supervision decides, with its plan to be made."""
    filed = redress.file("li.na", channel="phone", category="conduct.staff")
    case = filed["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "I look after this.", "contact_way": "phone"})
    redress.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x", "ask_hearing": True})
    redress.do("li.na", "respond", case, {"response_text": "We look into it."})
    redress.do("zhou.qiang", "hear_respondent", case, {"heard": "declined", "hearing_note": "Asked twice."})
    return filed


def plan(redress: House, filed: Any) -> None:
    """Send the plan to whoever decides."""
    redress.do("li.na", "plan", filed["id"], PLAN)


def test_posts_of_a_closed_account_are_named_until_somebody_is_appointed(redress: House) -> None:
    in_house(redress, lambda desk: posts.appoint(desk.connection, HEAD, person_id="chen.jing", deputy="li.na"))
    first = in_house(redress, lambda desk: leave(desk, "li.na"))
    assert first.posts == [
        HeldPost(post="duty_officer", person="li.na", stands_in=False),
        HeldPost(post=HEAD, person="li.na", stands_in=True),
    ]
    assert list(told(first)) == [
        "The account li.na is closed.",
        f"li.na still holds the post duty_officer: {UNTIL} duty_officer SOMEBODY`.",
        f"li.na still stands in for the holder of the post {HEAD}: name another with"
        f" `redress user appoint {HEAD} HOLDER --deputy SOMEBODY`.",
    ]
    assert list(findings(redress.application)) == [
        f"post duty_officer: li.na, who holds it, has left; {UNTIL} duty_officer SOMEBODY`.",
        f"post {HEAD}: li.na, who stands in for its holder, has left; name another with"
        f" `redress user appoint {HEAD} HOLDER --deputy SOMEBODY`.",
    ]
    in_house(redress, lambda desk: posts.appoint(desk.connection, HEAD, person_id="chen.jing"))
    in_house(redress, lambda desk: posts.appoint(desk.connection, "duty_officer", person_id="wang.fang", replace=True))
    assert list(findings(redress.application)) == []


def test_a_case_that_is_offered_to_a_closed_account_is_named(redress: House) -> None:
    filed = redress.file("li.na", channel="phone")
    offer = {"to": "wang.fang", "reason": "I am away."}
    redress.person("li.na").post(f"/api/complaints/{filed['id']}/hand-over", offer)
    left = in_house(redress, lambda desk: leave(desk, "wang.fang"))
    number = filed["number"]
    assert list(told(left)) == [
        "The account wang.fang is closed.",
        "wang.fang still stands in for the holder of the post duty_officer: name another with"
        " `redress user appoint duty_officer HOLDER --deputy SOMEBODY`.",
        f"1 case offered to wang.fang will not be answered: {number}. Whoever offered it, or a supervisor, takes the"
        " offer back and offers the case to somebody else.",
    ]
    said = (
        f"case {number}: it is offered to wang.fang, who has left; whoever offered it, or a supervisor, takes the offer"
        " back and offers it to somebody else"
    )
    assert [line for line in findings(redress.application) if line.startswith("case")] == [said]
    redress.person("li.na").post(f"/api/complaints/{filed['id']}/hand-over/decline", {"why": "They have left."})
    assert [line for line in findings(redress.application) if line.startswith("case")] == []


def test_what_is_meant_for_an_owner_who_has_left_goes_to_whoever_is_on_duty(redress: House) -> None:
    filed = redress.file("wang.fang", channel="phone")
    in_house(redress, lambda desk: leave(desk, "wang.fang"))

    def meant(desk: Desk) -> list[tuple[str, ...]]:
        work, placement = desk.pipeline.load(desk.connection, filed["id"], SYSTEM), desk.services.placement
        return [placement.recipients(work, to) for to in ("owner", "person:wang.fang", "person:sun.mei")]

    assert in_house(redress, meant) == [("person:li.na",), ("person:li.na",), ("person:sun.mei",)]


def test_a_refusal_in_one_case_does_not_keep_the_account_open(redress: House, monkeypatch: pytest.MonkeyPatch) -> None:
    filed = redress.file("li.na", channel="phone")
    assert redress.task("li.na", "acknowledge", filed["id"])["assignee"] is not None
    handlers = redress.application.pipeline._case_handlers

    def forbidden(*_: object) -> None:
        raise Forbidden

    monkeypatch.setitem(handlers, ReleaseTask, forbidden)  # type: ignore[arg-type]
    done = in_house(redress, lambda desk: leave(desk, "li.na"))
    assert (done.released, [task.number for task in done.tasks]) == ([], [filed["number"]])
    redress.person("li.na").refused(401, "GET", "/api/me")
