"""A request that is sent twice with one Idempotency-Key is carried out once, and answered the same way again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import answer
from api.context import RequestContext
from engine.errors import Unfit
from storage import idempotency
from storage.errors import StoreBusy

_KEY = re.compile(r"[\x21-\x7e]{8,255}")


@dataclass(frozen=True)
class Once:
    """How often a request may take effect: with a key, once."""

    key: str | None
    body: bytes
    """The request as it came."""


async def once(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(description="A random value of your own, 8 to 255 characters: the request happens once.")
    ] = None,
) -> Once:
    """Return the key and the body of a request; whether it can be a key is said once its sender is let in."""
    return Once(idempotency_key, await request.body() if idempotency_key is not None else b"")


OnceOnly = Annotated[Once, Depends(once)]


@dataclass(frozen=True)
class Answered:
    """What a command came to, as HTTP tells it."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] | None = None


def carry_out(
    context: RequestContext, command: Any, present: Callable[[Any, Connection], Answered], once: Once
) -> Response:
    """Run a command and answer; with a key, the first answer again for the same request.

    `present` is called with the command's answer inside its transaction. Raises the command's Refusal, KeyReused for
    the same key with another request, Unfit for a key that cannot be one.
    """
    if once.key is not None and not _KEY.fullmatch(once.key):
        raise Unfit(
            "An Idempotency-Key has 8 to 255 visible ASCII characters.",
            fields=[{"field": "Idempotency-Key", "in": "header", "code": "malformed"}],
        )
    shown: list[Answered] = []

    def before_commit(connection: Connection, result: Any) -> None:
        shown.append(present(result, connection))
        if once.key is not None:
            _remember(context, connection, once, shown[0])

    if once.key is not None and (kept := _recall(context, once)) is not None:
        return kept
    try:
        context.run(command, before_commit=before_commit)
    except StoreBusy:
        # Perhaps the same key was being used at that moment: then its answer is there now.
        kept = _recall(context, once) if once.key is not None else None
        if kept is None:
            raise
        return kept
    done = shown[0]
    return answer(done.value, status=done.status, headers=done.headers)


def _scope(context: RequestContext) -> str:
    """Return who asks for what: a person, the complainant of one case, or somebody unknown who files."""
    if context.principal is not None:
        who = context.principal.person_id
    else:
        who = "public" if context.receipt_of is None else f"receipt:{context.receipt_of}"
    return f"{who} {context.request.method} {context.request.url.path}"


def _recall(context: RequestContext, once: Once) -> Response | None:
    assert once.key is not None
    with context.application.database.read() as connection:
        sealed = idempotency.recall(connection, key=once.key, scope=_scope(context), request=once.body, now=context.now)
    if sealed is None:
        return None
    kept = orjson.loads(sealed)
    return answer(kept["value"], status=kept["status"], headers={**kept["headers"], "Idempotency-Replayed": "true"})


def _remember(context: RequestContext, connection: Connection, once: Once, shown: Answered) -> None:
    assert once.key is not None
    kept = {"value": shown.value, "status": shown.status, "headers": dict(shown.headers or {})}
    idempotency.remember(
        connection, key=once.key, scope=_scope(context), request=once.body, response=orjson.dumps(kept),
        now=context.now,
    )  # fmt: skip
