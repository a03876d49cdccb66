"""Two people change the same thing at once, in both orders: each is told the truth, nothing is lost, nothing twice."""

from __future__ import annotations

import pytest

from engine.bundles.bundle import unpack
from tests.faults.stores import on_postgresql, on_sqlite, postgresql_template, sqlite_template, twins
from tests.faults.twins import Twins, complete, version_of
from tests.support.application import House
from tests.support.late_process import late_bundle
from tests.support.plans import PLAN, plan_made

__all__ = ["on_postgresql", "on_sqlite", "postgresql_template", "sqlite_template", "twins"]

VOTE = {"decision": "approve", "reasons": "同意。"}
SORRY = {"acknowledgement_text": "您好。"}
LATE = unpack(late_bundle())
"""Another process `complaint`, small enough to be checked at once."""


def waits_for_the_head(house: House) -> str:
    """Return an important case that concerns one person, whose plan waits for the head of department."""
    case: str = house.file(by="li.na")["id"]
    tag = house.person("li.na").call("GET", f"/api/complaints/{case}").headers["etag"]
    change = {"impact_override": "important", "reason": "the press has asked"}
    done = house.person("li.na").call("PATCH", f"/api/complaints/{case}/facts", change, headers={"If-Match": tag})
    assert done.status_code == 200
    house.do("li.na", "acknowledge", case, SORRY)
    house.do("li.na", "verify", case, {"outcome": "complete", "verification_summary": "x"})
    house.do("zhou.qiang", "inspection", case, {"quality_problem": "yes", "inspection_report": "x"})
    house.do("zhao.lei", "academic_evidence", case, {"evidence_summary": "x"})
    house.do("li.na", "respond", case, {"response_text": "x"})
    house.do("li.na", "plan", case, PLAN)
    return case


@pytest.mark.parametrize(("faster", "slower"), [("li.na", "wang.fang"), ("wang.fang", "li.na")])
def test_of_two_who_claim_a_task_one_has_it_and_the_other_hears_who(twins: Twins, faster: str, slower: str) -> None:
    case = twins.one.file()["id"]
    path = f"/api/tasks/{twins.one.task('li.na', 'acknowledge', case)['id']}/claim"
    answers = twins.meet(
        lambda house: house.person(faster).call("POST", path),
        lambda house: house.person(slower).call("POST", path),
    )
    assert answers == ("200", f"409 conflict {faster}", True)
    assert twins.log(case) == [f"owner by {faster}", f"claimed acknowledge by {faster}"]
    assert [(row.state, row.assignee) for row in twins.tasks(case, "acknowledge")] == [("open", faster)]
    assert (twins.case(case).case_owner, twins.letters(case), twins.settled()) == (faster, [], [])


@pytest.mark.parametrize("first", ["withdraw", "approve"])
def test_who_approves_what_is_withdrawn_meanwhile_is_told_so(twins: Twins, first: str) -> None:
    case = waits_for_the_head(twins.one)
    task = twins.one.task("sun.mei", "decide_head", case)
    body = {"reason": "r", "said_by": "王晓", "how": "phone"}
    moves = {
        "withdraw": lambda house: house.person("li.na").call("POST", f"/api/complaints/{case}/withdraw", body),
        "approve": lambda house: complete(house, "sun.mei", task, VOTE),
    }
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    if first == "withdraw":
        assert answers == ("200", "409 conflict", True)
        assert twins.log(case) == ["withdrawn by li.na", "cancelled decide_head by li.na"]
    else:
        assert answers == ("200", "200", True)
        assert twins.log(case) == [
            "completed decide_head by sun.mei", "facts by sun.mei", "approved by sun.mei",
            "withdrawn by li.na", "cancelled carry_out by li.na",
        ]  # fmt: skip
    state = {"withdraw": "cancelled", "approve": "done"}[first]
    assert [(row.state, row.done_by) for row in twins.tasks(case, "decide_head")] == [
        (state, "sun.mei" if first == "approve" else None)
    ]
    row = twins.case(case)
    assert (row.status, row.closure, twins.open(case), twins.due(case)) == ("closed", "withdrawn", [], {"grace_over"})
    assert twins.letters(case) == ["withdrawn to complainant", "withdrawn_staff to person:li.na"]
    assert twins.settled() == []


