"""Who asks: a person by a Bearer token or by the session of their browser, a complainant by a receipt, or anybody.

What changes something over a session carries the session's own value (`X-CSRF-Token`), so that no foreign page can act
through a visitor's browser; a token is sent by no browser by itself and needs none.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer

from access import sessions, tokens
from access.credentials import digest
from access.errors import AccessError
from access.policy import Principal, may_administer
from access.sign_in.guessing import source_of
from api.arrival import Arrival, arrival_of, arrived
from api.context import RequestContext, Settings, Shared
from api.guesses import counted_attempt
from api.known_query import require_known_query
from api.languages import DEFAULT, asked_language, note_own_language
from api.sent_body import SentBody, require_all_heard, sent_body
from api.session_use import note_session_use
from api.token_scopes import require_scope
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from engine.errors import Forbidden, NotFound, Refusal, SignInRequired
from forms.languages import LANGUAGES
from queries.tracking import case_of_code, language_of_case
from storage.errors import StoreBusy, StoreError

CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST = 200
"""Characters of a credential that is looked up at all."""

BEARER = HTTPBearer(
    auto_error=False, scheme_name="person", description="The token of a member of staff: `Bearer redress_...`."
)
RECEIPT = APIKeyHeader(
    name="Authorization",
    auto_error=False,
    scheme_name="receipt",
    description="The tracking code of a complaint: `Receipt ABCD-EFGH-JKMN-PQRS`. Never in a URL.",
)


@dataclass(frozen=True)
class Complainant:
    """A complainant with a tracking code."""

    context: RequestContext
    """In the language asked for, else in that of the complaint."""
    case_id: str


class ForeignRequest(Forbidden):
    """Over a browser's session a change needs the header X-CSRF-Token of that session."""

    code = "foreign-request"


def session_cookie(settings: Settings) -> str:
    """Return the name of the session cookie; over HTTPS one that no neighbouring host can set."""
    return "__Host-redress" if settings.secure_cookies else "redress_session"


def _anybody(request: Request) -> RequestContext:
    shared: Shared = request.app.state.shared
    now = shared.application.clock.now()
    settings, address = shared.application.settings, request.client.host if request.client else "unknown"
    try:
        principal = _principal(request, shared)
    except SignInRequired:
        # Never asked before a token is known to be wrong: nobody waits for who sends wrong ones from where they are.
        shared.buckets.take(f"refused:{source_of(address)}", per_minute=settings.requests_per_minute)
        raise
    own = principal.language if principal and principal.language in LANGUAGES else DEFAULT
    if principal is not None:
        request.state.principal = principal
        note_own_language(request, own)
    client = f"person:{principal.person_id}" if principal else f"address:{source_of(address)}"
    shared.buckets.take(client, per_minute=settings.requests_per_minute)
    asked = asked_language(request.headers.get("accept-language"))
    return RequestContext(shared, request, now, asked or own, principal, asked is not None)


def _principal(request: Request, shared: Shared) -> Principal | None:
    """Return who signed in, None for the public. Raises SignInRequired for a token that is not (or no longer) ours."""
    application = shared.application
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        with application.database.glance() as connection:
            found = tokens.authenticate(
                connection, secret.strip()[:LONGEST], application.clock.now(), rules=application.posts.rules
            )
        if found is None:
            raise SignInRequired("This token is unknown, revoked or expired.")
        _note_use(shared, found.person_id, secret.strip())
        require_scope(request, found)
        return found
    cookie = request.cookies.get(session_cookie(application.settings))
    if scheme or not cookie:
        return None
    with application.database.read() as connection:
        session = sessions.authenticate(
            connection, cookie[:LONGEST], application.clock.now(), rules=application.posts.rules
        )
    if session is None:
        return None
    if request.method not in SAFE and not session.accepts(request.headers.get(CSRF_HEADER, "")):
        raise ForeignRequest
    note_session_use(application, session, cookie)
    return session.principal


def signed_in(request: Request) -> Principal | None:
    """Return the person whom a request was let in for, None for everybody else, and before anybody was."""
    found: Principal | None = getattr(request.state, "principal", None)
    return found


def _note_use(shared: Shared, person: str, token: str) -> None:
    """Keep the day of use, once a day and process; nobody waits or fails for it where the store is busy."""
    application = shared.application
    today = application.clock.now().date()
    if not shared.first_today(f"{person} {digest(token)}", today):
        return
    with contextlib.suppress(StoreBusy):
        application.pipeline.run(HouseWork(lambda desk: tokens.note_use(desk.connection, token, on=today)), SYSTEM)


