"""Whatever is posted, the answer is a page that says what is wrong, never a failure of ours."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.web import pages
from api.web.case_commands import FORMS
from tests.support.application import House, house
from tests.web.conftest import with_pages
from tests.web.visitor import Visitor, staff, visitor

NAMES = st.sampled_from(
    ["subject", "text", "name", "people", "refund.amount", "refund.currency", "respondents.0.name", "category", "type",
     "identity_mode", "language", "_once", "_add", "_rows.respondents", "code", "satisfied", "sure", "to", "reason",
     "why", "amount", "clock", "id", "facts_version", "was_people", "flag_names", "flag_safety", "how", "said_by",
     "_version", "acknowledgement_text", "promises.0.what", "promises.0.due_at", "_draft", "next", "token",
     "_channel", "_received_at", "login", "password", "old", "new", "again", "kept", "scope", "days"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "1", "-1", "yes", "no", "999999999999999999999", "2026-13-40T99:99", "web", "anonymous", "\ud800"]
    ),
)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=12)
POSTED = sorted(
    {
        path
        for router in pages.ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "POST" in (route.methods or ())
        for path in ([route.path.replace("{form}", form) for form in FORMS] if "{form}" in route.path else [route.path])
    }
)
"""Every address that takes a form."""
PUBLIC = [path for path in POSTED if "{" not in path and path != "/track/leave"]
"""Those that name nothing; save the one that closes the tracking page of the test."""
STAFF = [path for path in POSTED if path not in ("/sign-in", "/sign-out")]
"""All of them; save those that would end the one session of the test, or begin another."""


UNKNOWN = {"session_id": "unknown", "token_id": "unknown"}


@pytest.fixture(scope="module")
def noisy() -> tuple[Visitor, Visitor, str, str]:
    """Somebody from outside with an open tracking page, a colleague, a case and its task."""
    redress: House = with_pages(house(secure_cookies=False))
    filed = redress.file()
    guest = visitor(redress)
    guest.send(guest.get("/track"), "/track", {"code": filed["tracking_code"]})
    task = redress.person("li.na").get(f"/api/complaints/{filed['id']}")["tasks"][0]["id"]
    return guest, staff(redress, "chen.jing"), filed["id"], task


def fields(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
    return data


def test_the_forms_of_visitors_cases_tasks_and_notices_are_among_them() -> None:
    assert {"/complain", "/track/messages", "/track/withdraw", "/sign-in", "/language", "/tasks/next"} <= set(PUBLIC)
    assert {"/cases/{case_id}/reply", "/cases/{case_id}/remedy", "/tasks/{task_id}/complete"} <= set(STAFF)
    assert "/notices/{notice_id}/read" in STAFF
    assert len(STAFF) > 30


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(path=st.sampled_from(PUBLIC), pairs=PAIRS)
def test_public_forms_take_any_noise(
    noisy: tuple[Visitor, Visitor, str, str], path: str, pairs: list[tuple[str, str]]
) -> None:
    page = noisy[0].post(path, fields(pairs))
    assert page.status < 500, page.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(form=st.sampled_from(STAFF), pairs=PAIRS)
def test_forms_of_staff_take_any_noise(
    noisy: tuple[Visitor, Visitor, str, str], form: str, pairs: list[tuple[str, str]]
) -> None:
    _guest, colleague, case, task = noisy
    csrf = next(dict(each.entries)["_csrf"] for each in colleague.get("/inbox").forms if "_csrf" in each.names)
    path = form.format_map({"case_id": case, "task_id": task, "notice_id": "unknown", "key": "complaint", **UNKNOWN})
    page = colleague.post(path, {**fields(pairs), "_csrf": [csrf]})
    assert page.status < 500, page.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_addresses_take_any_noise(noisy: tuple[Visitor, Visitor, str, str], text: str) -> None:
    colleague = noisy[1]
    for path, params in (
        ("/cases", {"q": text, "cursor": text, "status": text}),
        ("/inbox", {"view": text, "team": text}),
    ):
        assert colleague.get(path, params=params).status in (200, 404)
