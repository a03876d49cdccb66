"""The changes of a case that people make, each with a house in which it can happen. All go through the HTTP API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from api.answers import task_tag
from engine.bundles.bundle import pack, read_folders
from tests.faults.crash.change import Answer, Change, Found, Step, asked, posting
from tests.support.application import COMPLAINT, House
from tests.support.plans import plan_made
from tests.support.results import CLOSED, VERIFIED, resolved

CASE = "/api/complaints/{case}"
ACKNOWLEDGED = {"acknowledgement_text": "您好，我会跟进到底。"}
APPROVED = {"decision": "approve", "reasons": "同意。"}
INQUIRY = {"type": "inquiry", "process": "inquiry", "reason": "It is a question."}


def nothing(_house: House) -> Found:
    """The house as it is set up."""
    return {}


def filed(house: House) -> Found:
    """A complaint that nobody has taken yet."""
    given = house.file()
    return {"case": given["id"], "code": given["tracking_code"], **task(house, given["id"], "acknowledge")}


def owned(house: House) -> Found:
    """A complaint of Li Na's, acknowledged."""
    given = house.file(by="li.na", category="other")
    house.do("li.na", "acknowledge", given["id"], ACKNOWLEDGED)
    return {"case": given["id"], "code": given["tracking_code"], **task(house, given["id"], "verify")}


def task(house: House, case: str, element: str, login: str = "li.na") -> dict[str, Any]:
    """Return id and version of an open task."""
    given = house.task(login, element, case)
    return {"task": given["id"], "version": given["version"]}


def after(path: str, body: Any = None, *, by: str, start: Callable[[House], Found] = owned) -> Callable[[House], Found]:
    """Return a house in which something was posted to an acknowledged complaint."""

    def prepare(house: House) -> Found:
        found = start(house)
        house.person(by).post(path.format(**found), body)
        return found

    return prepare


def to_close(house: House) -> Found:
    """A satisfied complainant; the case is to be closed."""
    case, code = resolved(house)
    house.complainant(code).post("/api/track/satisfaction", {"satisfied": True})
    return {"case": case, **task(house, case, "close_case")}


def to_prove(house: House) -> Found:
    """A case to which the academic team is to say something."""
    case = house.file(by="li.na")["id"]
    house.do("li.na", "acknowledge", case, ACKNOWLEDGED)
    house.do("li.na", "verify", case, VERIFIED)
    return {"case": case, **task(house, case, "academic_evidence")}


def to_satisfy(house: House) -> Found:
    """A case whose result is out."""
    case, code = resolved(house)
    return {"case": case, "code": code}


def to_decide(house: House) -> Found:
    """A plan for which one of leadership has voted already: the next vote decides."""
    case = plan_made(house)
    house.do("liu.gang", "decide_leadership", case, APPROVED)
    return {"case": case, **task(house, case, "decide_leadership", "huang.lan")}


def completing(data: Mapping[str, Any], by: str) -> Callable[[House, Found, Step], Answer]:
    """Return what completes the task that was found, in the version that was seen."""

    def act(house: House, found: Found, _step: Step) -> Answer:
        headers = {"If-Match": task_tag(found["task"], found["version"])}
        path = f"/api/tasks/{found['task']}/complete"
        return asked(house.person(by), "POST", path, {"data": dict(data)}, key="crash-complete", headers=headers)

    return act


def as_complainant(path: str, body: Any) -> Callable[[House, Found, Step], Answer]:
    """Return what the complainant sends."""
    return lambda house, found, _: asked(
        house.complainant(found["code"]), "POST", f"/api/track/{path}", body, key=f"crash-{path}"
    )


def change_facts(house: House, found: Found, _step: Step) -> Answer:
    """Twelve people are concerned, and it is dangerous: priority, impact and clocks follow."""
    body, headers = {"people": 12, "safety": True}, {"If-Match": found["tag"]}
    return asked(house.person("li.na"), "PATCH", CASE.format(**found) + "/facts", body, headers=headers)


