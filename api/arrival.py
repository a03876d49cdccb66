"""A request that has arrived is let in where it is answered: one trip to a thread for both, or none (docs/adr/0021).

A plain `def` that a route depends on is called in a thread of its own, and the route in another; each trip costs some
hundredths of what answering takes. So the ways in say only how to let somebody in, and the route's own thread does it
first. A route of any other class gets nobody at all: there an arrival is not a person.

A change of one case takes a few milliseconds. On SQLite, where one writes at a time, it is made on the loop itself
while nobody else writes (`StepRoute`): a thread of its own would only wait for the interpreter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

Who = TypeVar("Who")

READING = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""


@dataclass(frozen=True)
class Arrival(Generic[Who]):
    """Somebody before the door."""

    let_in: Callable[[], Who]
    """Find out who it is. Raises what the way in refuses with."""
    at_rest: Callable[[], bool] = lambda: False
    """Say whether a short change would wait for nobody now."""


def arrived(request: Request, let_in: Callable[[], Who]) -> Arrival[Who]:
    """Return the arrival of a request, and keep it with the request: what is refused before is refused at the door."""

    def at_rest() -> bool:
        found: bool = request.app.state.shared.application.database.at_rest
        return found

    request.state.arrival = arrival = Arrival(let_in, at_rest)
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
        super().__init__(path, self.answering(endpoint), **settings)

    def answering(self, endpoint: Callable[..., Any]) -> Callable[..., Any]:
        """Return what answers a request: FastAPI calls it in a thread."""
        return _letting_in(endpoint)


class StepRoute(ApiRoute):
    """A route whose changes are short: on the loop where the store is at rest, else in a thread as all others."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        self._changes = not READING.issuperset(settings.get("methods") or READING)
        super().__init__(path, endpoint, **settings)

    def answering(self, endpoint: Callable[..., Any]) -> Callable[..., Any]:
        """Return what answers a request. What only reads may read much, and stays in a thread."""
        letting_in = _letting_in(endpoint)
        if not self._changes:
            return letting_in

        @wraps(endpoint)
        async def answered(**given: Any) -> Any:
            if any(isinstance(each, Arrival) and each.at_rest() for each in given.values()):
                return letting_in(**given)
            return await run_in_threadpool(letting_in, **given)

        return answered


def _letting_in(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(endpoint)
    def answered(**given: Any) -> Any:
        return endpoint(**{n: v.let_in() if isinstance(v, Arrival) else v for n, v in given.items()})

    return answered