@pytest.mark.parametrize("first", ["facts", "approve"])
def test_nobody_approves_figures_that_have_changed_meanwhile(twins: Twins, first: str) -> None:
    case = plan_made(twins.one)
    task, li_na = twins.one.task("liu.gang", "decide_leadership", case), twins.one.person("li.na")
    seen = {"If-Match": li_na.call("GET", f"/api/complaints/{case}").headers["etag"]}
    path, before = f"/api/complaints/{case}/facts", twins.case(case)
    moves = {
        "facts": lambda house: house.person("li.na").call("PATCH", path, {"people": 15}, headers=seen),
        "approve": lambda house: complete(house, "liu.gang", task, VOTE),
    }
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    asked = ["facts by li.na", "cancelled decide_leadership by li.na"]
    if first == "facts":
        assert answers == ("200", "409 conflict", True)
        assert twins.log(case) == asked
        states = ["cancelled", "open"]
    else:
        # The vote that was given is void with the figures; the second form that it had opened is taken back.
        assert answers == ("200", "200", True)
        assert twins.log(case) == ["completed decide_leadership by liu.gang", *asked]
        states = ["cancelled", "done", "open"]
    assert sorted(row.state for row in twins.tasks(case, "decide_leadership")) == states
    row = twins.case(case)
    assert (row.facts["people"], row.facts_version - before.facts_version) == (15, 1)
    assert (row.row_version - before.row_version, twins.open(case)) == (len(states) - 1, ["decide_leadership"])
    assert (twins.letters(case), twins.settled()) == ([], [])


@pytest.mark.parametrize("first", ["accept", "complete"])
def test_a_task_is_done_by_who_owned_it_at_that_moment(twins: Twins, first: str) -> None:
    case, li_na = twins.one.file(by="li.na", category="other")["id"], twins.one.person("li.na")
    li_na.post(f"/api/complaints/{case}/hand-over", {"to": "wang.fang", "reason": "r"})
    task = twins.one.task("li.na", "acknowledge", case)
    moves = {
        "accept": lambda house: house.person("wang.fang").call("POST", f"/api/complaints/{case}/hand-over/accept"),
        "complete": lambda house: complete(house, "li.na", task, SORRY),
    }
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    given = ["owner by wang.fang", "hand-over-accepted by wang.fang"]
    told = ["hand_over_accepted to person:li.na", "new_owner to complainant"]
    if first == "accept":
        assert answers == ("200", "403 forbidden", True)
        assert (twins.log(case), twins.letters(case)) == (given, told)
    else:
        assert answers == ("200", "200", True)
        assert twins.log(case) == ["completed acknowledge by li.na", *given]
        assert twins.letters(case) == ["acknowledged to complainant", *told]
    (open_task,) = [row for row in twins.tasks(case) if row.state == "open"]
    assert (open_task.element, open_task.assignee) == (
        {"accept": "acknowledge", "complete": "verify"}[first], "wang.fang",
    )  # fmt: skip
    assert (twins.case(case).case_owner, twins.settled()) == ("wang.fang", [])


@pytest.mark.parametrize("first", ["publish", "open"])
def test_a_case_that_opens_while_a_version_is_published_runs_the_one_before_whole(twins: Twins, first: str) -> None:
    before = version_of(twins, twins.one.file()["id"])
    moves = {
        "publish": lambda house: house.application.publish(LATE),
        "open": lambda house: house.public.call("POST", "/api/complaints", {"subject": "s", "text": "t"}),
    }
    one, two = (moves.pop(first), *moves.values())
    answers = twins.meet(one, two)
    # On PostgreSQL neither waits for the other; on SQLite the second begins when the first has ended.
    waits = twins.alone
    assert answers == (*{"publish": ("published", "201"), "open": ("201", "published")}[first], waits)
    opened = twins.newest_case()
    after = before + 1 if (first == "publish" and waits) else before
    assert (version_of(twins, opened), version_of(twins, twins.two.file()["id"])) == (after, before + 1)
    assert version_of(twins, twins.one.file()["id"]) == before + 1
    assert twins.settled() == []


def test_of_two_bundles_that_are_published_at_once_each_gets_a_number(twins: Twins) -> None:
    other = {**LATE, "bpmn/complaint/late.bpmn": LATE["bpmn/complaint/late.bpmn"].replace(b"Overdue", b"Over")}
    answers = twins.meet(
        lambda house: house.application.publish(LATE),
        lambda house: house.application.publish(other),
    )
    assert answers == ("published", "published", True)
    assert version_of(twins, twins.one.file()["id"]) == 3
    assert twins.settled() == []
