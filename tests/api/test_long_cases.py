"""A case that went thirty rounds, and one with hundreds of letters, ask no more of the database than any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from api.answers import task_tag
from complaints.correspondence.messages import ReceiveMessage, SendMessage
from engine.case_work import COMPLAINANT, SYSTEM
from engine.tables import instance
from storage.counting import counted
from tests.support.application import House, house

PLAN = {"next": "submit", "root_cause": "procedure", "root_cause_text": "-", "finding": "-", "remedy": "-"}
LEADERS = ("liu.gang", "huang.lan")
ROUNDS = 30
LETTERS = 200


def answered(redress: House, **changes: Any) -> Any:
    """Return a complaint that was acknowledged, verified and answered."""
    filed = redress.file(by="li.na", category="other", **changes)
    redress.do("li.na", "acknowledge", filed["id"], {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", filed["id"], {"outcome": "complete", "verification_summary": "x"})
    redress.do("li.na", "respond", filed["id"], {"response_text": "正在核实。"})
    return filed


def rejected(redress: House, case: str) -> None:
    """Let a leader reject the plan."""
    for who in LEADERS:
        tasks = redress.person(who).get(f"/api/complaints/{case}")["tasks"]
        mine = [t for t in tasks if t["element"] == "decide_leadership" and t["assignee"] in (None, who)]
        if mine:
            tag = task_tag(mine[0]["id"], mine[0]["version"])
            form = {"data": {"decision": "reject", "reasons": "-"}}
            redress.person(who).post(f"/api/tasks/{mine[0]['id']}/complete", form, headers={"If-Match": tag})


def planned(redress: House, case: str) -> int:
    """Hand in a plan; return how many statements its completion took, the look at the task included."""
    with counted(redress.application.database) as count:
        redress.do("li.na", "plan", case, PLAN)
    return count.statements


def state_of(redress: House, case: str) -> bytes:
    """Return the stored state."""
    with redress.application.database.read() as connection:
        found: bytes = connection.execute(select(instance.c.state).where(instance.c.case_id == case)).scalar_one()
    return found


def test_thirty_rounds_of_rework_make_no_completion_dearer() -> None:
    """The state grows by the clocks of each round, and by little."""
    redress = house()
    case = answered(redress, people=11)["id"]
    statements, sizes = [], []
    for _ in range(ROUNDS):
        statements.append(planned(redress, case))
        rejected(redress, case)
        sizes.append(len(state_of(redress, case)))
    assert max(statements) <= statements[1] + 1
    assert sizes[-1] - sizes[1] < 400 * ROUNDS
    items = redress.person("li.na").get(f"/api/complaints/{case}/timeline?limit=50")
    assert len(items["items"]) == 50
    assert items["next"] is not None


def looked_at(redress: House, case: str) -> int:
    """Open the case; return how many statements that took."""
    with counted(redress.application.database) as count:
        redress.person("li.na").get(f"/api/complaints/{case}")
    return count.statements


def long_exchange() -> tuple[House, Any]:
    """Return a house with a complaint of hundreds of letters. There is one house at a time."""
    redress = house()
    filed = answered(redress)
    run = redress.application.pipeline.run
    for number in range(0, LETTERS, 2):
        run(SendMessage(filed["id"], f"第{number}封信。"), SYSTEM)
        run(ReceiveMessage(filed["id"], f"第{number + 1}封信。"), COMPLAINANT)
    redress.deliver()
    return redress, filed


def test_hundreds_of_letters_make_no_completion_dearer() -> None:
    """Nor the page of the case."""
    few = house()
    other = answered(few)["id"]
    few.deliver()
    usual = looked_at(few, other), planned(few, other)
    redress, filed = long_exchange()
    assert (looked_at(redress, filed["id"]), planned(redress, filed["id"])) == usual


def paged(person: Any, path: str) -> Iterator[list[Any]]:
    """Yield the pages of a list."""
    following = path
    while following:
        page = person.get(following)
        yield page["items"]
        following = f"{path}&cursor={page['next']}" if page["next"] else ""


def test_a_long_exchange_is_read_in_pages_the_newest_first_each_letter_once() -> None:
    redress, filed = long_exchange()
    wanted = [f"第{number}封信。" for number in reversed(range(LETTERS))]
    complainant = redress.complainant(filed["tracking_code"])
    pages = list(paged(complainant, "/api/track/messages?limit=50"))
    assert {len(page) for page in pages[:-1]} == {50}
    letters = [letter["text"] for page in pages for letter in page]
    assert [each for each in letters if each.startswith("第")] == wanted
    shown = complainant.get("/api/track")
    assert [letter["text"] for letter in shown["messages"]] == letters[:50][::-1], (
        "the latest, the oldest of them first"
    )
    rest = complainant.get(f"/api/track/messages?cursor={shown['earlier_messages']}")["items"]
    assert [letter["text"] for letter in rest] == letters[50:100]
    li_na, course = redress.person("li.na"), f"/api/complaints/{filed['id']}/timeline"
    lines = [line for page in paged(li_na, f"{course}?newest_first=true&only=message&limit=70") for line in page]
    assert {line["source"] for line in lines} == {"message"}
    assert [line["text"] for line in lines if line["text"].startswith("第")] == wanted


@pytest.mark.parametrize("everything", ["true", "false"])
def test_the_course_is_the_same_whichever_way_it_is_read(everything: str) -> None:
    redress, filed = long_exchange()
    li_na, course = redress.person("li.na"), f"/api/complaints/{filed['id']}/timeline?everything={everything}"
    forward, back, whole = (
        [line["id"] for page in paged(li_na, f"{course}{how}") for line in page]
        for how in ("&limit=31", "&limit=47&newest_first=true", "&limit=200")
    )
    assert len(set(whole)) == len(whole) > 2 * LETTERS
    assert forward == whole
    assert back == whole[::-1]
    only = [
        {line["id"] for page in paged(li_na, f"{course}&only={source}") for line in page}
        for source in ("event", "message", "note", "notice")
    ]
    assert sum(map(len, only)) == len(whole)
    assert set().union(*only) == set(whole)


def test_a_place_in_one_list_is_none_in_another() -> None:
    redress, filed = long_exchange()
    li_na, course = redress.person("li.na"), f"/api/complaints/{filed['id']}/timeline"
    cursor = li_na.get(f"{course}?limit=10")["next"]
    for other in ("newest_first=true", "only=message"):
        assert li_na.refused(422, "GET", f"{course}?{other}&cursor={cursor}")["code"] == "bad-cursor"
    assert li_na.refused(422, "GET", f"{course}?only=letters")["fields"][0]["field"] == "/only"
    complainant = redress.complainant(filed["tracking_code"])
    assert complainant.refused(422, "GET", f"/api/track/messages?cursor={cursor}")["code"] == "bad-cursor"
