"""Where other systems are told: operators add addresses and take them away, on record with who and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from access.keys.cipher import DataKey
from access.keys.sealed_rows import seal
from access.keys.stored_keys import StoredKeys
from complaints.outward.web_address import parse_web_address
from complaints.tables import webhook
from engine.case_work import LISTENED
from engine.commands.house_work import name_of_operator
from engine.errors import NotFound, Unfit
from engine.pipeline import Desk
from engine.tables import house_state
from storage.insert import upsert_many

WEBHOOK = "webhook"
"""Channel and recipient are both `webhook:ID`: each has a line of its own."""
KINDS: Mapping[str, str] = {
    "complaint.registered": "a complaint has come in",
    "complaint.in_progress": "work on it goes on: it was taken up, or opened again",
    "complaint.resolved": "its result has been sent",
    "complaint.closed": "it is closed",
    "complaint.owner_changed": "somebody else owns it, or nobody does",
    "complaint.moved": "it was moved to another process",
    "complaint.letter_sent": "somebody wrote to the complainant",
    "complaint.letter_received": "the complainant wrote",
}
"""What there is to be told, each in words."""
SECRET_LENGTH = 40
"""Characters of a secret: 200 bits."""
_LISTENING = select(webhook.c.id, webhook.c.kinds).where(webhook.c.active).order_by(webhook.c.id)


@dataclass(frozen=True)
class AddWebhook:
    """Tell this address from now on. `kinds`: of what; empty: of everything."""

    url: str
    kinds: Sequence[str] = ()


@dataclass(frozen=True)
class RemoveWebhook:
    """Tell it nothing more."""

    webhook_id: str


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address that is told, without its secret."""

    id: str
    url: str
    kinds: tuple[str, ...] | None
    """None: all."""
    active: bool
    created_at: datetime
    created_by: str


def add_webhook(desk: Desk, command: AddWebhook) -> dict[str, str]:
    """Add it, and return `{"webhook": id, "secret": text}`; the secret is told this once.

    Raises Forbidden unless an operator or the house asks, Unfit for an address or a kind that cannot be.
    """
    who = name_of_operator(desk)
    _one_at_a_time(desk.connection)
    try:
        parse_web_address(command.url)
    except ValueError as error:
        raise Unfit(f"The address does not fit: {error}.") from None
    if unknown := sorted(set(command.kinds) - KINDS.keys()):
        raise Unfit(f"There is no kind {', '.join(unknown)}; there are {', '.join(KINDS)}.")
    added = {"webhook": desk.ids.new(), "secret": desk.ids.code(SECRET_LENGTH)}
    secret = seal(house_key(desk.services.keys, desk.connection), added["secret"])
    desk.connection.execute(
        insert(webhook).values(
            id=added["webhook"], url=command.url, secret=secret, kinds=sorted(set(command.kinds)) or None,
            active=True, created_at=desk.now, created_by=who,
        )
    )  # fmt: skip
    _note_listened(desk.connection)
    return added


def remove_webhook(desk: Desk, command: RemoveWebhook) -> dict[str, str]:
    """Switch it off and forget its secret, and return `{"webhook": id}`; what waits for it goes out no more.

    Repeating is safe. Raises Forbidden, NotFound.
    """
    name_of_operator(desk)
    _one_at_a_time(desk.connection)
    switched_off = update(webhook).where(webhook.c.id == command.webhook_id).values(active=False, secret=None)
    if desk.connection.execute(switched_off).rowcount != 1:
        raise NotFound(f"There is no webhook {command.webhook_id}.")
    _note_listened(desk.connection)
    return {"webhook": command.webhook_id}


def house_key(keys: StoredKeys, connection: Connection) -> DataKey:
    """Return the key of the house for secrets of webhooks; made when first asked for, in a transaction that writes."""
    return keys.of_house(connection, "webhooks")


def _one_at_a_time(connection: Connection) -> None:
    """Let whoever adds or removes one wait for whoever does so now: each looks whether anybody listens then."""
    upsert_many(connection, house_state, [{"key": LISTENED, "value": "yes"}], unique=("key",))


def _note_listened(connection: Connection) -> None:
    """Keep where every change sees it whether anybody listens; `_one_at_a_time` has said so. Repeating is safe."""
    if not listening_to(connection):
        connection.execute(delete(house_state).where(house_state.c.key == LISTENED))


def webhooks(connection: Connection) -> list[Webhook]:
    """Return all of them, those that were removed too, the oldest first."""
    rows = connection.execute(select(webhook).order_by(webhook.c.created_at, webhook.c.id))
    return [
        Webhook(
            id=row.id, url=row.url, kinds=tuple(row.kinds) if row.kinds else None, active=row.active,
            created_at=row.created_at, created_by=row.created_by,
        )
        for row in rows
    ]  # fmt: skip


def listening_to(connection: Connection) -> list[tuple[str, frozenset[str] | None]]:
    """Return id and wanted kinds (None: all) of every webhook that is told, in order of their ids."""
    rows: Any = connection.execute(_LISTENING)
    return [(row.id, frozenset(row.kinds) if row.kinds else None) for row in rows]
