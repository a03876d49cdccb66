"""What a change is: how a house comes to where it can happen, and how it is carried out, the first time and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.application import Client, House

Found = Mapping[str, Any]
"""What the preparation leaves for the change: ids, versions, codes."""
Answer = tuple[int, Any]
"""Status and body; (0, None) of what nobody waits for."""
DONE: Answer = (0, None)

Step = Callable[[str], None]
"""Told of what goes out of the house: a point to die at."""


@dataclass(frozen=True)
class Change:
    """One change. Repeating `act` with the same arguments is what a client does that got no answer."""

    name: str
    """That of the command, with what is special about it behind it."""
    prepare: Callable[[House], Found]
    """Bring an installation of its own to where the change can happen."""
    act: Callable[[House, Found, Step], Answer]
    """Carry it out."""
    by: str = ""
    """Who has been working there before: their token is not new to the process. Empty for nobody."""
    whole: bool = True
    """All or nothing. False of loops, which commit piece by piece: each piece is whole."""
    again: frozenset[int] = frozenset()
    """Statuses that say that it was done before, where no key gives the first answer again."""
    masked: frozenset[tuple[str, str]] = frozenset()
    """(table, column) of instants that lie later where it was done later."""


def asked(
    client: Client, method: str, path: str, body: Any = None, *, key: str = "", headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a request, with a key where one is given; return status and body."""
    more = {**(headers or {}), **({"Idempotency-Key": key} if key else {})}
    answer = client.call(method, path, body, headers=more)
    return answer.status_code, answer.json()


def posting(path: str, body: Any = None, *, by: str) -> Callable[[House, Found, Step], Answer]:
    """Return what posts to a path, whose names in braces are those that were found, once, as a member of staff."""
    return lambda house, found, _: asked(
        house.person(by), "POST", path.format(**found), body, key=f"crash-{path.rpartition('/')[2]}-of-{by}"
    )
