"""What is to be told to the world: written with the change that causes it, delivered after the commit, at least once.

To one recipient of one case messages go out in the order in which they were written: a later one waits for an earlier
one that is held back, being delivered, or to be tried again. One that was given up or cancelled stands in nobody's way.

What takes longer than a transaction is claimed first, for a short while that whoever delivers prolongs as long as they
live. Only the claim under which a message was taken may say how it ended: who lost theirs marks nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from storage.insert import insert_many_new
from storage.prepared import Prepared
from storage.schema import metadata
from storage.sealed import SealedBlob
from storage.types import Counter, Instant

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Counter, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("case_id", Text),
    Column("cause", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False, server_default="house"),
    Column("payload", SealedBlob, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("deliver_after", Instant, nullable=False),
    Column("held_until", Instant),
    Column("claimed_by", Text),
    Column("claimed_until", Instant),
    Column("delivered_at", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", Text),
    Column("given_up_at", Instant),
    # Of what is tried again by itself once its cause is gone: a word for the cause.
    Column("given_up_as", Text),
    Column("cancelled_at", Instant),
    Column("replays", Integer, nullable=False, server_default="0"),
)

NOBODY_READS = "nobody-reads"
"""Why a message was given up: nobody is there who could read it."""

HOUSE = "house"
"""The channel of what is written down inside the house, where the message is a row that somebody reads."""

Party = tuple[str | None, str]
"""A recipient in one case, or with None for the case a recipient in all of them."""

WAITING = and_(outbox.c.delivered_at.is_(None), outbox.c.cancelled_at.is_(None), outbox.c.given_up_at.is_(None))
"""What has not gone out, and is neither called back nor given up."""

GIVEN_UP = and_(outbox.c.given_up_at.is_not(None), outbox.c.cancelled_at.is_(None))
"""What is on the list of messages that were given up: nobody has taken it off."""
Index("ix_outbox__case", outbox.c.case_id)
Index("ix_outbox__given_up", outbox.c.sequence, sqlite_where=GIVEN_UP, postgresql_where=GIVEN_UP)
Index("ix_outbox__waiting", outbox.c.channel, outbox.c.deliver_after, sqlite_where=WAITING, postgresql_where=WAITING)
Index(
    "ix_outbox__line",
    outbox.c.case_id,
    outbox.c.recipient,
    outbox.c.sequence,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message to one recipient."""

    id: str
    """Opaque, unique."""
    case_id: str | None
    """The case it belongs to; None for a message about no case, which waits for no other."""
    cause: str
    """What made it: a task, or a clock's round and rung."""
    kind: str
    """What it says: `acknowledged`, `reminder`, ..."""
    recipient: str
    """To whom: `person:ID`, `complainant`, `mail:complainant`, `webhook:ID`, ..."""
    channel: str = HOUSE
    """The line by which it goes out: each is delivered by itself, so that one that is down holds up no other."""
    payload: Any
    """What the channel needs, JSON; sealed where it comes out of the store."""
    created_at: datetime
    """When it was caused."""
    deliver_after: datetime
    """Not before this instant."""
    held_until: datetime | None = None
    """Until then it can be called back, and does not go out."""
    attempts: int = 0
    """How often delivery failed so far, or since it was replayed."""
    replays: int = 0
    """How often an operator had it tried again after it was given up."""
    claim: str | None = None
    """The claim under which it was taken; None where nobody has claimed it."""

    @property
    def key(self) -> str:
        """The key that makes a repeated effect one message: case, cause, kind, recipient."""
        return message_key(self.case_id, cause=self.cause, kind=self.kind, recipient=self.recipient)


def message_key(case_id: str | None, *, cause: str, kind: str, recipient: str) -> str:
    """Return the unique key of a message; the parts cannot run into each other."""
    return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in (case_id or "", cause, kind, recipient))


def write(connection: Connection, rows: Iterable[Message]) -> int:
    """Write messages in the order given; one whose key exists already is left out, so that repeating is safe.

    Returns how many are new.
    """
    given = [
        {
            "id": message.id,
            "case_id": message.case_id,
            "cause": message.cause,
            "kind": message.kind,
            "recipient": message.recipient,
            "channel": message.channel,
            "payload": message.payload,
            "key": message.key,
            "created_at": message.created_at,
            "deliver_after": message.deliver_after,
            "held_until": message.held_until,
        }
        for message in rows
    ]
    return insert_many_new(connection, outbox, given, unique=("key",))


