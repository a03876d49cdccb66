"""One request of one visitor: who it is, in which language, at which instant; and the ways to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from access import sessions
from access.policy import Principal, Role, may_publish
from access.sessions import Session
from api.authentication import session_cookie
from api.guesses import counted_attempt
from api.languages import DEFAULT, asked_language
from api.session_use import note_session_use
from api.texts import marked
from api.web.done_lines import DONE
from api.web.guard import CSRF_FIELD, require_same_origin, require_token
from api.web.moments import Moments
from api.web.posted import Posted, posted
from api.web.site import Site, site_of
from complaints.notices.reading import MOST_COUNTED, unread
from engine.case_work import COMPLAINANT, Actor
from engine.errors import SignInRequired
from forms.languages import OWN_NAMES
from queries.fact_words import amount_in_words
from queries.reader import Reader
from storage.errors import StoreError

LANGUAGE_COOKIE = "redress_language"
A_YEAR = 365 * 24 * 3600
ROLES: Mapping[str, str] = {
    "supervisor": marked("Supervisor"),
    "process_owner": marked("Process owner"),
    "operator": marked("Operator"),
    "auditor": marked("Auditor"),
}


@dataclass(frozen=True)
class Visit:
    """A request."""

    request: Request
    site: Site
    language: str
    now: datetime
    session: Session | None

    @property
    def who(self) -> Principal:
        """Return who is signed in. Raises SignInRequired."""
        if self.session is None:
            raise SignInRequired
        return self.session.principal

    @property
    def principal(self) -> Principal | None:
        """Return who is signed in, or None."""
        return self.session.principal if self.session is not None else None

    @property
    def path(self) -> str:
        """Return the address of this page within the site."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    def say(self, message: str, **values: Any) -> str:
        """Return a text of the catalogue in the visitor's language, filled in."""
        found = self.site.texts[self.language].gettext(message)
        return found % values if values else found

    def too_soon(self, seconds: int) -> str:
        """Return the sentence that says how long to wait before another attempt."""
        minutes = -(-seconds // 60)
        texts = self.site.texts[self.language]
        if seconds < 90:
            said = texts.ngettext(
                "Too many attempts. Try again in %(n)d second.",
                "Too many attempts. Try again in %(n)d seconds.",
                seconds,
            )
            return said % {"n": seconds}
        said = texts.ngettext(
            "Too many attempts. Try again in %(n)d minute.", "Too many attempts. Try again in %(n)d minutes.", minutes
        )
        return said % {"n": minutes}

    @cached_property
    def moments(self) -> Moments:
        """Return how instants are said to this visitor."""
        return self.moments_in(self.site.zone)

    def moments_in(self, zone: ZoneInfo) -> Moments:
        """Return how instants are said to this visitor in another zone."""
        return Moments(self.language, self.site.texts[self.language], zone, self.now)

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Give one snapshot to read from."""
        with self.site.house.database.read() as connection:
            yield self.reader(connection)

    def reader(self, connection: Connection) -> Reader:
        """Return the visitor as queries know them, over an open connection."""
        return Reader(connection, self.site.shared.library, self.now, self.language, self.principal)

    @property
    def actor(self) -> Actor:
        """Return the visitor as commands know them: a member of staff, else the complainant."""
        return COMPLAINANT if self.session is None else Actor("person", self.session.principal)

    @property
    def address(self) -> str:
        """Return the address of the peer, as the server knows it."""
        return self.request.client.host if self.request.client else "unknown"

    def count_filing(self) -> None:
        """Count a complaint from this source. Raises TooMany where it files more than the installation allows."""
        per_minute = self.site.house.settings.filings_per_minute
        self.site.shared.rates.take("filings", self.address, per_minute=per_minute)

    def attempting(self, code: str, kind: str) -> AbstractContextManager[None]:
        """Surround a look-up by what was typed; a miss (NotFound inside) counts. Raises TooMany after too many."""
        return counted_attempt(self.site.shared, self.address, code, kind=kind)

    def run(self, command: Any) -> Any:
        """Carry out a command as the visitor. Raises its Refusal."""
        return self.site.house.pipeline.run(command, self.actor)

    def page(self, template: str, *, status: int = 200, moments: Moments | None = None, **values: Any) -> HTMLResponse:
        """Return a page drawn from a template."""
        html = (
            self.site.templates[self.language]
            .get_template(template)
            .render(
                visit=self,
                who=self.principal,
                language=self.language,
                languages=OWN_NAMES,
                when=moments or self.moments,
                csrf_field=CSRF_FIELD,
                csrf=self.session.csrf if self.session else "",
                demo=self.site.house.settings.demo,
                publishes=self.session is not None and may_publish(self.session.principal),
                works=self.session is not None and _works(self.session.principal),
                done=DONE.get(self.request.query_params.get("done", ""), ""),
                team_name=self.team_name,
                post_name=self.post_name,
                role_name=self.role_name,
                amount=amount_in_words,
                **values,
            )
        )
        return HTMLResponse(html, status_code=status)

    @cached_property
    def unread(self) -> int:
        """Return how many notices wait to be read by whoever is signed in: one statement a page, and 0 for others.

        Counted up to `MOST_COUNTED`. Where the store is busy a page that says so is shown without the number.
        """
        if self.session is None or not _works(self.session.principal):
            return 0
        try:
            with self.site.house.database.read() as connection:
                return unread(connection, self.session.principal)
        except StoreError:
            return 0

    @property
    def unread_in_figures(self) -> str:
        """Return the number as it is shown: exact as far as it is counted."""
        return str(self.unread) if self.unread < MOST_COUNTED else f"{MOST_COUNTED - 1}+"

    def role_name(self, role: str) -> str:
        """Return a role in the visitor's language."""
        return self.say(ROLES[role]) if role in ROLES else role

    def go(self, path: str, *, done: str | None = None, to: str = "") -> Response:
        """Return the way to another page (303); `done` names a line of `notices.DONE`, `to` a place on the page."""
        if done is not None:
            path += f"{'&' if '?' in path else '?'}done={quote(done)}"
        return RedirectResponse(path + (f"#{to}" if to else ""), status_code=303)

    def team_name(self, team: str | None) -> str:
        """Return a team in the visitor's language, its key where nobody named it, `` for none."""
        found = self.site.house.posts.teams.get(team or "")
        return found.labels.said_in(self.language) if found is not None else team or ""

    def post_name(self, post: str | None) -> str:
        """Return a post in the visitor's language, its key where nobody named it, `` for none."""
        found = self.site.house.posts.posts.get(post or "")
        return found.labels.said_in(self.language) if found is not None else post or ""


def visit(request: Request) -> Visit:
    """Return the visit of a request; whoever is not signed in is a visitor from outside."""
    site = site_of(request.app)
    now = site.house.clock.now()
    secret, session = request.cookies.get(session_cookie(site.house.settings)), None
    if secret:
        with site.house.database.read() as connection:
            session = sessions.authenticate(connection, secret, now, rules=site.house.posts.rules)
    if session is not None and secret:
        note_session_use(site.house, session, secret)
    return Visit(request, site, _language(request, session), now, session)


def staff(here: Annotated[Visit, Depends(visit)]) -> Visit:
    """Return the visit of somebody who is signed in. Raises SignInRequired."""
    _ = here.who
    return here


def from_public(here: Annotated[Visit, Depends(visit)], sent: Annotated[Posted, Depends(posted)]) -> Posted:
    """Return what a public form has sent. Raises ForeignForm when another site sent it."""
    require_same_origin(here.request.headers, public_url=here.site.house.settings.public_url)
    return sent


def from_staff(here: Annotated[Visit, Depends(staff)], sent: Annotated[Posted, Depends(posted)]) -> Posted:
    """Return what a form of a signed-in person has sent. Raises ForeignForm where it is not from our own page."""
    require_same_origin(here.request.headers, public_url=here.site.house.settings.public_url)
    assert here.session is not None
    require_token(here.session, sent.text(CSRF_FIELD))
    return sent


def _works(who: Principal) -> bool:
    return bool(who.teams or who.posts or Role.SUPERVISOR in who.roles)


def _language(request: Request, session: Session | None) -> str:
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen is not None and chosen in OWN_NAMES:
        return chosen
    if session is not None and session.principal.language in OWN_NAMES:
        return session.principal.language
    return asked_language(request.headers.get("accept-language")) or DEFAULT
