"""Parameters that a route does not know are refused: a filter with a typing error would filter nothing."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from engine.errors import Unfit
from forms.pointer import pointer


def require_known_query(request: Request) -> None:
    """Return if the route knows every parameter, each given once. Raises Unfit with all that it knows."""
    given = [name for name, _ in request.query_params.multi_items()]
    if not given:
        return
    known = _known(request)
    wrong = [
        {"field": pointer([name]), "in": "query", "code": "unknown-parameter", "allowed": sorted(known)}
        for name in dict.fromkeys(given)
        if name not in known
    ]
    wrong += [
        {"field": pointer([name]), "in": "query", "code": "repeated"}
        for name in dict.fromkeys(given)
        if name in known and given.count(name) > 1
    ]
    if wrong:
        raise Unfit(fields=wrong)


def _known(request: Request) -> set[str]:
    route = request.scope.get("route")
    return _names(route.dependant) if isinstance(route, APIRoute) else set()


def _names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*map(_names, dependant.dependencies))
