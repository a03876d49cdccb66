"""Drives one case as far as it goes at this moment: what its people and its complainant do, by its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.answers import task_tag
from tests.replay.case import Case
from tests.replay.client import Answer, Client, Unexpected
from tests.replay.complainant import speak
from tests.replay.staff import READER, Staff
from tests.replay.tasks import LATE, data_for, remember

LOOK_AGAIN = timedelta(hours=11)
"""When a case that waits for something is looked at again."""
PASSES = 80
"""Looks at one case in one go, each with something to do; more is a circle."""
AGAIN = 10
"""Every so-manieth case each completion is sent twice."""


@dataclass(frozen=True)
class World:
    """What all cases of a replay share."""

    client: Client
    staff: Staff
    duplicate_of: str
    """The number of a complaint that duplicates refer to."""


def drive(world: World, case: Case, now: datetime) -> None:
    """Do everything that the plan wants done now; set when to look again, or that the case is done."""
    case.wake_at = None
    for _ in range(PASSES):
        file = _look(world, case)
        if _is_done(case):
            case.done = True
            return
        if not (
            speak(world.client, world.staff, case, file) or _house(world, case, file) or _work(world, case, file, now)
        ):
            break
    else:
        case.refused.append(f"went round in circles: {[task['element'] for task in file['tasks']]}")
    case.done = case.plan.closure is None and _left(case, file)
    case.wake_at = case.wake_at or now + LOOK_AGAIN


def _look(world: World, case: Case) -> dict[str, Any]:
    answer = world.client.call(
        "GET", f"/api/complaints/{case.id}", token=world.staff.tokens[READER], kind="read a case"
    )
    if answer.status != 200:
        raise Unexpected(f"reading the case: {answer.status} {str(answer.body)[:300]}")
    found: dict[str, Any] = answer.body
    case.status, case.closure = found["status"], found["closure"]
    return found


def _is_done(case: Case) -> bool:
    return case.status == "closed" and case.plan.closure is not None and (case.wrote_late or not case.plan.late_message)


def _left(case: Case, file: Mapping[str, Any]) -> bool:
    return case.plan.open_at in file["waits_for"] or case.plan.open_at in [t["element"] for t in file["tasks"]]


def _house(world: World, case: Case, file: Mapping[str, Any]) -> bool:
    """What staff do besides tasks: hand over, pause, resume, list people, settle actions and remedies."""
    plan, owner = case.plan, file["case_owner"]
    elements = {task["element"] for task in file["tasks"]}
    post = _Post(world, case)
    offer = file["hand_over"]
    if offer is not None and offer["to_person"] in world.staff.tokens:
        return post(offer["to_person"], "hand-over/accept", None, f"accept-{offer['id']}")
    if plan.hand_over and not case.offered and "respond" in elements and owner:
        case.offered = True
        to = "kim.minji" if owner != "kim.minji" else "wang.fang"
        return post(owner, "hand-over", {"to": to, "reason": "轮休"}, "offer")
    if plan.retype_at in elements and not case.moved:
        case.moved = True
        other = "inquiry" if file["process"]["key"] == "complaint" else "complaint"
        return post(owner or "li.na", "retype", {"process": other, "type": other, "reason": "归类有误"}, "retype")
    if plan.pause and "plan" in elements and not case.paused:
        case.paused = True
        return post(owner, "pause", {"reason": "等待外部检测结果"}, "pause")
    if plan.joins and "carry_out" in elements and not case.joined:
        case.joined = True
        people = {"people": [{"name": f"学员{n}"} for n in range(plan.joins)]}
        return post(owner, "affected", people, "join")
    if "carry_out" in elements or "close_case" in elements:
        return _settle(post, owner, file)
    return False


def _settle(post: _Post, owner: str, file: Mapping[str, Any]) -> bool:
    acted = False
    for kind in ("actions", "remedies"):
        for each in file[kind]:
            if each["done_at"] is None:
                acted |= post(owner, f"{kind}/{each['id']}/done", {"note": "照片存档"}, f"done-{each['id']}")
    return acted


@dataclass(frozen=True)
class _Post:
    """Posts to a case, once."""

    world: World
    case: Case

    def __call__(self, who: str, path: str, body: Any, key: str) -> bool:
        answer = self.world.client.call(
            "POST", f"/api/complaints/{self.case.id}/{path}", token=self.world.staff.tokens[who], body=body,
            key=self.case.key(key), kind=path.split("/")[0],
        )  # fmt: skip
        if answer.status >= 300:
            self.case.refused.append(f"{path}: {answer.status} {str(answer.body)[:300]}")
            return False
        return True


def _work(world: World, case: Case, file: Mapping[str, Any], now: datetime) -> bool:
    """Complete every open task that is not to be left lying; say whether any was."""
    acted = False
    for task in sorted(file["tasks"], key=lambda task: task["element"] not in LATE):
        element = task["element"]
        if element == case.plan.open_at:
            continue
        until = datetime.fromisoformat(task["entered_at"]) + timedelta(hours=case.plan.idle.get(element, 0))
        if until > now and case.plan.idle.get(element, 0):
            case.wake_at = min(until, case.wake_at) if case.wake_at else until
            continue
        if case.plan.pause and element == "plan" and case.paused and not case.resumed:
            case.resumed = _Post(world, case)(file["case_owner"], "resume", {}, "resume")
            return case.resumed
        data = data_for(case, task, file, now, duplicate_of=world.duplicate_of)
        if data is not None:
            acted |= _complete(world, case, task, data, file)
        if element in LATE and acted:
            return True  # who looks after late work may have changed who does the rest
    return acted


def _complete(
    world: World, case: Case, task: Mapping[str, Any], data: Mapping[str, Any], file: Mapping[str, Any]
) -> bool:
    turn = case.index + case.voted.get(str(file["facts"].get("plan_revision")), 0)
    version = task["version"]
    for who in world.staff.for_task(task, turn=turn, barred=case.plan.respondent):
        if case.index % 4 == 3 and task["assignee"] is None:
            claimed = world.client.call(
                "POST", f"/api/tasks/{task['id']}/claim", token=world.staff.tokens[who], kind="claim"
            )
            if claimed.status == 403:
                world.client.gate.count("refused: did a step that this one must be apart from")
                continue
            if claimed.status != 200:
                return _moved_on(world, case, task, claimed)
            version = claimed.body["task"]["version"]
        answer = _send(world, case, task, who, version, data)
        if answer.status == 403 and task["assignee"] is None:
            world.client.gate.count("refused: did a step that this one must be apart from")
            continue
        if answer.status == 200 or _done_by_me(answer, who):
            remember(case, task, data, file)
            if case.index % AGAIN == 0:
                _again(world, case, task, who, version, data)
            return True
        return _moved_on(world, case, task, answer)
    case.refused.append(f"nobody may do {task['element']}")
    return False


def _send(world: World, case: Case, task: Mapping[str, Any], who: str, version: int, data: Mapping[str, Any]) -> Answer:
    # Half of the cases repeat with a key and get the first answer again, half see that they were there already.
    key = case.key(f"{task['id']}-{who}-{version}") if case.index % 2 else None
    return world.client.call(
        "POST", f"/api/tasks/{task['id']}/complete", token=world.staff.tokens[who], body={"data": data}, key=key,
        match=task_tag(task["id"], version), kind="complete",
    )  # fmt: skip


def _done_by_me(answer: Answer, who: str) -> bool:
    """Say whether an earlier attempt, whose answer was lost, has completed the task."""
    mine: bool = answer.repeated and answer.status == 409 and answer.body.get("by") == who
    return mine


def _again(world: World, case: Case, task: Mapping[str, Any], who: str, version: int, data: Mapping[str, Any]) -> None:
    answer = world.client.call(
        "POST", f"/api/tasks/{task['id']}/complete", token=world.staff.tokens[who], body={"data": data},
        match=task_tag(task["id"], version), kind="complete again",
    )  # fmt: skip
    if (answer.status, answer.body.get("by")) != (409, who):
        case.refused.append(f"a second {task['element']}: {answer.status} {str(answer.body)[:200]}")
    world.client.gate.count("second completions refused with 409")


def _moved_on(world: World, case: Case, task: Mapping[str, Any], answer: Answer) -> bool:
    """Look again where the case has moved on meanwhile; anything else was not foreseen."""
    if answer.status in (409, 412):
        world.client.gate.count(f"overtaken ({answer.status})")
        return True
    case.refused.append(f"{task['element']}: {answer.status} {str(answer.body)[:400]}")
    return False
