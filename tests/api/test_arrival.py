"""Whoever asks is let in by the route that answers, and by no route of another kind."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.arrival import ApiRoute
from api.authentication import Staff


def answered(kind: type[APIRoute]) -> TestClient:
    """Return a client of a small application with one route of this kind for staff."""
    router, app = APIRouter(route_class=kind), FastAPI()

    @router.get("/secret")
    def secret(context: Staff) -> dict[str, Any]:
        return {"who": context.who.person_id}

    app.include_router(router)
    return TestClient(app)


def test_a_route_of_another_kind_gets_nobody() -> None:
    with pytest.raises(AttributeError, match="who"):
        answered(APIRoute).get("/secret")


def test_signing_in_never_holds_up_the_loop_that_answers_everybody() -> None:
    async def waiting(context: Staff) -> None: ...

    with pytest.raises(TypeError, match="waiting"):
        ApiRoute("/secret", waiting)
