"""Answers: values of queries as JSON, and what their versions are called (ETag, If-Match)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

_TAG = re.compile(r'(?:W/)?"?([A-Za-z]?[0-9]{1,9}(?:-[a-z][0-9]{1,9})*)"?')
_TASK_TAG = re.compile(r'(?:W/)?"([0-9A-Za-z_-]{1,80})[.]([0-9]{1,9})[.][0-9a-f]{12}"')
NO_VERSION = 0
"""A version that no task and no facts ever have: they count from 1."""


def answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a dataclass, a mapping or a sequence as JSON; instants in UTC, ISO 8601."""
    return Response(orjson.dumps(value), status_code=status, headers=headers, media_type="application/json")


def task_tag(task_id: str, version: int) -> str:
    """Return the ETag of a task: good for this task in this version, and for none that is issued in its place."""
    mark = hashlib.sha256(f"task {task_id} {version}".encode()).hexdigest()[:12]
    return f'"{task_id}.{version}.{mark}"'


def case_tag(row_version: int, facts_version: int) -> str:
    """Return the ETag of a complaint: the version of the case, and within it that of its facts."""
    return f'"r{row_version}-f{facts_version}"'


def facts_tag(facts_version: int) -> str:
    """Return the ETag of a complaint's facts."""
    return f'"f{facts_version}"'


def matched_task(if_match: str | None, task_id: str) -> int | None:
    """Return the version of this task that If-Match names: None without one, NO_VERSION for a tag of anything else."""
    header = (if_match or "").strip()
    if header in ("", "*"):
        return None
    found = _TASK_TAG.fullmatch(header)
    if found is None:
        return NO_VERSION
    version = int(found[2])
    return version if header.removeprefix("W/") == task_tag(task_id, version) else NO_VERSION


def matched_facts(if_match: str | None) -> int | None:
    """Return the facts' version in If-Match: `"f3"`, `"3"`, or the tag of the whole complaint.

    None without one, NO_VERSION for a tag of anything else: whether the asker sees the complaint at all comes first.
    """
    header = (if_match or "").strip()
    if header in ("", "*"):
        return None
    found = _TAG.fullmatch(header)
    if found is None:
        return NO_VERSION
    part = next((part for part in found[1].split("-") if part.startswith("f")), found[1]).removeprefix("f")
    return int(part) if part.isdigit() else NO_VERSION


def unchanged(if_none_match: str | None, tag: str) -> Response | None:
    """Return 304 where the client has this version already."""
    if tag in (part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    return None