def due(
    connection: Connection, now: datetime, limit: int, *, channel: str = HOUSE, without: Collection[Party] = ()
) -> list[Message]:
    """Return up to `limit` messages that may go out at `now`, oldest first: at most one for each case and recipient.

    None to those of `without`.
    """
    return [_message(row) for row in connection.execute(_due(now, limit, channel, without))]


def channels_due(connection: Connection, now: datetime) -> list[str]:
    """Return the channels besides the house's own in which something may be due at `now`, in order of their names."""
    table = outbox.c
    found = select(table.channel).distinct().where(WAITING, table.channel != HOUSE, table.deliver_after <= now)
    return sorted(connection.execute(found).scalars())


def next_release(connection: Connection, *, after: datetime, until: datetime) -> datetime | None:
    """Return the earliest instant later than `after`, up to `until`, at which a message of the house may go out.

    None without one. An earlier message to the same recipient may still stand in its way then.
    """
    table = outbox.c
    held_longer = and_(table.held_until.is_not(None), table.held_until > table.deliver_after)
    release = case((held_longer, table.held_until), else_=table.deliver_after)
    found: datetime | None = connection.scalar(
        select(func.min(release, type_=Instant)).where(
            WAITING, table.channel == HOUSE, release > after, release <= until
        )
    )
    return found


def take(connection: Connection, now: datetime, limit: int) -> list[Message]:
    """Take up to `limit` messages of the house that are due; nobody else takes them before this transaction ends."""
    rows = connection.execute(_due(now, limit, HOUSE).with_for_update(skip_locked=True, of=outbox))
    return [_message(row) for row in rows]


def claim(
    connection: Connection,
    now: datetime,
    *,
    limit: int,
    until: datetime,
    by: str,
    channel: str,
    without: Collection[Party] = (),
) -> list[Message]:
    """Take up to `limit` messages of a channel that are due, under the claim `by`, for its holder alone until `until`.

    Then they are due again for anybody. `by` is an opaque name that was never used before. None to those of `without`.
    Several workers may claim at once: each gets others. Commit before delivering.
    """
    rows = connection.execute(_due(now, limit, channel, without).with_for_update(skip_locked=True, of=outbox)).all()
    ids = [row.id for row in rows]
    if ids:
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(claimed_by=by, claimed_until=until))
    return [_message(row, claim=by) for row in rows]


def prolong(connection: Connection, messages: Sequence[Message], *, until: datetime) -> None:
    """Keep what was claimed until then; what somebody else has claimed meanwhile stays theirs. Repeating is safe."""
    if messages:
        connection.execute(update(outbox).where(*_claimed(messages)).values(claimed_until=until))


def unclaim(connection: Connection, messages: Sequence[Message]) -> None:
    """Give back what was claimed and not tried: it is due at once. Repeating is safe."""
    if messages:
        connection.execute(update(outbox).where(*_claimed(messages)).values(claimed_by=None, claimed_until=None))


def is_held(connection: Connection, message: Message, *, now: datetime) -> bool:
    """Say whether a message is still to go out, and its claim has not run out or gone to somebody else."""
    mine = (outbox.c.id == message.id, outbox.c.claimed_by == message.claim, outbox.c.claimed_until > now)
    return connection.execute(select(outbox.c.id).where(WAITING, *mine)).first() is not None


def mark_delivered(connection: Connection, message_id: str, *, now: datetime, claim: str | None = None) -> bool:
    """Note that the message went out. Repeating is safe: False, and the first instant stays.

    `claim` is that under which it was taken: False where it is somebody else's now. So it is of all that follow.
    """
    if claim is None:
        return _DELIVERED.run(connection, {"message": message_id, "at": now}) == 1
    return _settle(connection, message_id, claim, delivered_at=now, last_error=None)


def mark_failed(
    connection: Connection, message_id: str, *, error: str, retry_at: datetime, claim: str | None = None
) -> bool:
    """Note a failed delivery: one attempt more, next try not before `retry_at`. False if it is settled already."""
    tried = outbox.c.attempts + 1
    return _settle(connection, message_id, claim, attempts=tried, last_error=error, deliver_after=retry_at)


def give_up(
    connection: Connection, message_id: str, *, error: str, now: datetime, claim: str | None = None,
    given_up_as: str | None = None,
) -> bool:  # fmt: skip
    """Stop trying after a last failed attempt; what waits behind it goes on. False if it is settled already.

    `given_up_as`: a word for why, where somebody looks for it.
    """
    tried = outbox.c.attempts + 1
    values = {"last_error": error, "given_up_at": now, "given_up_as": given_up_as}
    return _settle(connection, message_id, claim, attempts=tried, **values)