def learn_sender(request: Request) -> None:
    """Find out in which language the sender of a request that no route has taken is told so. Never raises.

    Only a person's token or session is looked at: a tracking code is tried nowhere but where tries are counted.
    """
    shared: Shared = request.app.state.shared
    bearer = request.headers.get("authorization", "").lower().startswith("bearer ")
    if bearer or session_cookie(shared.application.settings) in request.cookies:
        with contextlib.suppress(Refusal, AccessError, StoreError):
            _anybody(request)


def _let_anybody_in(request: Request, body: SentBody) -> RequestContext:
    """Return the request of a person or of the public. Raises SignInRequired for a wrong token, TooMany, Unfit."""
    context = _anybody(request)
    require_known_query(request)
    require_all_heard(body)
    return context


def _let_staff_in(request: Request, body: SentBody) -> RequestContext:
    """Return the request of a member of staff.

    Raises SignInRequired, TooMany, and then Unfit: for an unknown parameter, or a body that would not be heard.
    """
    context = _anybody(request)
    _ = context.who
    require_known_query(request)
    require_all_heard(body)
    return context


def watcher(request: Request, _scheme: Annotated[object, Depends(BEARER)] = None) -> None:
    """Let in who may read the figures: the monitor with the installation's token for it, or an operator.

    Raises SignInRequired, Forbidden for everybody else, TooMany.
    """
    shared: Shared = request.app.state.shared
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    expected = shared.application.settings.metrics_token.get_secret_value()
    if expected and scheme.lower() == "bearer" and hmac.compare_digest(secret.strip().encode(), expected.encode()):
        return
    if not may_administer(_anybody(request).who):
        raise Forbidden("Only an operator, or a monitor with its own token, reads the figures.")


def public(request: Request) -> RequestContext:
    """Return the request of anybody, without asking who. Raises TooMany."""
    shared: Shared = request.app.state.shared
    asked = asked_language(request.headers.get("accept-language"))
    now = shared.application.clock.now()
    context = RequestContext(shared, request, now, asked or DEFAULT, None, asked is not None)
    source = source_of(context.address)
    shared.buckets.take(f"address:{source}", per_minute=shared.application.settings.requests_per_minute)
    return context


def _let_complainant_in(request: Request, body: SentBody) -> Complainant:
    """Return the request of a complainant and the case that their code opens.

    Raises SignInRequired for a code that opens none, TooMany after too many of them from one address.
    """
    context = public(request)
    scheme, _, code = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "receipt" or not code.strip():
        raise SignInRequired("Send your tracking code: `Authorization: Receipt <code>`.", scheme="Receipt")
    try:
        with counted_attempt(context.shared, context.address, code[:LONGEST]), context.reading() as reader:
            case_id = case_of_code(reader, code[:LONGEST])
            language = language_of_case(reader, case_id)
    except NotFound:
        raise SignInRequired("No complaint has this tracking code.", scheme="Receipt") from None
    note_own_language(request, language)
    require_known_query(request)
    require_all_heard(body)
    spoken = context.language if context.language_asked else language
    return Complainant(replace(context, language=spoken, receipt_of=case_id), case_id)


async def anybody(request: Request, _scheme: Annotated[object, Depends(BEARER)] = None) -> Arrival[RequestContext]:
    """Return a person, or somebody of the public, before the door."""
    return arrived(request, partial(_let_anybody_in, request, await sent_body(request)))


async def staff(request: Request, _scheme: Annotated[object, Depends(BEARER)] = None) -> Arrival[RequestContext]:
    """Return a member of staff before the door."""
    return arrived(request, partial(_let_staff_in, request, await sent_body(request)))


async def receipt(request: Request, _scheme: Annotated[object, Depends(RECEIPT)] = None) -> Arrival[Complainant]:
    """Return a complainant before the door."""
    return arrived(request, partial(_let_complainant_in, request, await sent_body(request)))


_WAYS: Mapping[Any, Callable[[Request, SentBody], object]] = {
    anybody: _let_anybody_in,
    staff: _let_staff_in,
    receipt: _let_complainant_in,
}


def require_let_in(request: Request) -> None:
    """Ask who sends what no route could read, as the route itself would have: nobody is told more before.

    Raises SignInRequired, TooMany and whatever else that route's way in refuses with.
    """
    arrival = arrival_of(request)
    if arrival is not None:
        arrival.let_in()
        return
    # What is no JSON is refused before anybody has arrived.
    route = request.scope.get("route")
    for each in route.dependant.dependencies if isinstance(route, APIRoute) else ():
        if each.call in _WAYS:
            _WAYS[each.call](request, SentBody(b"", asked=True))


Anybody = Annotated[RequestContext, Depends(anybody)]
Staff = Annotated[RequestContext, Depends(staff)]
Receipt = Annotated[Complainant, Depends(receipt)]
