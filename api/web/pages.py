"""Puts the pages into the application."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.context import Shared
from api.web import (
    approvals,
    case_actions,
    case_page,
    cases,
    demo,
    home,
    inbox,
    intake,
    processes,
    sign_in,
    task_actions,
    task_page,
    tracking,
)
from api.web.headers import ASSET_HEADERS
from api.web.site import ASSETS, House, build_site

ROUTERS: tuple[APIRouter, ...] = (
    home.router, sign_in.router, intake.router, tracking.router, inbox.router, task_page.router, task_actions.router,
    approvals.router, cases.router, case_page.router, case_actions.router, processes.router,
)  # fmt: skip


class Assets(StaticFiles):
    """Scripts and styles, with headers of their own."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the folder."""
        response = await super().get_response(path, scope)
        response.headers.update(ASSET_HEADERS)
        return response


def mount(app: FastAPI, application: House) -> None:
    """Add every page and `/assets` to the application, once. The demo's own pages exist in the demo only.

    What all requests share (`app.state.shared`) has to be there already.
    """
    shared: Shared = app.state.shared
    app.state.site = build_site(application, shared)
    for router in ROUTERS:
        app.include_router(router, include_in_schema=False)
    if application.settings.demo:
        app.include_router(demo.router, include_in_schema=False)
    app.mount("/assets", Assets(directory=ASSETS), name="assets")
