"""A request that has arrived and is let in where it is answered: one trip to a thread for both (docs/adr/0021).

A plain `def` that a route depends on is called in a thread of its own, and the route in another; each trip costs some
hundredths of what answering takes. So the ways in say only how to let somebody in, and the route's own thread does it
first. A route of any other class gets nobody at all: there an arrival is not a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.routing import APIRoute

Who = TypeVar("Who")


@dataclass(frozen=True)
class Arrival(Generic[Who]):
    """Somebody before the door."""

    let_in: Callable[[], Who]
    """Find out who it is. Raises what the way in refuses with."""


def arrived(request: Request, let_in: Callable[[], Who]) -> Arrival[Who]:
    """Return the arrival of a request, and keep it with the request: what is refused before is refused at the door."""
    request.state.arrival = arrival = Arrival(let_in)
    return arrival


def arrival_of(request: Request) -> Arrival[Any] | None:
    """Return who has arrived with a request, None before anybody has."""
    found: Arrival[Any] | None = getattr(request.state, "arrival", None)
    return found


class ApiRoute(APIRoute):
    """A route that lets in whoever has arrived before it does anything else. Raises TypeError for an `async def`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        if iscoroutinefunction(endpoint):
            raise TypeError(f"{endpoint.__name__}: signing in waits for the store; answer in a plain function")
        super().__init__(path, _letting_in(endpoint), **settings)


def _letting_in(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(endpoint)
    def answered(**given: Any) -> Any:
        return endpoint(**{n: v.let_in() if isinstance(v, Arrival) else v for n, v in given.items()})

    return answered
