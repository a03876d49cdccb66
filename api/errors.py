"""The only place that knows HTTP codes: what each refusal means to a client, as problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Mount

from access import people
from access.errors import AccessError
from access.keys.keyring import KeyAbsent, UnfitKeyring
from api.authentication import learn_sender, require_let_in, signed_in
from api.context import Shared
from api.faults import of_house, of_library
from api.finding_words import finding_words
from api.head import METHODS
from api.languages import DEFAULT, asked_language, own_language
from api.problem_titles import TITLES
from api.problems import problem
from api.sent_body import NOT_JSON
from api.sentences import Sentences
from api.texts import marked
from engine.errors import NotPublishable, Refusal, StepFailed, Unfit
from engine.model.problem import Problem
from forms.pointer import pointer
from storage.errors import BadCursor, KeyReused, OutcomeUnknown, StoreBusy, StoreError

log = structlog.get_logger(__name__)

STATUS: Mapping[str, int] = {
    "refused": 400,
    "sign-in-required": 401,
    "forbidden": 403,
    "foreign-request": 403,
    "foreign-form": 403,
    "not-found": 404,
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
    "not-ready": 503,
}
"""Code of a refusal -> HTTP status. A code that is missing here means that of the class it refines, at last 400."""

RETRY_SECONDS = 1
"""How long a client waits before it tries again where the store was busy."""

HTTP_CODES: Mapping[int, str] = {
    404: "no-such-address", 405: "wrong-method", 408: "too-slow", 413: "too-large", 415: "not-json",
    421: "unknown-host",
}  # fmt: skip
"""Errors of the frame around us."""
HTTP_SENTENCES: Mapping[str, str] = {
    "no-such-address": marked("There is no such address."),
    "wrong-method": marked("This address does not take this method."),
}
NO_JSON_TYPE = marked("The body must be JSON: send it as `Content-Type: application/json`.")
UNKNOWN_HOST = marked("This server is not known under that name; its operator says under which it is.")
UNREADABLE = marked("The request cannot be read.")
UNFORESEEN = marked("Something went wrong inside; it is on record. Tell the operator this id if it happens again.")
NOT_STORED = marked(
    "Something in our system does not work, so nothing was stored; whoever looks after it has been told. Please keep "
    "your text and send it again later, or turn to the institution in person or by telephone."
)
"""What the public is told of a step that failed: which table or step it was is for the operator alone."""

STORE: Mapping[type[StoreError], tuple[str, int]] = {
    StoreBusy: ("busy", 503),
    OutcomeUnknown: ("outcome-unknown", 503),
    BadCursor: ("bad-cursor", 422),
    KeyReused: ("key-reused", 422),
}
"""Refusals of the store -> code and HTTP status; all others are our fault."""
IN_REQUEST: Mapping[type[StoreError], tuple[str, str]] = {
    BadCursor: ("cursor", "query"),
    KeyReused: ("Idempotency-Key", "header"),
}
"""Refusals of the store that are about one value of the request -> its name, and where it stands."""


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
    """Return the language in which a refusal is told.

    What the request asks for; else that of whoever sent it, as far as it is known who did; else that of the house.
    """
    return asked_language(request.headers.get("accept-language")) or own_language(request) or DEFAULT


def _told(
    request: Request,
    code: str,
    status: int,
    message: str,
    *kinds: str,
    title: str = "",
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a refusal in the caller's language. `kinds`: sentences to say where there are no words for it."""
    sentences: Sentences = request.app.state.sentences
    language = language_of(request)
    named = TITLES.get(title or code, TITLES["refused"])
    detail = sentences.said(message, language, *kinds, named)
    return problem(
        code, status, sentences.said(named, language), detail, language=language, details=details, headers=headers
    )


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    sentences: Sentences = request.app.state.sentences
    if isinstance(error, StepFailed) and signed_in(request) is None:
        kept = {name: value for name, value in error.details.items() if name == "incident"}
        return _told(request, StepFailed.code, status_of(error), NOT_STORED, details=kept)
    details = dict(error.details)
    details.pop("scheme", None)
    if isinstance(one := details.pop("field", None), str):
        details.setdefault("fields", [{"field": one, "code": error.code}])
    if isinstance(details.get("fields"), list):
        details["fields"] = of_house(details["fields"], sentences, language_of(request))
    if isinstance(error, NotPublishable) and isinstance(details.get("problems"), list):
        shared: Shared = request.app.state.shared
        words = finding_words(shared.application.settings.locale_folder)
        found = (Problem(**each) for each in details["problems"])
        details["problems"] = [words.told(each, language_of(request)).as_dict() for each in found]
    if isinstance(details.get("by"), str):
        details["by_name"] = _name(request, details["by"])
    return _told(
        request, error.code, status_of(error), error.message, *kinds_of(error), title=_titled(error), details=details,
        headers=headers_of(error),
    )  # fmt: skip


