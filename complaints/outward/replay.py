"""What an operator does about messages that were given up: has them sent again, or takes them off the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from complaints.failed_delivery import over_by_id
from complaints.wording import REASON, words
from engine import case_log
from engine.case_log import Change
from engine.commands.house_work import name_of_operator
from engine.errors import Conflict, NotFound
from engine.model.step import Event
from engine.pipeline import Desk
from engine.tables import conflict_of_interest
from storage.dead_letters import DeadLetter, dead_letters, discard, replay

REPLAYED, DISCARDED = "message-replayed", "message-discarded"
"""Kinds of lines in the log of the case."""


@dataclass(frozen=True)
class ReplayMessages:
    """Try these again: ids of messages, or all that were given up, of one channel where it is named."""

    ids: Sequence[str] = ()
    everything: bool = False
    channel: str | None = None


@dataclass(frozen=True)
class DiscardMessage:
    """This need not go out any more, and why."""

    message_id: str
    reason: str


def replay_messages(desk: Desk, command: ReplayMessages) -> dict[str, Any]:
    """Have them tried again from now on, and return `{"messages": ids}`, in the order in which they were written.

    On record in the log of each case. The keys stay, so that who has taken one already knows it again. Raises
    Forbidden unless an operator or the house asks, NotFound where one of the ids is none of a message that was given
    up, or that the operator may know of.
    """
    who = name_of_operator(desk)
    given_up = _given_up(desk, who, None if command.everything else command.ids, command.channel)
    done = replay(desk.connection, list(given_up), now=desk.now)
    for each in done:
        _note(desk, given_up[each], REPLAYED, who)
    return {"messages": done}


def discard_message(desk: Desk, command: DiscardMessage) -> dict[str, Any]:
    """Take a message off the list, end its incident, and return `{"message": id}`; on record in the log of the case.

    Raises Forbidden, NotFound as `replay_messages` does, Unfit without a reason, Conflict for one that somebody has
    just had sent again.
    """
    who, reason = name_of_operator(desk), words("reason", command.reason, longest=REASON)
    message = _given_up(desk, who, [command.message_id], None)[command.message_id]
    if not discard(desk.connection, message.id, now=desk.now):
        raise Conflict("This message is on its way again.")
    over_by_id(desk.connection, message.kind, message.recipient, message.id, now=desk.now)
    _note(desk, message, DISCARDED, who, reason=reason)
    return {"message": message.id}


def _given_up(desk: Desk, who: str, ids: Sequence[str] | None, channel: str | None) -> dict[str, DeadLetter]:
    """Return what was given up and the operator may know of, by id; all of it where `ids` is None. Raises NotFound."""
    table = conflict_of_interest.c
    kept_apart = set(desk.connection.execute(select(table.case_id).where(table.person == who)).scalars())
    found = {
        each.id: each
        for each in dead_letters(desk.connection, channel=channel, ids=ids)
        if each.case_id not in kept_apart
    }
    if unknown := sorted(set(ids or ()) - found.keys()):
        raise NotFound(f"No message that was given up is {', '.join(unknown)}.")
    return found


def _note(desk: Desk, message: DeadLetter, kind: str, who: str, **detail: str) -> None:
    if message.case_id is None:
        return
    line = Event(kind, name=message.id, detail={"template": message.kind, "channel": message.channel, **detail})
    key = desk.services.keys.of_cases(desk.connection, [message.case_id]).get(message.case_id)
    case_log.write(desk.connection, Change(message.case_id, key, desk.now, who, [line]))
