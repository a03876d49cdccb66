"""A refusal as a page: what happened, what to do now, in the visitor's language, with the right status."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from access.errors import AccessError
from access.people import names
from api import errors
from api.texts import marked
from api.web.visit import Visit, visit
from engine.errors import NotFound, Refusal, SignInRequired, StepFailed
from storage.errors import BadCursor, StoreBusy, StoreError

log = structlog.get_logger(__name__)

TITLES: Mapping[int, str] = {
    400: marked("That could not be read"),
    401: marked("Sign in first"),
    403: marked("This is not yours to do"),
    404: marked("There is nothing here"),
    405: marked("There is nothing here"),
    409: marked("Somebody was faster"),
    408: marked("It took too long"),
    412: marked("It has changed meanwhile"),
    413: marked("That is too large"),
    422: marked("Something does not fit"),
    428: marked("It has changed meanwhile"),
    429: marked("Too many attempts"),
    500: marked("Something went wrong on our side"),
    503: marked("We are busy for a moment"),
}

ADVICE: Mapping[int, str] = {
    400: marked("Go back, look at what you sent, and try again."),
    401: marked("Your time was over, or you are not signed in. Sign in and open the page again."),
    403: marked("You may look at this, but the step belongs to somebody else."),
    404: marked("The address may be mistyped, or the page is not for you to see."),
    405: marked("The address may be mistyped, or the page is not for you to see."),
    409: marked("Open the case again and look at how it stands before you repeat anything."),
    408: marked("What you sent did not arrive in time. Nothing was changed; send it again."),
    412: marked("Open the page again, look at what is new, and decide anew."),
    413: marked("Send less at once: a shorter text or a smaller file."),
    422: marked("Go back, correct it and send it again. Nothing was changed."),
    428: marked("Open the page again, look at what is new, and decide anew."),
    429: marked("Wait a minute and try again. Nothing was changed."),
    500: marked("Nothing was changed and the failure is on record. Try again later."),
    503: marked("Nothing was changed. Try again in a moment."),
}


class PageRoute(APIRoute):
    """A route whose refusals are pages, whatever the rest of the application does with them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with its safety net."""
        original = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await original(request)
            except (Refusal, StoreError, AccessError, RequestValidationError, HTTPException) as failure:
                return await run_in_threadpool(failure_page, request, failure)
            except Exception:
                log.exception("page-failed", route=self.path)
                return await run_in_threadpool(failure_page, request, HTTPException(500))

        return handler


def failure_page(request: Request, failure: Exception) -> Response:
    """Return the page of a failure; whoever has to sign in is sent there."""
    here = visit(request)
    if isinstance(failure, SignInRequired) and request.method == "GET":
        return here.go(f"/sign-in?next={quote(here.path, safe='/')}")
    status = page_status(failure)
    page = here.page(
        "failure.html",
        status=status,
        title=here.say(TITLES[status]),
        message=refusal_text(here, failure),
        advice=here.say(ADVICE[status]),
        faster=faster(here, failure),
        back=request.headers.get("referer", ""),
    )
    if status in (429, 503):
        waits = failure.details.get("retry_after", 60) if isinstance(failure, Refusal) else 2
        page.headers["Retry-After"] = str(waits if status == 429 else 2)
    return page


def page_status(failure: Exception) -> int:
    """Return the HTTP status of a failure."""
    if isinstance(failure, Refusal):
        status = errors.status_of(failure)
    elif isinstance(failure, HTTPException):
        status = failure.status_code
    elif isinstance(failure, StoreError) and not isinstance(failure, BadCursor):
        status = 503 if isinstance(failure, StoreBusy) else 500
    else:
        # A page number, a cursor or a name in the address that is none of ours.
        status = 404
    return status if status in TITLES else 500


def refusal_text(here: Visit, failure: Exception) -> str:
    """Return the sentence of a refusal in the visitor's language, `` where the catalogue has none."""
    if not isinstance(failure, Refusal) or isinstance(failure, NotFound):
        return ""
    if isinstance(failure, StepFailed) and here.session is None:
        return here.site.sentences.said(errors.NOT_STORED, here.language)
    return here.site.sentences.find(failure.message, here.language) or ""


@dataclass(frozen=True)
class Faster:
    """Who was faster and when, as far as a refusal tells."""

    name: str = ""
    at: str = ""

    def __bool__(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.name or self.at)


def faster(here: Visit, failure: Exception) -> Faster:
    """Return who was faster, told to staff only; nobody for a failure that says nothing of it."""
    if not isinstance(failure, Refusal) or here.session is None:
        return Faster()
    by, at = failure.details.get("by"), failure.details.get("at")
    name = ""
    if isinstance(by, str):
        with here.site.house.database.read() as connection:
            name = names(connection, [by]).get(by, "")
    return Faster(name, here.moments.instant(datetime.fromisoformat(at)) if isinstance(at, str) else "")