def cancel(connection: Connection, message_id: str, *, reason: str, now: datetime, claim: str | None = None) -> bool:
    """Note that a message is not to go out any more, and why. False if it is settled already."""
    return _settle(connection, message_id, claim, last_error=reason, cancelled_at=now)


def cancel_held(
    connection: Connection, case_id: str, cause_prefix: str = "", *, now: datetime, recipient: str | None = None
) -> int:
    """Call back the messages of the case whose cause begins with `cause_prefix` and that are still held at `now`.

    Those to `recipient` alone where one is given. Their keys become free, so that doing the step again tells people
    again. Returns how many; repeating is safe.
    """
    mine = and_(outbox.c.case_id == case_id, func.substr(outbox.c.cause, 1, len(cause_prefix)) == cause_prefix)
    if recipient is not None:
        mine = and_(mine, outbox.c.recipient == recipient)
    statement = (
        update(outbox)
        .where(mine, WAITING, outbox.c.held_until > now)
        .values(cancelled_at=now, key=outbox.c.key + "|cancelled|" + outbox.c.id)
    )
    return connection.execute(statement).rowcount


def let_go(connection: Connection, case_id: str, cause_prefix: str, *, now: datetime) -> int:
    """Count the messages of the case and cause that can no longer be called back at `now`."""
    mine = and_(outbox.c.case_id == case_id, func.substr(outbox.c.cause, 1, len(cause_prefix)) == cause_prefix)
    held = and_(WAITING, outbox.c.held_until.is_not(None), outbox.c.held_until > now)
    gone = select(func.count()).select_from(outbox).where(mine, outbox.c.cancelled_at.is_(None), ~held)
    return connection.scalar(gone) or 0


def _due(now: datetime, limit: int, channel: str, without: Collection[Party] = ()) -> Select[Any]:
    table, cases = outbox.c, defaultdict[str, set[str]](set)
    everywhere = {recipient for case_id, recipient in without if case_id is None}
    for case_id, recipient in without:
        if case_id is not None:
            cases[recipient].add(case_id)
    chosen = _DUE.where(table.recipient.not_in(sorted(everywhere))) if everywhere else _DUE
    for recipient, some in sorted(cases.items()):
        chosen = chosen.where(
            or_(table.recipient != recipient, table.case_id.is_(None), table.case_id.not_in(sorted(some)))
        )
    return chosen.limit(limit).params(now=now, channel=channel)


_EARLIER = outbox.alias("earlier")
_BLOCKED = exists().where(
    _EARLIER.c.case_id == outbox.c.case_id,
    _EARLIER.c.recipient == outbox.c.recipient,
    _EARLIER.c.sequence < outbox.c.sequence,
    _EARLIER.c.delivered_at.is_(None),
    _EARLIER.c.cancelled_at.is_(None),
    _EARLIER.c.given_up_at.is_(None),
)
_NOW: Any = bindparam("now", type_=Instant())
_DUE = (
    select(outbox)
    .where(
        WAITING,
        outbox.c.channel == bindparam("channel"),
        outbox.c.deliver_after <= _NOW,
        or_(outbox.c.held_until.is_(None), outbox.c.held_until <= _NOW),
        or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= _NOW),
        ~_BLOCKED,
    )
    .order_by(outbox.c.sequence)
)
_DELIVERED = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("message"), WAITING, outbox.c.claimed_by.is_(None))
    .values(delivered_at=bindparam("at"), last_error=None)
)


def _settle(connection: Connection, message_id: str, claim: str | None, **values: Any) -> bool:
    mine = (outbox.c.id == message_id, outbox.c.claimed_by.is_not_distinct_from(claim))
    ended = update(outbox).where(*mine, WAITING).values(claimed_by=None, claimed_until=None, **values)
    return connection.execute(ended).rowcount == 1


def _claimed(messages: Sequence[Message]) -> tuple[ColumnElement[bool], ...]:
    """Say which rows these messages are, as long as they are held under the claims under which they were taken."""
    ids, claims = {each.id for each in messages}, {each.claim for each in messages if each.claim}
    return WAITING, outbox.c.id.in_(sorted(ids)), outbox.c.claimed_by.in_(sorted(claims))


def _message(row: Row[Any], *, claim: str | None = None) -> Message:
    return Message(
        id=row.id,
        case_id=row.case_id,
        cause=row.cause,
        kind=row.kind,
        recipient=row.recipient,
        channel=row.channel,
        payload=row.payload,
        created_at=row.created_at,
        deliver_after=row.deliver_after,
        held_until=row.held_until,
        attempts=row.attempts,
        replays=row.replays,
        claim=claim,
    )
