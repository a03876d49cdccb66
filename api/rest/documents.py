"""What the OpenAPI description says of every route: the errors it may answer with, each in one shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.problems import Problem, UnfitProblem

Responses = dict[int | str, dict[str, Any]]

MEANING: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "Sign in: the token or the tracking code is missing or wrong.",
    403: "You may see this, but the step belongs to somebody else.",
    404: "There is no such thing, or it is not yours to see.",
    409: "Somebody was faster, or the case has moved on; `by` and `at` say who and when, where a person was.",
    412: "What you saw has changed (If-Match); load it again.",
    408: "The request did not arrive in time.",
    413: "The request is too large.",
    415: "The body is called something else than JSON (Content-Type).",
    422: "Some fields, parameters or the cursor do not fit; `fields` lists each with its reason.",
    428: "A decision needs If-Match: say which version you saw.",
    429: "Too many requests; Retry-After says when to try again.",
    500: "An automatic step of the process failed, nothing was changed; or we failed: `incident` is on record.",
    503: "Busy, nothing was changed; or `outcome-unknown`: look before you repeat it. Retry-After is given.",
}


def problems(*statuses: int) -> Responses:
    """Return the descriptions of these errors, and of those that every route may answer with."""
    return {
        status: {
            "description": MEANING[status],
            "model": UnfitProblem if status == 422 else Problem,
        }
        for status in sorted({*statuses, 429, 500, 503})
    }


READS: Responses = problems(401, 404, 422)
LISTS: Responses = problems(401, 422)
CHANGES: Responses = problems(400, 401, 403, 404, 408, 409, 413, 415, 422)
DECIDES: Responses = problems(400, 401, 403, 404, 408, 409, 412, 413, 415, 422, 428)
TRACKS: Responses = problems(401, 422)
ANSWERS: Responses = problems(400, 401, 408, 409, 413, 415, 422)
_ETAG = {"description": "The version that you see.", "schema": {"type": "string"}}
TAGGED: Responses = {200: {"headers": {"ETag": _ETAG}}}
"""Of routes whose answer has a version to send back as If-Match."""
UNCHANGED: Responses = {304: {"description": "It is still the version of If-None-Match."}}
