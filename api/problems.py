"""The shape of every error: problem details (RFC 9457), with a stable code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.problem_titles import title

MEDIA_TYPE = "application/problem+json"
OWN = frozenset({"type", "title", "status", "detail", "code"})


class FieldFault(BaseModel):
    """One field that does not fit."""

    model_config = ConfigDict(extra="allow")

    field: str = Field(description="Path of the field, parts divided by `/`; empty for the whole.", examples=["people"])
    code: str = Field(description="Stable reason.", examples=["out-of-range"])
    message: str | None = Field(default=None, description="The reason in the reader's language, where there is one.")


class Problem(BaseModel):
    """Why a request was refused. Other members depend on the code: `by` and `at` of a conflict, for instance."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Relative URI of the kind of problem.", examples=["/problems/conflict"])
    title: str = Field(description="What it is called, in the reader's language.")
    status: int = Field(description="The HTTP status.", examples=[409])
    detail: str = Field(description="What happened and what to do.")
    code: str = Field(description="Stable; for machines.", examples=["conflict"])


class UnfitProblem(Problem):
    """A problem that lists the fields."""

    fields: list[FieldFault] = Field(default_factory=list)


def problem(
    code: str,
    status: int,
    detail: str,
    *,
    language: str = "en",
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer. `details` become members beside the standard ones, which they never replace."""
    body = {
        "type": f"/problems/{code}",
        "title": title(code, language),
        "status": status,
        "detail": detail,
        "code": code,
        **{name: value for name, value in (details or {}).items() if name not in OWN},
    }
    return Response(_written(body), status_code=status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _written(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body, default=str)
    except TypeError:
        # A name that somebody sent holds half a character: it is told back escaped, as it came.
        return json.dumps(body, default=str).encode()
