"""Answers: values of queries as JSON, and what their versions are called (ETag, If-Match)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from engine.errors import Stale

_TAG = re.compile(r'(?:W/)?"?([A-Za-z]?[0-9]{1,9}(?:-[a-z][0-9]{1,9})*)"?')

PERSONAL = {"Cache-Control": "no-store", "Vary": "Accept-Language, Authorization, Cookie"}
"""Every answer is for one reader in one language, and nobody in between keeps it."""


def answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a dataclass, a mapping or a sequence as JSON; instants in UTC, ISO 8601. Never cached: it is personal."""
    return Response(
        orjson.dumps(value), status_code=status, headers={**PERSONAL, **(headers or {})},
        media_type="application/json",
    )  # fmt: skip


def task_tag(version: int) -> str:
    """Return the ETag of a task."""
    return f'"{version}"'


def case_tag(row_version: int, facts_version: int) -> str:
    """Return the ETag of a complaint: the version of the case, and within it that of its facts."""
    return f'"r{row_version}-f{facts_version}"'


def facts_tag(facts_version: int) -> str:
    """Return the ETag of a complaint's facts."""
    return f'"f{facts_version}"'


def matched_task(request: Request) -> int | None:
    """Return the task version in If-Match; None without one. Raises Stale for a tag that we never give out."""
    tag = _tag(request)
    return None if tag is None else _number(tag)


def matched_facts(request: Request) -> int | None:
    """Return the facts' version in If-Match: `"f3"`, `"3"`, or the tag of the whole complaint. Raises Stale."""
    tag = _tag(request)
    if tag is None:
        return None
    part = next((part for part in tag.split("-") if part.startswith("f")), tag)
    return _number(part.removeprefix("f"))


def unchanged(request: Request, tag: str) -> Response | None:
    """Return 304 where the client has this version already."""
    seen = request.headers.get("if-none-match", "")
    if tag in (part.strip().removeprefix("W/") for part in seen.split(",")):
        return Response(status_code=304, headers={**PERSONAL, "ETag": tag})
    return None


def _tag(request: Request) -> str | None:
    header = request.headers.get("if-match")
    if header is None or header.strip() in ("", "*"):
        return None
    found = _TAG.fullmatch(header.strip())
    if found is None:
        raise Stale("This If-Match names no version that was ever given out.", seen=header[:100])
    return found[1]


def _number(text: str) -> int:
    if not text.isdigit():
        raise Stale("This If-Match names no version of this thing.", seen=text)
    return int(text)
