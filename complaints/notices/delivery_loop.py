"""One pass over what is to be told: a few messages a transaction, in order for each case and recipient.

Whoever waits for their turn to write waits for one message and not for the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from access.keys.stored_keys import StoredKeys
from complaints.failed_delivery import note_failed, over
from complaints.notices.delivery import Desk, NobodyReads, deliver
from complaints.notices.notice_book import NoticeBooks
from complaints.notices.notice_values import Surroundings
from complaints.notices.superseded import stand_for_given_up
from engine.errors import Refusal
from engine.ids import Ids
from engine.unforeseen import reason_for_operators
from engine.versions import Versions
from storage import outbox
from storage.database import Database
from storage.errors import StoreError
from storage.faults import translated
from storage.outbox import Message
from storage.turns import Turn

log = structlog.get_logger(__name__)

RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""When a failed delivery is tried again, by the number of failures; after the last it is given up."""
TOLD_DETAILS = ("template", "missing", "unfinished", "recipient", "case")
"""What operators are told of a refusal beside its reason; the rest may quote what people wrote."""
BATCH = 10
"""Messages in one transaction: few enough that people wait for a turn only briefly."""


def run_once(
    database: Database,
    *,
    now: datetime,
    ids: Ids,
    versions: Versions,
    keys: StoredKeys,
    notices: NoticeBooks,
    surroundings: Surroundings | None = None,
    mail: bool = False,
    limit: int = 100,
    going_on: Callable[[], bool] = lambda: True,
    others_wait: Callable[[], bool] = lambda: False,
) -> int:
    """Deliver up to `limit` messages that may go out at `now`; return how many went out.

    May be called as often as one likes, by any number of processes. A message that fails is tried again later and is
    on record as an incident; the others go on. A busy store ends the pass: what is left is found by the next. So does
    `others_wait`, asked after each transaction: where deadlines are due, telling of them does not hold up the next.
    `mail` says whether what is told is to go out by mail too.
    """
    desk = Desk(versions, keys, notices, surroundings or Surroundings(), mail=mail)
    delivered = tried = 0
    try:
        while tried < limit and going_on() and _anything_due(database, now):
            sent, seen = _deliver_some(database, desk, now=now, ids=ids, at_most=min(BATCH, limit - tried))
            delivered, tried = delivered + sent, tried + max(1, seen)
            if others_wait():
                break
    except StoreError as error:
        log.warning("delivery-postponed", reason=str(error))
    return delivered


def _anything_due(database: Database, now: datetime) -> bool:
    """Look before taking a turn at writing: a loop that beats four times a second must not stand in people's way."""
    with database.read() as connection:
        return bool(outbox.due(connection, now, 1))


def _deliver_some(database: Database, desk: Desk, *, now: datetime, ids: Ids, at_most: int) -> tuple[int, int]:
    """Deliver a few messages in one transaction, each on a savepoint of its own; return how many of how many."""
    delivered = tried = 0
    with database.write(turn=Turn.SWEEP) as unit:
        messages = outbox.take(unit.connection, now, at_most)
        for message in messages:
            if tried and database.people_wait:
                break
            delivered += _deliver(unit.connection, message, desk, now=now, ids=ids)
            tried += 1
        unit.commit()
    return delivered, tried


def _deliver(connection: Connection, message: Message, desk: Desk, *, now: datetime, ids: Ids) -> int:
    try:
        # A store that is busy, full or away is no fault of the message.
        with translated(), connection.begin_nested():
            deliver(connection, message, desk, now=now, ids=ids)
            outbox.mark_delivered(connection, message.id, now=now)
            if message.attempts or message.replays:
                over(connection, message, now=now)
    except StoreError:
        raise
    except Exception as error:
        # What nobody foresaw is named by its kind alone, as everywhere: its words may hold what people wrote.
        reason = reason_for_operators(error) if isinstance(error, Refusal) else f"failed: {type(error).__name__}"
        known = error.details if isinstance(error, Refusal) else {}
        details = "".join(f" ({name}: {_listed(known[name])})" for name in TOLD_DETAILS if known.get(name))
        unforeseen = None if isinstance(error, Refusal) else error
        about = {} if message.case_id is None else {"case": message.case_id}
        log.warning("delivery-failed", message=message.id, kind=message.kind, exc_info=unforeseen, **about)
        attempts, said = message.attempts + 1, f"{reason}{details}"
        if attempts > len(RETRY_AFTER):
            why = outbox.NOBODY_READS if isinstance(error, NobodyReads) else None
            outbox.give_up(connection, message.id, error=said, now=now, given_up_as=why)
        else:
            outbox.mark_failed(connection, message.id, error=said, retry_at=now + RETRY_AFTER[attempts - 1])
        note_failed(connection, message, said, now=now, ids=ids)
        if isinstance(error, NobodyReads) and error.daily:
            # One incident for each duty that nobody hears of, not one a day.
            stand_for_given_up(connection, desk.keys, message, now=now)
        return 0
    return 1


def _listed(known: object) -> str:
    return ", ".join(map(str, known)) if isinstance(known, list | tuple | set) else str(known)
