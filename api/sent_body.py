"""The body of a request says nothing that is passed over in silence: not where a route takes none, nor a name twice."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.repeated_names import require_names_once
from api.texts import marked
from engine.errors import Unfit
from forms.pointer import pointer

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods whose body means something (RFC 9110, section 9.3.1: in a GET it means nothing)."""
NOT_JSON = marked("The body is not JSON.")


@dataclass(frozen=True)
class SentBody:
    """What came with a request, not looked at yet: whoever sent it signs in first."""

    content: bytes
    asked: bool
    """Whether the route takes a body."""


async def sent_body(request: Request) -> SentBody:
    """Return the body of a request, empty where it means nothing. Never raises for what it says."""
    route = request.scope.get("route")
    if request.method not in CHANGING or not isinstance(route, APIRoute):
        return SentBody(b"", asked=False)
    asked = route.body_field is not None or "requestBody" in (route.openapi_extra or {})
    return SentBody(await request.body(), asked)


def require_all_heard(body: SentBody) -> None:
    """Return for a body that a route takes, and where it takes none for no body, `{}` or `null`.

    Raises Unfit for JSON with a name that stands twice in an object; where none is taken also HTTPException 400 for
    what is no JSON, and Unfit naming all that it says.
    """
    if not body.content.strip():
        return
    require_names_once(body.content)
    if not body.asked:
        _require_nothing_said(body.content)


def _require_nothing_said(content: bytes) -> None:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise HTTPException(400, NOT_JSON) from None
    if said is None:
        return
    if not isinstance(said, dict):
        raise Unfit(fields=[{"field": "", "code": "not-object"}])
    if said:
        raise Unfit(fields=[{"field": pointer([name]), "code": "unknown-field"} for name in said])
