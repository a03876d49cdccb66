"""For each operation with a body: a case that has come so far that the example of its description fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.bundles.bundle import read_folders
from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from tests.support.application import Client, House
from tests.support.results import CLOSED, PLAN, VERIFIED
from tests.support.results import resolved as result_out

CASE = "/api/complaints/{complaint_id}"
Stage = tuple[Client, dict[str, str], dict[str, str]]
"""Who sends it, the parts of the address, and headers."""


def owned(redress: House) -> str:
    """Return a case of Li Na's."""
    case: str = redress.file(by="li.na", category="other")["id"]
    return case


def planned(redress: House) -> str:
    """Return a case whose plan holds an action and a remedy, and whose first answer a promise."""
    case = owned(redress)
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    redress.do("li.na", "verify", case, VERIFIED)
    promise = {"what": "回电", "due_at": "2026-03-04T03:00:00Z"}
    redress.do("li.na", "respond", case, {"response_text": "正在核实。", "promises": [promise]})
    action = {"title": "更正课件", "owner_team": "academic", "due_on": "2026-03-10", "blocking": True}
    redress.do("li.na", "plan", case, {**PLAN, "actions": [action], "remedies": [{"kind": "apology", "note": "x"}]})
    return case


def with_case(case: Callable[[House], str], who: str = "li.na", **headers: str) -> Callable[[House], Stage]:
    return lambda redress: (redress.person(who), {"complaint_id": case(redress)}, headers)


def record(kind: str, name: str) -> Callable[[House], Stage]:
    def stage(redress: House) -> Stage:
        case, li_na = planned(redress), redress.person("li.na")
        found = li_na.get(f"/api/complaints/{case}")[kind][0]["id"]
        return li_na, {"complaint_id": case, name: found}, {}

    return stage


def reopened(redress: House) -> Stage:
    li_na, parts, headers = record("actions", "action_id")(redress)
    li_na.post(f"/api/complaints/{parts['complaint_id']}/actions/{parts['action_id']}/done", {"note": "x"})
    return li_na, parts, headers


def facts(redress: House) -> Stage:
    case, li_na = owned(redress), redress.person("li.na")
    tag = li_na.call("GET", f"/api/complaints/{case}").headers["etag"]
    return li_na, {"complaint_id": case}, {"If-Match": tag}


def offered(redress: House) -> str:
    case = owned(redress)
    redress.person("li.na").post(f"/api/complaints/{case}/hand-over", {"to": "wang.fang", "reason": "x"})
    return case


def kept_apart(redress: House) -> str:
    case = owned(redress)
    redress.person("li.na").post(f"/api/complaints/{case}/respondents", {"person": "zhou.qiang", "name": "Zhou"})
    return case


def paused(redress: House) -> str:
    case = owned(redress)
    redress.person("li.na").post(f"/api/complaints/{case}/pause", {"reason": "x"})
    return case


def two_processes(redress: House) -> str:
    settings = redress.application.settings
    files = read_folders(settings.bpmn_folder, settings.forms_folder, "inquiry")
    redress.application.pipeline.run(PublishBundle(files), SYSTEM)
    case = owned(redress)
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "您好。"})
    return case


def ended(redress: House) -> str:
    case, code = result_out(redress)
    redress.complainant(code).post("/api/track/satisfaction", {"satisfied": True})
    redress.do("li.na", "close_case", case, CLOSED)
    redress.later(days=60)
    return case


def task(redress: House) -> Stage:
    case = owned(redress)
    return redress.person("li.na"), {"task_id": redress.task("li.na", "acknowledge", case)["id"]}, {}


def pool(redress: House) -> Stage:
    case = redress.file()["id"]
    return redress.person("chen.jing"), {"task_id": redress.task("li.na", "acknowledge", case)["id"]}, {}


def done(redress: House) -> Stage:
    li_na, parts, _ = task(redress)
    li_na.post(f"/api/tasks/{parts['task_id']}/complete", {"data": {"acknowledgement_text": "x"}})
    return redress.person("chen.jing"), parts, {}


def complainant(of: Callable[[House], str]) -> Callable[[House], Stage]:
    return lambda redress: (redress.complainant(of(redress)), {}, {})


def failed(redress: House) -> Stage:
    """A case that could not be opened once, as an operator finds it."""
    redress.application.pipeline.leave_alone(redress.file()["id"], RuntimeError("x"))
    (found,) = redress.person("ops").get("/api/incidents")["items"]
    return redress.person("ops"), {"incident_id": found["id"]}, {}


STAGES: Mapping[str, Callable[[House], Stage]] = {
    "POST /api/complaints": lambda redress: (redress.public, {}, {}),
    f"PATCH {CASE}/facts": facts,
    f"POST {CASE}/affected": with_case(owned),
    f"POST {CASE}/messages": with_case(owned),
    f"POST {CASE}/notes": with_case(owned),
    f"POST {CASE}/respondents": with_case(owned),
    f"POST {CASE}/respondents/cleared": with_case(kept_apart, "chen.jing"),
    f"POST {CASE}/withdraw": with_case(owned),
    f"POST {CASE}/hand-over": with_case(owned),
    f"POST {CASE}/hand-over/decline": with_case(offered, "wang.fang"),
    f"POST {CASE}/pause": with_case(owned),
    f"POST {CASE}/resume": with_case(paused),
    f"POST {CASE}/extend": with_case(owned),
    f"POST {CASE}/retype": with_case(two_processes),
    f"POST {CASE}/links": with_case(owned),
    f"POST {CASE}/follow-up": with_case(ended),
    f"POST {CASE}/actions/{{action_id}}/done": record("actions", "action_id"),
    f"POST {CASE}/actions/{{action_id}}/reopen": reopened,
    f"POST {CASE}/promises/{{promise_id}}/keep": record("promises", "promise_id"),
    f"POST {CASE}/remedies/{{remedy_id}}/done": record("remedies", "remedy_id"),
    "PUT /api/tasks/{task_id}/draft": task,
    "POST /api/tasks/{task_id}/assign": pool,
    "POST /api/tasks/{task_id}/complete": task,
    "POST /api/tasks/{task_id}/send-back": done,
    "POST /api/incidents/{incident_id}/dismiss": failed,
    "POST /api/incidents/{incident_id}/facts": failed,
    "POST /api/incidents/{incident_id}/route": failed,
    "POST /api/incidents/{incident_id}/move": failed,
    "POST /api/notices/read": lambda redress: (redress.person("li.na"), {}, {}),
    "POST /api/track/messages": complainant(lambda redress: str(redress.file()["tracking_code"])),
    "POST /api/track/satisfaction": complainant(lambda redress: result_out(redress)[1]),
    "POST /api/track/withdraw": complainant(lambda redress: str(redress.file()["tracking_code"])),
    "POST /api/demo/clock": lambda redress: (redress.person("ops"), {}, {}),
}
"""Operation -> a case that has come so far that the example fits."""


def filled(example: Mapping[str, Any], redress: House, stage: Stage) -> dict[str, Any]:
    """Return an example with what none can know: another case, and where this one stands."""
    (client, parts, _), body = stage, dict(example)
    if "other_id" in body:
        body["other_id"] = owned(redress)
    if "token" in body:
        place = client.get(f"/api/incidents/{parts['incident_id']}")["places"][-1]
        body |= {"token": place["token"], "to": place["ways"][-1]["element"]}
    return body
