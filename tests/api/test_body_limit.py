"""Whoever sends too much reads why: they are heard out, up to a bound, and nothing of it is kept."""

from __future__ import annotations

import anyio
import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from api import limits
from api.limits import BodyLimit

REFUSED = "413 A request has at most 10 bytes."


def heard(*chunks: int, stated: int | None = None) -> tuple[int, int, str | None]:
    """Send chunks of so many bytes to a limit of ten; return how many it took, what the route got, and the refusal."""
    waiting, reached = [b"x" * size for size in chunks], 0

    async def receive() -> Message:
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(_message: Message) -> None: ...

    async def route(_scope: Scope, receive: Receive, _send: Send) -> None:
        nonlocal reached
        more = True
        while more:
            message = await receive()
            reached += len(message["body"])
            more = message["more_body"]

    headers = [] if stated is None else [(b"content-length", str(stated).encode())]
    refusal = None
    try:
        anyio.run(BodyLimit(route, most_bytes=10), {"type": "http", "headers": headers}, receive, send)
    except HTTPException as refused:
        refusal = f"{refused.status_code} {refused.detail}"
    return len(chunks) - len(waiting), reached, refusal


def test_what_fits_reaches_the_route() -> None:
    assert heard(4, 6) == (2, 10, None)


@pytest.mark.parametrize("stated", [None, 33])
def test_what_is_too_large_is_heard_to_its_end_and_not_passed_on(stated: int | None) -> None:
    assert heard(9, 8, 8, 8, stated=stated) == (4, 0 if stated else 9, REFUSED)


def test_what_ends_with_the_chunk_that_is_too_much_is_refused_at_once() -> None:
    assert heard(9, 2) == (2, 9, REFUSED)


def test_of_what_is_far_too_large_only_so_much_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEARD_OUT", 16)
    assert heard(8, 8, 8, 8, stated=32) == (2, 0, REFUSED)
