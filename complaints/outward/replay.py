"""An operator has messages that were given up tried again: after a mailbox was mended, a server, a setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from access.policy import may_administer
from engine.errors import Forbidden, NotFound
from engine.pipeline import Desk
from engine.tables import conflict_of_interest, event_log
from storage.dead_letters import DeadLetter, dead_letters, replay

REPLAYED = "message-replayed"
"""The kind of the line in the log of the case."""


@dataclass(frozen=True)
class ReplayMessages:
    """Try these again: ids of messages, or all that were given up, of one channel where it is named."""

    ids: Sequence[str] = ()
    everything: bool = False
    channel: str | None = None


def replay_messages(desk: Desk, command: ReplayMessages) -> dict[str, Any]:
    """Have them tried again from now on, and return `{"messages": ids}`, in the order in which they were written.

    On record in the log of each case. The keys stay, so that who has taken one already knows it again. Raises
    Forbidden unless an operator or the house asks, NotFound where one of the ids is none of a message that was given
    up, or that the operator may know of.
    """
    principal = desk.actor.principal
    if desk.actor.kind != "system" and (principal is None or not may_administer(principal)):
        raise Forbidden("Only an operator works on what was given up.")
    who = principal.person_id if principal is not None else "system"
    table = conflict_of_interest.c
    kept_apart = set(desk.connection.execute(select(table.case_id).where(table.person == who)).scalars())
    given_up = {
        each.id: each
        for each in dead_letters(
            desk.connection, channel=command.channel, ids=None if command.everything else command.ids
        )
        if each.case_id not in kept_apart
    }
    unknown = sorted(set(command.ids) - given_up.keys())
    if unknown and not command.everything:
        raise NotFound(f"No message that was given up is {', '.join(unknown)}.")
    done = replay(desk.connection, list(given_up), now=desk.now)
    for message in (given_up[each] for each in done):
        if message.case_id is not None:
            desk.connection.execute(insert(event_log).values(_line(desk, message, who)))
    return {"messages": done}


def _line(desk: Desk, message: DeadLetter, who: str) -> dict[str, Any]:
    return {
        "case_id": message.case_id, "at": desk.now, "kind": REPLAYED, "name": message.id, "actor": who,
        "detail": {"template": message.kind, "channel": message.channel},
    }  # fmt: skip
