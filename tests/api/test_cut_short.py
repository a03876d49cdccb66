"""A server that stops has waited long enough for a request that does not come whole: it says so."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from tests.support.application import House

SCOPE = {
    "type": "http", "http_version": "1.1", "method": "POST", "path": "/api/complaints", "raw_path": b"/api/complaints",
    "query_string": b"", "root_path": "", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("house", 80),
    "headers": [
        (b"host", b"house"), (b"content-type", b"application/json"), (b"content-length", b"100"),
        (b"accept-language", b"en"),
    ],
}  # fmt: skip


def test_half_a_request_is_answered_when_the_server_stops(redress: House) -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def cut() -> None:
        begun, waiting = asyncio.Event(), asyncio.Event()

        async def receive() -> MutableMapping[str, Any]:
            if begun.is_set():
                waiting.set()
                await asyncio.Event().wait()
            begun.set()
            return {"type": "http.request", "body": b'{"subject":', "more_body": True}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        asked = asyncio.create_task(redress.app(dict(SCOPE), receive, send))
        await waiting.wait()
        asked.cancel()
        await asked

    asyncio.run(cut())
    start, body = sent
    headers = dict(start["headers"])
    assert (start["status"], headers[b"retry-after"]) == (503, b"1")
    assert headers[b"content-type"] == b"application/problem+json"
    assert json.loads(body["body"])["code"] == "outcome-unknown"
