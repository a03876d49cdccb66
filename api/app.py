"""Puts the HTTP application together: the JSON API, the pages, and what stands around every route."""

from __future__ import annotations

from collections.abc import Collection

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.types import Scope

from api import errors
from api.context import Application, Shared, shared_by
from api.description import finished
from api.envelope import Envelope
from api.head import Head
from api.host_names import KnownHosts
from api.limits import BodyLimit
from api.metrics import Metrics
from api.rest import case_verbs, complaints, demo, health, incidents, notices, people, processes, tasks, track
from api.sentences import Sentences
from api.web import pages
from engine.ids import RandomIds

DESCRIPTION = """
Complaints, handled as the institution's own diagram says. Staff send `Authorization: Bearer redress_...`, complainants
`Authorization: Receipt <code>`; filing needs neither. Instants are UTC (ISO 8601), money is a decimal string with its
currency, lists page by `next`. Errors are problem details (RFC 9457) with a stable `code`.
"""

# A request is held against one route after the other: what is asked for most comes first.
ROUTERS: tuple[APIRouter, ...] = (
    tasks.router,
    complaints.router,
    case_verbs.router,
    processes.router,
    track.router,
    people.router,
    notices.router,
    incidents.router,
    health.router,
)


def create_app(application: Application) -> FastAPI:
    """Return the application; the demo's routes only where the settings say demo. Opens no connection."""
    app = FastAPI(
        title="Redress",
        version="1",
        description=DESCRIPTION,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
    )
    for router in ROUTERS:
        app.include_router(router)
    if application.settings.demo:
        app.include_router(demo.router)
    plain = app.openapi
    app.openapi = lambda: finished(plain())  # type: ignore[method-assign]
    _surround(app, application)
    pages.mount(app, application)
    return app


def create_watch(application: Application) -> FastAPI:
    """Return what a process without complaints answers: how it is, and its figures. Opens no connection."""
    app = FastAPI(title="Redress", version="1", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(health.router)
    _surround(app, application)
    return app


def _surround(app: FastAPI, application: Application) -> None:
    """Put around the routes what stands around all: figures, refusals as problem details, limits, headers."""
    metrics = Metrics(since=application.clock.now())
    app.state.shared = shared_by(application, metrics)
    app.state.sentences = Sentences(application.settings.locale_folder)
    errors.install(app)
    app.add_middleware(BodyLimit, most_bytes=application.settings.max_body_bytes)
    app.add_middleware(KnownHosts, hosts=_hosts, refused=errors.unknown_host)
    app.add_middleware(
        Envelope, took=metrics.took, failed=errors.unexpected, cut_short=errors.cut_short, new_id=RandomIds().new
    )
    app.add_middleware(Head)


def _hosts(scope: Scope) -> Collection[str]:
    shared: Shared = scope["app"].state.shared
    return shared.application.settings.hosts


def _operation_id(route: APIRoute) -> str:
    return route.name
