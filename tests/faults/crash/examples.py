"""The other operations of the API, each with the example of its description: a new operation is killed by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.api.example_stages import CASE, STAGES, Stage, filled
from tests.api.test_openapi import bodies
from tests.faults.crash.change import Answer, Change, Found, Step, asked
from tests.support.application import Client, House

ELSEWHERE: Mapping[str, str] = {
    "POST /api/complaints": "FileComplaint",
    f"PATCH {CASE}/facts": "ChangeFacts",
    f"POST {CASE}/affected": "AddAffected",
    f"POST {CASE}/hand-over": "OfferHandOver",
    f"POST {CASE}/pause": "PauseCase",
    f"POST {CASE}/resume": "ResumeCase",
    f"POST {CASE}/extend": "ExtendCase",
    f"POST {CASE}/retype": "Retype",
    "POST /api/tasks/{task_id}/assign": "AssignTask",
    "POST /api/tasks/{task_id}/complete": "CompleteTask",
    "POST /api/tasks/{task_id}/send-back": "SendBack",
    "POST /api/track/messages": "ReceiveMessage",
    "POST /api/track/satisfaction": "Satisfaction",
    "POST /api/track/withdraw": "Withdraw",
}
"""Operations that have a change of their own, and its name (changes.py)."""
NOTHING_TO_KILL: Mapping[str, str] = {
    "POST /api/notices/read": "nobody has a notice yet: nothing is written",
    "POST /api/demo/clock": "of the demo alone",
}
AGAIN = frozenset({200, 404, 409})
"""What says that something was done before, of the operations that take no key."""
COUNTED_AGAIN: Mapping[str, frozenset[tuple[str, str]]] = {
    f"POST {CASE}/links": frozenset({("instance", "row_version")}),
}
"""What counts each time, of operations that take no key and change nothing else when they are repeated."""


def example_changes() -> tuple[Change, ...]:
    """Return a change for each operation with a body that has none of its own."""
    left = sorted(STAGES.keys() - ELSEWHERE.keys() - NOTHING_TO_KILL.keys())
    return tuple(_change(name, STAGES[name]) for name in left)


def _change(name: str, stage: Callable[[House], Stage]) -> Change:
    method, _, path = name.partition(" ")

    def prepare(house: House) -> Found:
        document = house.app.openapi()
        described = document["paths"][path][method.lower()]
        example = next(example for schema in bodies(document, described) for example in schema["examples"])
        reached = client, parts, headers = stage(house)
        body = filled(example, house, reached)
        return {"path": path.format(**parts), "auth": client.headers, "headers": headers, "body": body}

    def act(house: House, found: Found, _step: Step) -> Answer:
        client = Client(house.http, found["auth"])
        return asked(client, method, found["path"], found["body"], key="crash-example", headers=found["headers"])

    return Change(_short(method, path), prepare, act, again=AGAIN, masked=COUNTED_AGAIN.get(name, frozenset()))


def _short(method: str, path: str) -> str:
    """Return a name without slashes: `POST actions done`."""
    words = [part for part in path.split("/") if part and not part.startswith("{") and part != "api"]
    return f"{method} {' '.join(words[1:] if words[0] == 'complaints' and len(words) > 1 else words)}"
