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
from api.readiness import checked
from api.rest.documents import problems

router = APIRouter(tags=["operation"])


@dataclass(frozen=True)
class Health:
    """How the process is."""

    status: str
    """`alive`."""


@dataclass(frozen=True)
class Ready:
    """What was looked at, and that all of it is well."""

    status: str
    """`ready`."""
    checks: dict[str, str]
    """Each check with `ok`."""


@router.get("/healthz", response_model=Health)
def healthz() -> Response:
    """Say that the process is alive."""
    return answer(Health("alive"))


@router.get("/readyz", response_model=Ready, responses=problems(503))
def readyz(request: Request) -> Response:
    """Say whether work is done here: the database answers and has this program's schema, a process is published, and
    deadlines and deliveries have been at work lately, in this process or in another. 503 with `checks` where not.
    """
    shared: Shared = request.app.state.shared
    return answer(Ready("ready", checked(shared.application)))


@router.get("/metrics", response_class=PlainTextResponse, dependencies=[Depends(watcher)], responses=problems(401, 403))
def metrics(request: Request) -> Response:
    """Return the figures in Prometheus' text format; for operators, and for the monitor (`REDRESS_METRICS_TOKEN`)."""
    shared: Shared = request.app.state.shared
    with shared.application.database.read() as connection:
        text = shared.metrics.read(connection, shared.application.clock.now())
    return Response(text, media_type=CONTENT_TYPE_LATEST)
