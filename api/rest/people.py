"""Who I am, and who else works here: ids that other routes ask for."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from api.answers import answer
from api.arrival import ApiRoute
from api.authentication import Staff
from api.rest.documents import problems
from queries.colleagues import Colleague, colleagues

router = APIRouter(prefix="/api", tags=["people"], route_class=ApiRoute)


@dataclass(frozen=True)
class Me:
    """The owner of the token."""

    id: str
    name: str
    language: str
    teams: list[str]
    posts: list[str]
    roles: list[str]


@dataclass(frozen=True)
class People:
    """Everybody at work here."""

    items: tuple[Colleague, ...]
    next: str | None = None


@router.get("/me", response_model=Me, responses=problems(401, 422))
def read_me(context: Staff) -> Response:
    """Read who the token belongs to, with teams, posts and roles as they are now."""
    who = context.who
    return answer(
        Me(
            who.person_id, who.name, who.language, sorted(who.teams), sorted(who.posts),
            sorted(role.value for role in who.roles),
        )
    )  # fmt: skip


@router.get("/people", response_model=People, responses=problems(401, 422))
def list_people(context: Staff) -> Response:
    """List colleagues with their teams, for handing over and assigning."""
    with context.reading() as reader:
        return answer(People(colleagues(reader)))
