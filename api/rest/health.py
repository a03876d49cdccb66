"""For those who run the installation: is it alive, can it serve, how is it doing."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from api.answers import answer
from api.authentication import watcher
from api.context import Shared
from api.rest.documents import problems
from storage.errors import StoreBusy

router = APIRouter(tags=["operation"])


@dataclass(frozen=True)
class Health:
    """How the process is."""

    status: str
    """`alive` or `ready`."""


@router.get("/healthz", response_model=Health)
def healthz() -> Response:
    """Say that the process is alive."""
    return answer(Health("alive"))


@router.get("/readyz", response_model=Health, responses=problems(503))
def readyz(request: Request) -> Response:
    """Say whether requests can be served: the database answers and a process is published."""
    shared: Shared = request.app.state.shared
    with shared.application.database.read() as connection:
        published = shared.application.versions.all(connection)
    if not any(version.active for version in published):
        raise StoreBusy("No process is published yet.")
    return answer(Health("ready"))


@router.get("/metrics", response_class=PlainTextResponse, dependencies=[Depends(watcher)], responses=problems(401, 403))
def metrics(request: Request) -> Response:
    """Return the figures in Prometheus' text format; for operators, and for the monitor (`REDRESS_METRICS_TOKEN`)."""
    shared: Shared = request.app.state.shared
    with shared.application.database.read() as connection:
        text = shared.metrics.read(connection, shared.application.clock.now())
    return Response(text, media_type=CONTENT_TYPE_LATEST)
