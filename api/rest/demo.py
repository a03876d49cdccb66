"""The demo's clock: read it and move it forward, so that deadlines and ladders can be seen. Demo mode only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from api.answers import answer
from api.arrival import ApiRoute
from api.authentication import Staff
from api.rest.documents import problems
from api.rest.types import Body, Moment, example
from engine.clock import MovableClock
from engine.errors import NotFound, Unfit
from escalation.fast_forward import fast_forward

router = APIRouter(prefix="/api/demo", tags=["demo"], route_class=ApiRoute)

FURTHEST = timedelta(days=366)
"""In one move."""
_LENGTH = re.compile(r"^\+?([0-9]{1,5})(m|min|h|d|w)$")
_UNIT = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class MoveBody(Body):
    """By how much, or to when."""

    model_config = example(by="+2d")

    by: Annotated[str | None, Field(pattern=_LENGTH.pattern, examples=["+2d"])] = None
    to: Moment | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> MoveBody:
        if (self.by is None) == (self.to is None):
            raise PydanticCustomError("one-of-two", "Give either by or to.")
        return self


@dataclass(frozen=True)
class ClockAnswer:
    """The present instant of the demo."""

    now: datetime
    fired: int = 0
    """Due instants that fired on the way."""


@router.get("/clock", response_model=ClockAnswer, responses=problems(401, 404, 422))
def read_clock(context: Staff) -> Response:
    """Read the demo's clock."""
    return answer(ClockAnswer(_clock(context.application.clock).now()))


@router.post("/clock", response_model=ClockAnswer, responses=problems(400, 401, 404, 408, 413, 415, 422))
def move_clock(context: Staff, body: MoveBody) -> Response:
    """Move the demo's clock forward; what falls due on the way fires in order, each at its own instant."""
    clock = _clock(context.application.clock)
    target = body.to if body.to is not None else clock.now() + _length(body.by or "")
    if not clock.now() <= target <= clock.now() + FURTHEST:
        raise Unfit(
            "The clock moves forward, by at most a year at a time.", fields=[{"field": "to", "code": "out-of-range"}]
        )
    house = context.application
    fired = fast_forward(database=house.database, clock=clock, sweep=house.sweep, deliver=house.deliver, to=target)
    return answer(ClockAnswer(clock.now(), fired))


def _length(text: str) -> timedelta:
    found = _LENGTH.fullmatch(text)
    assert found is not None
    return timedelta(**{_UNIT[found[2]]: int(found[1])})


def _clock(clock: object) -> MovableClock:
    if not isinstance(clock, MovableClock):
        raise NotFound("The clock of this installation cannot be moved.")
    return clock
