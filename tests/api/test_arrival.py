"""Whoever asks is let in by the route that answers, and by no route of another kind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from api.arrival import ApiRoute, Arrival, StepRoute
from api.authentication import Staff
from tests.support.application import House


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


def answered_in(methods: Iterable[str], *, at_rest: bool) -> bool:
    """Say whether a route with these methods answers on the loop that serves everybody."""

    def here(context: Staff) -> tuple[object, int]:
        return context, threading.get_ident()

    arrival = Arrival(lambda: "somebody", lambda: at_rest)
    found = StepRoute("/", here, methods=set(methods)).endpoint(context=arrival)
    if not asyncio.iscoroutine(found):  # FastAPI calls it in a thread
        assert found[0] == "somebody"
        return False

    async def on_the_loop() -> bool:
        who, thread = await found
        return (who, thread) == ("somebody", threading.get_ident())

    return asyncio.run(on_the_loop())


def test_a_short_change_is_made_on_the_loop_while_nobody_writes_and_else_in_a_thread() -> None:
    assert answered_in(["POST"], at_rest=True)
    assert not answered_in(["POST"], at_rest=False)
    assert not answered_in(["GET"], at_rest=True)


def test_whoever_waits_for_a_turn_to_write_does_not_hold_up_the_loop(redress: House) -> None:
    database = redress.application.database
    assert database.at_rest
    with database.write():
        assert not database.at_rest
    assert database.at_rest
