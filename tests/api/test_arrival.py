"""Whoever asks is let in by the route that answers, and by no route of another kind."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.arrival import ApiRoute, Arrival
from api.authentication import Staff


def test_a_route_of_another_kind_gets_nobody() -> None:
    router, app, given = APIRouter(route_class=APIRoute), FastAPI(), list[object]()

    @router.get("/secret")
    def secret(context: Staff) -> None:
        given.append(context)

    app.include_router(router)
    TestClient(app).get("/secret")
    # Somebody before the door, without a word of who it is.
    assert [type(each) for each in given] == [Arrival]
    assert not hasattr(given[0], "who")


def test_the_route_that_answers_gets_who_was_let_in() -> None:
    def secret(context: Staff) -> str:
        return str(context)

    assert ApiRoute("/secret", secret).endpoint(context=Arrival(lambda: "somebody")) == "somebody"


def test_signing_in_never_holds_up_the_loop_that_answers_everybody() -> None:
    async def waiting(context: Staff) -> None: ...

    with pytest.raises(TypeError, match="waiting: signing in waits for the store"):
        ApiRoute("/secret", waiting)