def _titled(refusal: Refusal) -> str:
    """Return the code by which a refusal is titled: its own, or that of the class it refines."""
    codes = (str(getattr(kind, "code", "")) for kind in type(refusal).__mro__)
    return next((code for code in codes if code in TITLES), "refused")


def kinds_of(error: Exception) -> Iterator[str]:
    """Yield what refusals of this class say by default, then those of the classes that it refines."""
    for kind in type(error).__mro__:
        if issubclass(kind, Refusal | StoreError | AccessError) and kind.__doc__:
            yield kind.__doc__.strip().splitlines()[0]


def _name(request: Request, person_id: str) -> str | None:
    shared: Shared = request.app.state.shared
    with shared.application.database.read() as connection:
        return people.names(connection, [person_id]).get(person_id)


def _store(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreError)
    for kind, (code, status) in STORE.items():
        if isinstance(error, kind):
            retry = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
            details = {}
            if kind in IN_REQUEST:
                name, place = IN_REQUEST[kind]
                field = {"field": pointer([name]), "in": place, "code": code}
                details = {"fields": of_house([field], request.app.state.sentences, language_of(request))}
            return _told(request, code, status, error.message, *kinds_of(error), details=details, headers=retry)
    return unexpected(request, error)


def _access(request: Request, error: Exception) -> Response:
    assert isinstance(error, AccessError)
    if isinstance(error, KeyAbsent | UnfitKeyring):
        # Where the key is kept, and which version of it is missing, is nobody's business but the operator's.
        log.error("server-key-missing", reason=str(error))
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return _told(request, "not-ready", 503, NOT_STORED, headers=headers)
    return _told(request, "unfit", 422, error.message, *kinds_of(error))


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found: Sequence[Any] = error.errors()
    # The frame reads what was sent before anybody asks who sends it.
    refused = _at_the_door(request)
    if refused is not None:
        return refused
    _learn_sender(request)
    if any(fault["type"] == "json_invalid" for fault in found):
        return _told(request, "malformed", 400, NOT_JSON)
    if any(tuple(fault["loc"]) == ("body",) for fault in found) and not _says_json(request):
        return _told(request, "not-json", 415, NO_JSON_TYPE, headers={"Accept": "application/json"})
    fields = of_library(found, request.app.state.sentences, language_of(request))
    return _told(request, "unfit", 422, Unfit().message, details={"fields": fields})


def _at_the_door(request: Request) -> Response | None:
    """Return the refusal of whoever is not let in, None for all others."""
    try:
        require_let_in(request)
    except Refusal as refusal:
        return _refusal(request, refusal)
    except StoreError as error:
        return _store(request, error)
    return None


def _says_json(request: Request) -> bool:
    """Say whether the request calls its body JSON, or has none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    sent = request.headers.get("content-length", "") not in ("", "0") or "transfer-encoding" in request.headers
    return not sent or kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    _learn_sender(request)
    code = HTTP_CODES.get(error.status_code, "malformed" if error.status_code < 500 else "unexpected")
    message = HTTP_SENTENCES.get(code, str(error.detail))
    headers, details = dict(error.headers or {}), {}
    if error.status_code == 405:
        taken = _methods(request)
        headers, details = {**headers, "Allow": ", ".join(taken)}, {"allow": taken}
    return _told(request, code, error.status_code, message, UNREADABLE, details=details, headers=headers)


def _methods(request: Request) -> list[str]:
    """Return every method that the address takes: several routes may share it, the frame names those of one."""
    routes = [route for route in request.app.router.routes if not isinstance(route, Mount)]
    taken = [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] == Match.FULL for route in routes)
    ] or ["GET"]  # what is no route of ours is a file
    return [each for method in taken for each in ((method, "HEAD") if method == "GET" else (method,))]


def _learn_sender(request: Request) -> None:
    """Find out whose language to speak where the request was refused before anybody asked who sends it."""
    asked = asked_language(request.headers.get("accept-language"))
    if asked is None and own_language(request) is None:
        learn_sender(request)


def unknown_host(request: Request) -> Response:
    """Return the answer to what is asked under a name that is not ours."""
    log.warning("unknown-host", hint="REDRESS_PUBLIC_URL or REDRESS_ALLOWED_HOSTS names the hosts of this server")
    return _told(request, HTTP_CODES[421], 421, UNKNOWN_HOST)


def cut_short(request: Request) -> Response:
    """Return the answer to what the server ends before: its body has not come, or what it asks takes long."""
    stopped = OutcomeUnknown("The server stopped before it had answered: look again before you repeat it.")
    return _store(request, stopped)


def unexpected(request: Request, error: Exception) -> Response:
    """Return the answer for what nobody foresaw: an id that is in the log with the trace, which nobody else sees."""
    shared: Shared = request.app.state.shared
    incident = shared.application.ids.new()
    # Not the address, which may name people or open something; and of the error what the log tells of any.
    route = getattr(request.scope.get("route"), "path", "other")
    log.error("unexpected", incident=incident, method=request.method, route=route, exc_info=error)
    return _told(request, "unexpected", 500, UNFORESEEN, details={"incident": incident})
