"""A body where a route takes none is looked at all the same: what it says would be passed over in silence."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from api.errors import NOT_JSON
from api.repeated_names import require_names_once
from engine.errors import Unfit
from forms.pointer import pointer

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods whose body means something (RFC 9110, section 9.3.1: in a GET it means nothing)."""


async def unasked_body(request: Request) -> bytes:
    """Return the body of a request to a route that takes none, empty where it takes one.

    Raises Unfit for JSON with a name that stands twice in an object.
    """
    route = request.scope.get("route")
    if request.method not in CHANGING or not isinstance(route, APIRoute):
        return b""
    takes_one = route.body_field is not None or "requestBody" in (route.openapi_extra or {})
    content = (await request.body()).strip()
    if content[:1] in (b"{", b"["):
        require_names_once(content)
    return b"" if takes_one else content


UnaskedBody = Annotated[bytes, Depends(unasked_body)]


def require_nothing_said(content: bytes) -> None:
    """Return for no body, `{}` or `null`.

    Raises HTTPException 400 for what is no JSON, and Unfit naming all that it says.
    """
    if not content:
        return
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
