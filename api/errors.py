"""The only place that knows HTTP codes: what each refusal means to a client, as problem details (RFC 9457)."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from access import people
from access.errors import AccessError
from api.context import Shared
from api.field_messages import field_message
from api.languages import DEFAULT, asked_language
from api.problems import problem
from engine.errors import Refusal
from forms.field_problem import FieldProblem
from forms.messages import MESSAGES, message_for
from storage.errors import BadCursor, KeyReused, OutcomeUnknown, StoreBusy, StoreError

log = structlog.get_logger(__name__)

STATUS: Mapping[str, int] = {
    "refused": 400,
    "sign-in-required": 401,
    "forbidden": 403,
    "foreign-request": 403,
    "foreign-form": 403,
    "not-found": 404,
    "unknown-post": 404,
    "conflict": 409,
    "stale": 412,
    "unfit": 422,
    "too-far": 422,
    "unknown-calendar": 422,
    "unreadable-bundle": 422,
    "not-publishable": 422,
    "unsafe": 422,
    "match-required": 428,
    "too-many": 429,
    "step-failed": 500,
    "busy": 503,
}
"""Code of a refusal -> HTTP status. A code that is missing here means that of the class it refines, at last 400."""

RETRY_SECONDS = 1
"""How long a client waits before it tries again where the store was busy."""

HTTP_CODES: Mapping[int, str] = {404: "no-such-address", 405: "wrong-method", 413: "too-large"}
"""Errors of the frame around us."""

SAME_CODES: Mapping[str, str] = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "literal_error": "unknown",
    "greater_than_equal": "out-of-range",
    "less_than_equal": "out-of-range",
    "string_too_long": "too-long",
    "too_long": "too-many",
    "too_short": "too-few",
    "string_type": "not-string",
    "int_type": "not-integer",
    "int_parsing": "not-integer",
    "bool_type": "not-boolean",
    "bool_parsing": "not-boolean",
    "list_type": "not-list",
    "dict_type": "not-object",
    "model_attributes_type": "not-object",
    "model_type": "not-object",
    "string_pattern_mismatch": "malformed",
}
"""What the library calls a fault -> the code by which the house has called it all along."""


def install(app: FastAPI) -> None:
    """Make every refusal an answer of this shape; what nobody foresaw is caught by the envelope around all routes."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(AccessError, _access)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal: its own, or that of the class it refines."""
    for kind in type(refusal).__mro__:
        code = getattr(kind, "code", "")
        if code in STATUS:
            return STATUS[str(code)]
    return 400


def headers_of(refusal: Refusal) -> dict[str, str]:
    """Return the headers that belong to a refusal."""
    status = status_of(refusal)
    if status == 401:
        scheme = str(refusal.details.get("scheme", "Bearer"))
        return {"WWW-Authenticate": f'{scheme} realm="redress"'}
    if status in (429, 503):
        return {"Retry-After": str(refusal.details.get("retry_after", RETRY_SECONDS))}
    return {}


def language_of(request: Request) -> str:
    """Return the language in which a refusal is told."""
    return asked_language(request.headers.get("accept-language")) or DEFAULT


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    language, details = language_of(request), dict(error.details)
    details.pop("scheme", None)
    if isinstance(details.get("fields"), list):
        details["fields"] = [_worded(field, language) for field in details["fields"]]
    if isinstance(details.get("by"), str):
        details["by_name"] = _name(request, details["by"])
    return problem(
        error.code, status_of(error), error.message, language=language, details=details, headers=headers_of(error)
    )


def _worded(field: Any, language: str) -> Any:
    """Add the sentence for a code that we have words for."""
    if not isinstance(field, dict) or "message" in field:
        return field
    if field.get("code") not in MESSAGES:
        sentence = field_message(str(field.get("code")), language)
        return {**field, "message": sentence} if sentence else field
    found = FieldProblem(str(field.get("field", "")), field["code"], field.get("values") or {})
    return {**field, "message": message_for(found, language)}


def _name(request: Request, person_id: str) -> str | None:
    shared: Shared = request.app.state.shared
    with shared.application.database.read() as connection:
        return people.names(connection, [person_id]).get(person_id)


def _store(request: Request, error: Exception) -> Response:
    language, retry = language_of(request), {"Retry-After": str(RETRY_SECONDS)}
    assert isinstance(error, StoreError)
    if isinstance(error, StoreBusy):
        return problem("busy", 503, error.message, language=language, headers=retry)
    if isinstance(error, OutcomeUnknown):
        return problem("outcome-unknown", 503, error.message, language=language, headers=retry)
    if isinstance(error, BadCursor):
        return problem("bad-cursor", 400, error.message, language=language)
    if isinstance(error, KeyReused):
        return problem("key-reused", 422, error.message, language=language)
    return unexpected(request, error)


def _access(request: Request, error: Exception) -> Response:
    assert isinstance(error, AccessError)
    return problem("unfit", 422, error.message, language=language_of(request))


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults: Sequence[Any] = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem("malformed", 400, "The body is not JSON.", language=language_of(request))
    language = language_of(request)
    fields = [{"field": _path(fault["loc"]), **_fault(fault, language)} for fault in faults]
    detail = "Some fields do not fit; each is listed with its reason."
    return problem("unfit", 422, detail, language=language, details={"fields": fields})


def _fault(fault: Any, language: str) -> dict[str, str]:
    """Return code and sentence of a fault, in the words that the rest of the house uses for the same."""
    code = SAME_CODES.get(fault["type"], str(fault["type"]).replace("_", "-"))
    return {"code": code, "message": field_message(code, language) or str(fault["msg"])}


def _path(location: Sequence[Any]) -> str:
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    return "/".join(str(part) for part in parts)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "malformed" if error.status_code < 500 else "unexpected")
    detail = {"no-such-address": "There is no such address.", "wrong-method": "This address does not take this method."}
    return problem(
        code, error.status_code, detail.get(code, str(error.detail)), language=language_of(request),
        headers=error.headers,
    )  # fmt: skip


def unexpected(request: Request, error: Exception) -> Response:
    """Return the answer for what nobody foresaw: an id that is in the log with the trace, which nobody else sees."""
    shared: Shared = request.app.state.shared
    incident = shared.application.ids.new()
    # The trace as text: a logger that draws it itself would draw the values of variables too, and they are personal.
    trace = "".join(traceback.format_exception(error))
    log.error("unexpected", incident=incident, method=request.method, path=request.url.path, trace=trace)
    detail = "Something went wrong inside; it is on record. Tell the operator this id if it happens again."
    return problem("unexpected", 500, detail, language=language_of(request), details={"incident": incident})