def facts_seen(house: House) -> Found:
    """A complaint whose facts somebody has in front of them."""
    found = owned(house)
    return {**found, "tag": house.person("li.na").call("GET", CASE.format(**found)).headers["etag"]}


def publish(house: House, _found: Found, _step: Step) -> Answer:
    """Put another version of the complaint process in force."""
    values = house.application.settings
    files = dict(read_folders(values.bpmn_folder, values.forms_folder, "complaint"))
    notices = "bpmn/complaint/notices.toml"
    files[notices] = files[notices].replace("您好".encode(), "您好，".encode(), 1)
    headers = {"Content-Type": "application/zip"}
    answer = house.person("park.owner").call("POST", "/api/processes", headers=headers, content=pack(files))
    return answer.status_code, answer.json()


CHANGES: tuple[Change, ...] = (
    Change("FileComplaint", nothing, lambda house, _found, _step: asked(
        house.public, "POST", "/api/complaints", dict(COMPLAINT), key="crash-file")),
    Change("ClaimTask", filed, posting("/api/tasks/{task}/claim", by="li.na"), "li.na"),
    Change("TakeNext", filed, posting("/api/tasks/next", by="wang.fang"), "wang.fang"),
    Change("AssignTask", filed, posting("/api/tasks/{task}/assign", {"to": "kim.minji", "reason": "Korean."},
                                        by="chen.jing"), "chen.jing"),
    Change("ReleaseTask", after("/api/tasks/{task}/claim", by="zhao.lei", start=to_prove),
           posting("/api/tasks/{task}/release", by="zhao.lei"), "zhao.lei"),
    Change("CompleteTask", owned, completing(VERIFIED, "li.na"), "li.na"),
    Change("CompleteTask that acknowledges", filed, completing(ACKNOWLEDGED, "li.na"), "li.na"),
    Change("CompleteTask that closes", to_close, completing(CLOSED, "li.na"), "li.na"),
    Change("CompleteTask that approves", to_decide, completing(APPROVED, "huang.lan"), "huang.lan"),
    Change("SendBack", after("/api/tasks/{task}/complete", {"data": VERIFIED}, by="li.na"),
           posting("/api/tasks/{task}/send-back", {"reason": "Wrong case."}, by="li.na"), "li.na"),
    Change("Withdraw", owned, as_complainant("withdraw", {"reason": "Settled."})),
    Change("ReceiveMessage", owned, as_complainant("messages", {"text": "还有一件事。"})),
    Change("Satisfaction", to_satisfy, as_complainant("satisfaction", {"satisfied": False, "text": "没有解决。"})),
    Change("OfferHandOver", owned, posting(CASE + "/hand-over", {"to": "wang.fang", "reason": "Leave."}, by="li.na"),
           "li.na"),
    Change("AcceptHandOver", after(CASE + "/hand-over", {"to": "wang.fang", "reason": "Leave."}, by="li.na"),
           posting(CASE + "/hand-over/accept", by="wang.fang"), "wang.fang"),
    Change("ChangeFacts", facts_seen, change_facts, "li.na", again=frozenset({412})),
    Change("AddAffected", owned, posting(CASE + "/affected", {"people": [{"name": f"学员{n}"} for n in range(3)]},
                                         by="li.na"), "li.na"),
    Change("PauseCase", owned, posting(CASE + "/pause", {"reason": "We wait for the recording."}, by="li.na"), "li.na"),
    Change("ResumeCase", after(CASE + "/pause", {"reason": "We wait for the recording."}, by="li.na"),
           posting(CASE + "/resume", by="li.na"), "li.na"),
    Change("ExtendCase", owned, posting(CASE + "/extend", {"clock": "resolve", "mode": "working_days", "amount": 2,
                                                           "reason": "The teacher is away."}, by="li.na"), "li.na"),
    Change("Retype", owned, posting(CASE + "/retype", INQUIRY, by="li.na"), "li.na"),
    Change("PublishBundle", owned, publish, "park.owner", again=frozenset({200})),
)  # fmt: skip
