"""Sends what the OpenAPI description allows, and what it does not, to every operation, and judges each answer by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import requests
import schemathesis
from httpx import Response
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.edge.two_cases import TwoCases

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
NOT_READY = {("GET", "/readyz"): 503}
"""What is answered where nothing beats: no failure."""
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
BASE = "http://testserver"
CREDENTIALS = frozenset({"authorization", "cookie", "x-csrf-token"})
NAMING = frozenset({"other_id", "case_id", "task_id", "complaint_id"})
"""Names of values in a body that name a case or a task."""


@dataclass
class Walk:
    """What has been asked, and what was wrong about the answers."""

    asked: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    """In a few words -> the first time that it happened."""

    def note(self, kind: str, about: str) -> None:
        """Remember what was wrong, once a kind."""
        self.wrong.setdefault(kind, about[:2000])


def operations(document: Mapping[str, Any]) -> Iterator[Any]:
    """Yield every operation of a description. Fails for one that cannot be read."""
    for found in schemathesis.openapi.from_dict(dict(document)).get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


def walk(operation: Any, caller: str, where: TwoCases, walked: Walk, *, examples: int, told: int = 0) -> None:
    """Ask an operation as somebody, `examples` times in good order and as often in bad; `told` changes the examples."""
    client = where.callers[caller]
    for mode in MODES:
        cases = operation.as_strategy(generation_mode=mode)

        @seed(told)
        @settings(
            max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=cases, data=st.data())
        def asked(case: Any, data: st.DataObject) -> None:
            _name_what_there_is(case, where, data)
            sent = requests.Request(**_told(case, client.headers)).prepare()
            answer = client.http.request(
                str(sent.method), str(sent.url), content=sent.body, headers=dict(sent.headers), follow_redirects=False
            )
            judge(case, answer, where, walked, caller)

        # What takes nothing has no bad order.
        with suppress(Unsatisfiable):
            asked()


def judge(case: Any, answer: Response, where: TwoCases, walked: Walk, caller: str) -> None:
    """Note what is wrong about an answer: by the description, or because it tells of what is hidden."""
    label = f"{case.method} {case.path}"
    walked.asked += 1
    walked.statuses[answer.status_code] = walked.statuses.get(answer.status_code, 0) + 1
    asked = f"{caller}: {answer.request.method} {answer.request.url} {answer.request.content[:600]!r}"
    said = f"{answer.status_code} {answer.headers.get('content-type')} {answer.text[:600]}"
    for mark in told_marks(answer, where.marks):
        walked.note(f"{label} tells {caller} of what is hidden: {mark}", f"{asked}\n{said}")
    if NOT_READY.get((case.method, case.path)) == answer.status_code:
        return
    try:
        case.validate_response(answer, checks=list(CHECKS))
    except FailureGroup as group:
        for each in group.exceptions:
            title = each.title if isinstance(each, Failure) else type(each).__name__
            walked.note(f"{label} {answer.status_code} {title}", f"{asked}\n{said}\n{each}")


def told_marks(answer: Response, marks: tuple[str, ...]) -> list[str]:
    """Return the marks that an answer holds and its request did not: what is said back tells nobody anything."""
    sent = unquote(str(answer.request.url)) + answer.request.content.decode("utf-8", "replace")
    got = answer.text + " ".join(answer.headers.values())
    return [mark for mark in marks if mark in got and mark not in sent]


def _name_what_there_is(case: Any, where: TwoCases, data: st.DataObject) -> None:
    """Put into the path, and into a body that names others, what leads somewhere: mine, the hidden, or as it was."""
    parameters = dict(case.path_parameters or {})
    for name in parameters:
        mine, theirs = where.open_ids.get(name, ()), where.hidden_ids.get(name, ())
        chosen = data.draw(st.sampled_from([*mine, *mine, *theirs, None]), label=name)
        if chosen is not None:
            parameters[name] = chosen
    case.path_parameters = parameters
    if isinstance(case.body, dict):
        for name in NAMING & case.body.keys():
            of = "task_id" if name == "task_id" else "complaint_id"
            case.body[name] = data.draw(st.sampled_from([*where.open_ids[of], *where.hidden_ids[of], case.body[name]]))


def _told(case: Any, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the request as a library sends it, with the credentials of the caller and nobody else's."""
    found: dict[str, Any] = case.as_transport_kwargs(base_url=BASE)
    kept = {name: value for name, value in found["headers"].items() if name.lower() not in CREDENTIALS}
    found["headers"] = {**kept, **headers}
    found["cookies"] = {}
    return found
