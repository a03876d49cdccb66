"""Puts the pages into the application."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from fastapi import APIRouter, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.context import Application
from api.web import (
    approvals,
    case_actions,
    case_page,
    cases,
    course_page,
    demo,
    elsewhere,
    home,
    inbox,
    intake,
    my_password,
    my_second_factor,
    my_sign_ins,
    my_tokens,
    notices_page,
    processes,
    sign_in,
    task_actions,
    task_page,
    tracking,
)
from api.web.asset_files import ASSETS, split_address
from api.web.failures import failure_page
from api.web.site import House, read_texts

ROUTERS: tuple[APIRouter, ...] = (
    home.router, sign_in.router, elsewhere.router, intake.router, tracking.router, inbox.router, task_page.router,
    task_actions.router,
    approvals.router, cases.router, case_page.router, course_page.router, case_actions.router, processes.router,
    notices_page.router, my_password.router, my_second_factor.router, my_sign_ins.router, my_tokens.router,
)  # fmt: skip


class Assets(StaticFiles):
    """Scripts and styles; an address may name the edition of the files, and an old one leads to what there is now."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folder."""
        _, name = split_address(path)
        return await super().get_response(name, scope)


def mount(app: FastAPI, application: Application) -> None:
    """Add every page and `/assets` to the application, once. The demo's own pages exist in the demo only.

    What all requests share (`app.state.shared`) and the handlers of refusals have to be there already.
    """
    app.state.page_texts = read_texts(cast(House, application).settings.locale_folder)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    if application.settings.demo:
        app.include_router(demo.router, include_in_schema=False)
    app.mount("/assets", Assets(directory=ASSETS), name="assets")
    _tell_visitors_in_pages(app)


def _tell_visitors_in_pages(app: FastAPI) -> None:
    """Answer an address that does not exist with a page, to whoever looks at pages; the API keeps its own answer."""
    before = app.exception_handlers.get(HTTPException, http_exception_handler)

    async def handler(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
            return await run_in_threadpool(failure_page, request, error)
        answer = before(request, error)
        return await answer if isinstance(answer, Awaitable) else answer

    app.add_exception_handler(HTTPException, handler)
