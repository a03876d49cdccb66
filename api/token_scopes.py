"""What a token's scopes let it ask for, route by route. What its person may do is asked behind the door as always."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request

from access.policy import EVERYTHING, Principal, Scope
from engine.errors import Forbidden

LOOKS = frozenset({Scope.READ, Scope.WORK, Scope.SUPERVISE})
WORKS = frozenset({Scope.WORK})
EITHER = frozenset({Scope.WORK, Scope.SUPERVISE})
"""Of what supervisors may do besides those whose case it is: which of them asks is looked at in the case."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PARTS: Mapping[str, tuple[frozenset[Scope], frozenset[Scope]]] = {
    "/api/me": (EVERYTHING, EVERYTHING),
    "/api/processes": (EVERYTHING, frozenset({Scope.PUBLISH})),
    "/api/incidents": (frozenset({Scope.ADMINISTER}), frozenset({Scope.ADMINISTER})),
    "/metrics": (frozenset({Scope.ADMINISTER}), frozenset({Scope.ADMINISTER})),
}
"""Beginning of an address -> what looking there needs, and what changing something needs: any of the scopes."""

CHANGES: Mapping[str, frozenset[Scope]] = {
    "/api/tasks/{task_id}/assign": frozenset({Scope.SUPERVISE}),
    "/api/tasks/{task_id}/send-back": EITHER,
    "/api/complaints/{complaint_id}/facts": EITHER,
    "/api/complaints/{complaint_id}/affected": EITHER,
    "/api/complaints/{complaint_id}/affected/{affected_id}": EITHER,
    "/api/complaints/{complaint_id}/messages": EITHER,
    "/api/complaints/{complaint_id}/respondents": EITHER,
    "/api/complaints/{complaint_id}/respondents/cleared": EITHER,
    "/api/complaints/{complaint_id}/withdraw": EITHER,
    "/api/complaints/{complaint_id}/hand-over": EITHER,
    "/api/complaints/{complaint_id}/pause": EITHER,
    "/api/complaints/{complaint_id}/resume": EITHER,
    "/api/complaints/{complaint_id}/extend": EITHER,
    "/api/complaints/{complaint_id}/retype": EITHER,
    "/api/complaints/{complaint_id}/links": EITHER,
    "/api/complaints/{complaint_id}/actions/{action_id}/done": EITHER,
    "/api/complaints/{complaint_id}/actions/{action_id}/reopen": EITHER,
    "/api/complaints/{complaint_id}/promises/{promise_id}/keep": EITHER,
    "/api/complaints/{complaint_id}/remedies/{remedy_id}/done": EITHER,
}
"""Route -> what a change there needs, where it is not `work` alone."""


class OutOfScope(Forbidden):
    """This token is not given for that; its owner can make one that is."""

    code = "out-of-scope"


def needed(method: str, route: str) -> frozenset[Scope]:
    """Return the scopes of which a token needs one to ask for this."""
    looks = method in SAFE
    for beginning, (to_look, to_change) in PARTS.items():
        if route == beginning or route.startswith(f"{beginning}/"):
            return to_look if looks else to_change
    return LOOKS if looks else CHANGES.get(route, WORKS)


def require_scope(request: Request, who: Principal) -> None:
    """Raise OutOfScope where the credential that was shown is not given for what is asked."""
    if who.scopes == EVERYTHING:
        return
    route = getattr(request.scope.get("route"), "path", "")
    if who.scopes.isdisjoint(needed(request.method, route)):
        raise OutOfScope
