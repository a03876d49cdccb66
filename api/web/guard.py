"""Keeps other sites from acting through a visitor's browser.

Forms of people who are signed in carry the token of their session. Public forms have no session to take a token from;
for them the browser's own word decides (`Sec-Fetch-Site`, else `Origin`), which needs no secret to be kept and shared
between servers, while their cookies are `SameSite` besides. What sends neither header is no browser, and has no cookies
of anybody to abuse.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from access.sessions import Session
from engine.errors import Forbidden

CSRF_FIELD = "_csrf"
"""The hidden field of every form of a signed-in person; forms ignore names that begin so."""


class ForeignForm(Forbidden):
    """This form was not sent from our own page, or the page is too old. Open the page again and repeat."""

    code = "foreign-form"


def require_same_origin(headers: Headers, *, public_url: str) -> None:
    """Raise ForeignForm when a browser says that another site sent this."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignForm
        return
    origin = headers.get("origin")
    if origin is None:
        return
    known = {headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    if urlsplit(origin).netloc not in known:
        raise ForeignForm


def require_token(session: Session, sent: str) -> None:
    """Raise ForeignForm unless the form carries the token of the session."""
    if not session.accepts(sent):
        raise ForeignForm


def local_path(text: str, default: str) -> str:
    """Return a path on this site to go to next; `default` for an address that could lead elsewhere."""
    unsafe = not text.startswith("/") or text.startswith("//") or "\\" in text or any(ord(c) < 33 for c in text)
    return default if unsafe or len(text) > 500 else text
