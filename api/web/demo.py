"""The demo's own page part: moving its clock, so that deadlines and ladders can be seen. Exists in the demo only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.web.failures import PageRoute
from api.web.guard import local_path
from api.web.posted import Posted
from api.web.visit import Visit, from_public, visit
from engine.clock import MovableClock
from engine.errors import NotFound
from escalation.fast_forward import fast_forward

router = APIRouter(route_class=PageRoute)
LEAPS: Mapping[str, timedelta] = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "2d": timedelta(days=2)}
"""How far the buttons move it."""


@router.post("/demo/clock")
def move_clock(here: Annotated[Visit, Depends(visit)], sent: Annotated[Posted, Depends(from_public)]) -> Response:
    """Move the clock forward; everything that falls due on the way fires at its own instant, in order."""
    house = here.site.house
    clock, leap = house.clock, LEAPS.get(sent.text("by"))
    if not isinstance(clock, MovableClock) or not house.settings.demo or leap is None:
        raise NotFound
    fast_forward(database=house.database, clock=clock, sweep=house.sweep, deliver=house.deliver, to=clock.now() + leap)
    return here.go(local_path(sent.text("next"), "/"), done="clock")
