"""Whatever is sent to whatever route: an answer in one of the described shapes, never an error of ours."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.support.application import COMPLAINT, House, house

_HOUSE: list[House] = []


def fuzzed() -> House:
    """Return one installation for all examples: what earlier ones have left behind is part of the noise."""
    if not _HOUSE:
        redress = house(demo=True)
        redress.file(by="li.na")
        redress.file()
        _HOUSE.append(redress)
    redress = _HOUSE[0]
    return redress


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Return method, path and description of every operation."""
    return [
        (method.upper(), path, described)
        for path, methods in fuzzed().app.openapi()["paths"].items()
        for method, described in methods.items()
    ]


texts = st.text(max_size=30) | st.sampled_from(
    ["", "\x00", "\u202e", "１２", "💥" * 10, "x" * 300, "%", "'", "\\", "{x}"]
)
numbers = st.integers() | st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0, -1, 2**63, 10**40])
scalars = st.none() | st.booleans() | numbers | texts | st.just("\ud800")
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=8
)
NAMES = (
    *("subject", "text", "people", "refund", "complainant", "respondents", "data", "reason", "to", "category", "by"),
    *("language", "note", "direction", "how", "satisfied", "rating", "clock", "amount", "mode", "type", "process"),
    *("other_id", "kind", "name", "received_at", "refunds", "safety", "priority_override", "promises"),
)
known = st.sampled_from(NAMES)
bodies = st.dictionaries(known | texts | st.just("\ud800"), values, max_size=6) | values
changed = st.builds(lambda extra: {**COMPLAINT, **extra}, st.dictionaries(known, values, max_size=2))
ids = st.sampled_from(
    ["t0000000000000000001", "none", "t0000000000000000001-3n", "%00", "a/b", "é", "x" * 100, "..", "1"]
)
people = st.sampled_from(["li.na", "chen.jing", "park.owner", "gao.yan", "liu.gang", None])
headers = st.fixed_dictionaries(
    {},
    optional={
        "If-Match": st.sampled_from(['"1"', '"f1"', "*", "", "x", '"99999999999999"', 'W/"2"']),
        "Idempotency-Key": st.text("abcdefgh0123-", max_size=40),
        "Accept-Language": st.sampled_from(["en", "ko;q=x", ",,;", "zh" * 300]),
        "Content-Type": st.sampled_from(["application/json", "text/plain", "multipart/form-data", "application/zip"]),
    },
)
queries = st.dictionaries(
    st.sampled_from(["cursor", "limit", "q", "status", "team", "mine", "overdue", "format", "id", "everything"]),
    texts | st.integers().map(str),
    max_size=3,
)


@settings(max_examples=300, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_request_breaks_the_house(data: st.DataObject) -> None:
    redress = fuzzed()
    method, path, described = data.draw(st.sampled_from(operations()))
    address = re.sub(r"\{[a-z_]+\}", lambda _: data.draw(ids), path)
    login = data.draw(people)
    client = redress.public if login is None else redress.person(login)
    body = data.draw(bodies | changed)
    sent = None if method == "GET" else json.dumps(body).encode()
    answer = client.call(
        method, address, content=sent, headers=data.draw(headers), params=data.draw(queries), follow_redirects=False
    )
    # Nothing beats in this application: it is not ready, and says so.
    allowed = (503,) if path == "/readyz" else ()
    assert answer.status_code < 500 or answer.status_code in allowed, (method, address, body, answer.text)
    if answer.status_code >= 400 and path != "/readyz":
        problem = answer.json()
        assert {"type", "title", "status", "detail", "code"} <= problem.keys(), (method, address, problem)
    elif answer.status_code in (200, 201) and answer.headers["content-type"] == "application/json":
        fits(redress, described, str(answer.status_code), answer.json())


def fits(redress: House, described: dict[str, Any], status: str, body: Any) -> None:
    """Fail unless the body has the shape that the description promises for this status."""
    promised = described["responses"].get(status) or described["responses"].get("201")
    schema = promised.get("content", {}).get("application/json", {}).get("schema")
    if schema:
        document = {**schema, "components": redress.app.openapi()["components"]}
        Draft202012Validator(document).validate(body)
