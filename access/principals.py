"""Makes the `Principal` of a person: everything the policy asks, in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Exists,
    Text,
    bindparam,
    exists,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)

from access.policy import EVERYTHING, Duty, Principal, Role, Scope
from access.posts import away
from access.rights import HouseRules
from access.tables import membership, person, post_holder, role
from storage.types import Instant


def facts_of(who: ColumnElement[Any]) -> CompoundSelect[Any]:
    """Return the statement that gathers all facts about the person `who`; it takes `now` as a parameter.

    Made once for each way of naming a person: by id, by the token or the session they show.
    """
    now: Any = bindparam("now", type_=Instant())
    mine = post_holder.alias()

    def present(someone: ColumnElement[Any]) -> Exists:
        return exists().where(person.c.id == someone, person.c.active, not_(away(person.c.id, now=now)))

    return union_all(
        select(literal("person").label("what"), person.c.id.label("key"), person.c.name, person.c.language).where(
            person.c.id == who, person.c.active
        ),
        select(literal("team"), membership.c.team, null(), null()).where(membership.c.person == who),
        select(literal("role"), role.c.role, null(), null()).where(role.c.person == who),
        select(literal("post"), post_holder.c.post, null(), null()).where(post_holder.c.person == who),
        select(literal("post"), post_holder.c.post, null(), null()).where(
            post_holder.c.deputy == who, not_(present(post_holder.c.person))
        ),
        # Of use only to whoever has a post: the others may have nobody.
        select(literal("filled"), post_holder.c.post, null(), null()).where(
            exists().where(or_(mine.c.person == who, mine.c.deputy == who)),
            or_(present(post_holder.c.person), present(post_holder.c.deputy)),
        ),
    )


_BY_ID = facts_of(bindparam("who", type_=Text()))


def principal(connection: Connection, person_id: str, *, now: datetime, rules: HouseRules) -> Principal | None:
    """Return the person as the policy sees them at `now` under the house's rules, None if none such is active.

    A deputy has the post while its holder is away or has left, and whoever has the post above while neither is there;
    the holder keeps it.
    """
    return principal_from(connection, _BY_ID, {"who": person_id, "now": now}, rules=rules)


def principal_from(
    connection: Connection, statement: CompoundSelect[Any], parameters: Mapping[str, Any], *, rules: HouseRules
) -> Principal | None:
    """Return the person whom a statement of `facts_of` finds, None if it finds no active person."""
    found: dict[str, set[str]] = {}
    name = language = ""
    for what, key, own_name, own_language in connection.execute(statement, parameters):
        found.setdefault(what, set()).add(key)
        if what == "person":
            name, language = own_name, own_language
    if "person" not in found:
        return None
    teams, held = frozenset(found.get("team", ())), frozenset(found.get("post", ()))
    if held:
        held |= _stands_in_for(held, found.get("filled", set()), rules.above)
    outside = {Duty.OUTSIDE} if rules.outside in held else set()
    return Principal(
        person_id=next(iter(found["person"])),
        name=name,
        language=language,
        teams=teams,
        posts=held,
        roles=frozenset(Role(key) for key in found.get("role", ())),
        duties=rules.duties_of(teams) | outside,
        scopes=scopes_in(next(iter(found.get("scopes", ())), "")),
    )


def scopes_in(kept: str) -> frozenset[Scope]:
    """Return the scopes that a token keeps, names with blanks between them; all of them for one that keeps none."""
    return frozenset(Scope(name) for name in kept.split()) or EVERYTHING


def _stands_in_for(held: Set[str], filled: Set[str], above: Mapping[str, str]) -> frozenset[str]:
    """Return the posts without anybody present of which the next that is filled, on the way up, is one of `held`."""
    return frozenset(post for post in above.keys() - filled if next_filled(post, held | filled, above) in held)


def next_filled(post: str, filled: Set[str], above: Mapping[str, str]) -> str | None:
    """Return the post itself where it is one of `filled`, else the first above that is; None where none is."""
    at: str | None = post
    while at is not None and at not in filled:
        at = above.get(at)
    return at
