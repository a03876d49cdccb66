"""The shape of every error: problem details (RFC 9457), with a stable code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
OWN = frozenset({"type", "title", "status", "detail", "code"})


class FieldFault(BaseModel):
    """One field that does not fit."""

    model_config = ConfigDict(extra="allow")

    field: str = Field(
        description="JSON pointer (RFC 6901) into what `in` names; empty for all of it.", examples=["/data/amount"]
    )
    in_: Literal["body", "query", "path", "header"] = Field(
        alias="in", description="Which part of the request.", examples=["body"]
    )
    code: str = Field(description="Stable reason.", examples=["out-of-range"])
    message: str = Field(description="The reason in the caller's language.", examples=["Enter 1 or more."])
    allowed: list[str] | None = Field(default=None, description="What would be right, where that can be listed.")
    values: dict[str, Any] | None = Field(default=None, description="The figures that the message names.")


class Problem(BaseModel):
    """Why a request was refused. Other members depend on the code: `by` and `at` of a conflict, for instance."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Relative URI of the kind of problem.", examples=["/problems/conflict"])
    title: str = Field(
        description="What it is called, in the language of Accept-Language, else the caller's own, else Chinese."
    )
    status: int = Field(description="The HTTP status.", examples=[409])
    detail: str = Field(description="What happened and what to do, in the caller's language.")
    code: str = Field(description="Stable; for machines.", examples=["conflict"])


class UnfitProblem(Problem):
    """A problem that lists the fields."""

    fields: list[FieldFault] = Field(default_factory=list)


def problem(
    code: str,
    status: int,
    title: str,
    detail: str,
    *,
    language: str,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer. `title` and `detail` are in `language` already.

    `details` become members beside the standard ones, which they never replace.
    """
    body = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **{name: value for name, value in (details or {}).items() if name not in OWN},
    }
    told = {"Content-Language": language, **(headers or {})}
    return Response(_written(body), status_code=status, headers=told, media_type=MEDIA_TYPE)


def _written(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body, default=str)
    except TypeError:
        # A name that somebody sent holds half a character: it is told back escaped, as it came.
        return json.dumps(body, default=str).encode()
