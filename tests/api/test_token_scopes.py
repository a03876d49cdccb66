"""A token never does more than its scopes, and never more than its person."""

from __future__ import annotations

import re
from typing import Any

import pytest

from access import people, teams, tokens
from access.policy import EVERYTHING, Scope
from access.rights import standings_of
from api.token_scopes import CHANGES, EITHER, LOOKS, PARTS, WORKS, needed
from engine.commands.house_work import require_operator
from engine.errors import Forbidden
from engine.ids import RandomIds
from tests.api.test_authentication import ROUTES
from tests.support.application import Client, House

ASKED = [
    (method, path)
    for method, path in ROUTES
    if path.startswith("/api") and not path.startswith(("/api/track", "/api/demo", "/api/me"))
]


def given(redress: House, login: str, *scopes: Scope) -> Client:
    """Return somebody who holds a token with these scopes alone."""
    application = redress.application
    with application.database.write() as unit:
        issued = tokens.issue(
            unit.connection, login, name="x", ids=RandomIds(), now=application.now(), scopes=frozenset(scopes)
        )
        unit.commit()
    return Client(redress.http, {"Authorization": f"Bearer {issued.secret}", "Accept-Language": "en"})


def with_every_role(redress: House, login: str) -> str:
    with redress.application.database.write() as unit:
        for each in ("supervisor", "process_owner", "operator", "auditor"):
            teams.give_role(unit.connection, login, each)
        unit.commit()
    return login


def asked(client: Client, method: str, path: str) -> Any:
    return client.call(method, path, None if method in ("GET", "DELETE") else {})


def out_of_scope(answer: Any) -> bool:
    return bool(answer.status_code == 403 and answer.json()["code"] == "out-of-scope")


def test_to_read_is_to_change_nothing(redress: House) -> None:
    reader = given(redress, with_every_role(redress, "chen.jing"), Scope.READ)
    for method, path in ASKED:
        refused = out_of_scope(asked(reader, method, path))
        assert refused is (method != "GET" or path.startswith("/api/incidents")), (method, path)


@pytest.mark.parametrize("scope", list(Scope))
def test_each_scope_opens_what_it_is_for_and_nothing_else(redress: House, scope: Scope) -> None:
    client = given(redress, with_every_role(redress, "chen.jing"), scope)
    opened = {(method, path) for method, path in ASKED if not out_of_scope(asked(client, method, path))}
    changes = {(method, path) for method, path in opened if method != "GET"}
    expected = {
        Scope.READ: set(),
        Scope.AUDIT: set(),
        Scope.PUBLISH: {("POST", "/api/processes"), ("POST", "/api/processes/check")},
        Scope.ADMINISTER: {each for each in ASKED if each[1].startswith("/api/incidents/") and each[0] == "POST"},
    }
    if scope in expected:
        assert changes == expected[scope]
    elif scope is Scope.SUPERVISE:
        assert ("POST", "/api/tasks/x1/assign") in changes
        assert not changes & {
            ("POST", "/api/tasks/x1/complete"),
            ("POST", "/api/complaints"),
            ("POST", "/api/tasks/next"),
        }
    else:
        assert ("POST", "/api/tasks/x1/complete") in changes
        assert not changes & {("POST", "/api/tasks/x1/assign"), ("POST", "/api/processes")}
    assert (("GET", "/api/complaints") in opened) is (scope in LOOKS)


def test_a_token_for_publishing_alone_sees_no_case(redress: House) -> None:
    case = redress.file()["id"]
    client = given(redress, "li.na", Scope.PUBLISH)
    assert client.refused(403, "GET", f"/api/complaints/{case}")["code"] == "out-of-scope"
    assert client.get("/api/processes")["items"]


def test_scopes_do_not_give_what_the_person_lacks(redress: House) -> None:
    client = given(redress, "li.na", *Scope)
    assert client.refused(403, "GET", "/api/incidents")["code"] == "forbidden"


def test_who_works_without_supervising_does_not_supervise(redress: House) -> None:
    """The scope counts in the case itself too, not only at the door."""
    case = redress.file("li.na", channel="phone")["id"]
    redress.do("li.na", "acknowledge", case, {"acknowledgement_text": "We have it."})
    works, supervises = (given(redress, "chen.jing", each) for each in (Scope.WORK, Scope.SUPERVISE))
    body = {"reason": "x", "clock": "x"}
    application = redress.application
    with application.database.read() as connection:
        found = {
            name: tokens.authenticate(
                connection, client.headers["Authorization"].removeprefix("Bearer "), application.now(),
                rules=application.posts.rules,
            )
            for name, client in (("works", works), ("supervises", supervises))
        }  # fmt: skip
    stands = {name: standings_of(who, owner="li.na") for name, who in found.items() if who is not None}
    assert {"supervisor", "leads"} & stands["works"] == {"leads"}
    assert {"supervisor", "leads"} & stands["supervises"] == {"supervisor"}
    assert works.refused(403, "POST", f"/api/tasks/{redress.task('li.na', 'verify', case)['id']}/assign", body)


def test_an_operator_s_token_without_administer_is_no_operator_s(redress: House) -> None:
    client, application = given(redress, "ops", Scope.READ, Scope.WORK), redress.application
    secret = client.headers["Authorization"].removeprefix("Bearer ")
    with application.database.read() as connection:
        who = tokens.authenticate(connection, secret, application.now(), rules=application.posts.rules)
    with pytest.raises(Forbidden):
        require_operator(who)
    assert client.call("GET", "/metrics").status_code == 403
    assert given(redress, "ops", Scope.ADMINISTER).call("GET", "/metrics").status_code == 200


def test_without_stated_scopes_a_token_does_what_its_person_does(redress: House) -> None:
    with redress.application.database.read() as connection:
        kept = tokens.tokens_of(connection, "li.na")
    assert {each.scopes for each in kept} == {EVERYTHING}
    redress.file()
    assert redress.person("li.na").post("/api/tasks/next", {})["task"]


def test_every_route_with_needs_of_its_own_is_there() -> None:
    known = {path for method, path in ROUTES if method != "GET"}
    assert {re.sub(r"\{[a-z_]+\}", "x1", route) for route in CHANGES} <= known
    known |= {path for _, path in ROUTES}
    assert all(any(path.startswith(beginning) for path in known) for beginning in PARTS)
    assert (needed("GET", "/api/anything"), needed("POST", "/api/anything")) == (LOOKS, WORKS)
    assert needed("POST", "/api/complaints/{complaint_id}/pause") == EITHER


def test_a_service_has_tokens_and_is_called_one(redress: House) -> None:
    application = redress.application
    with application.database.write() as unit:
        people.add(
            unit.connection, name="Export", language="en", ids=application.ids, now=application.now(),
            login="export", kind=people.SERVICE,
        )  # fmt: skip
        teams.join(unit.connection, "export", "service")
        unit.commit()
    client = given(redress, "export", Scope.READ)
    assert client.get("/api/me")["id"] == "export"
    kinds = {each["id"]: each["kind"] for each in client.get("/api/people")["items"]}
    assert (kinds["export"], kinds["li.na"]) == ("service_account", "person")
