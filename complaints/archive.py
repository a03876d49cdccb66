"""What has ended some time ago is archived: what only a live case needs goes, record and trail stay (docs/adr/0024).

How long a process waits stands in its `process.toml`, in the version that is in force: the institution may change it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, false, or_, select

from complaints.tables import complaint, overwritten
from engine.case_work import SYSTEM, CaseWork
from engine.errors import Forbidden
from engine.pipeline import Pipeline
from engine.tables import deadline, incident, instance, past_instance, process_version
from engine.versions import Versions
from storage.database import Database
from storage.errors import StoreError
from storage.outbox import HOUSE, WAITING, outbox

log = structlog.get_logger(__name__)

BATCH = 200
"""Cases that are looked up at once; each is archived in a transaction of its own."""


@dataclass(frozen=True)
class ArchiveCase:
    """Let go of what only a live case needs."""

    case_id: str


@dataclass(frozen=True)
class Policy:
    """How long the cases of a process stay as they are when they have ended, by the version in force."""

    process_key: str
    version: int
    after_days: int


def policies(versions: Versions, connection: Connection) -> list[Policy]:
    """Return the policy of each process in force that has one."""
    found = []
    for version in versions.in_force(connection):
        days = versions.process(connection, version.id).config.archive_after_days
        if days is not None:
            found.append(Policy(version.process_key, version.number, days))
    return found


def archive_case(work: CaseWork, command: ArchiveCase) -> bool:
    """Archive the case and say so on its record; False, and nothing changed, where it may not be archived (any more).

    The state, what stood before its last step, the letters whose words stand in the record, and what was
    called back are let go. Who among the staff was told what stays, as do mails and webhooks as the proof of their
    delivery. Raises Forbidden unless the house itself asks. Repeating is safe.
    """
    if work.actor.kind != SYSTEM.kind:
        raise Forbidden("Only the house itself archives cases.")
    connection, case, key = work.connection, command.case_id, work.process.config.key
    policy = next((each for each in policies(work.services.versions, connection) if each.process_key == key), None)
    if policy is None:
        return False
    # Asked once more under the lock: a promise or a failure may have come in between.
    if connection.execute(_ripe([policy], work.now).where(instance.c.case_id == case)).first() is None:
        return False
    work.row.update(state=b"", undo=None, undo_task=None, undo_until=None, archived_at=work.now)
    work.update(past_instance, past_instance.c.case_id == case, state=b"")
    connection.execute(delete(overwritten).where(overwritten.c.case_id == case))
    gone = (outbox.c.case_id == case, outbox.c.channel == HOUSE, outbox.c.given_up_at.is_(None))
    # A letter stands among the letters, word for word; of what colleagues were told the course of the case tells.
    connection.execute(
        delete(outbox).where(*gone, or_(outbox.c.recipient == "complainant", outbox.c.cancelled_at.is_not(None)))
    )
    work.log("archived", process=policy.process_key, version=policy.version, after_days=policy.after_days)
    return True


def _ripe(found: Sequence[Policy], now: datetime) -> Select[Any]:
    """Return the selection of the cases that may be archived, with the instant of their end.

    What has ended cannot be opened again by any rule: a letter opens a linked case. Still something may hang on it: a
    promise or an action with a day of its own, a failure on record, a message on its way, and a procedure outside.
    """
    table = instance.c
    pending = (
        exists().where(deadline.c.case_id == table.case_id),
        exists().where(incident.c.case_id == table.case_id, incident.c.resolved_at.is_(None)),
        exists().where(outbox.c.case_id == table.case_id, WAITING),
    )
    return (
        select(table.case_id, table.ended_at)
        .join(complaint, complaint.c.case_id == table.case_id)
        .where(
            table.ended_at.is_not(None), table.archived_at.is_(None), complaint.c.retention_hold.is_(None),
            or_(false(), *(_old_enough(policy, now) for policy in found)), *(~each for each in pending),
        )
    )  # fmt: skip


def _old_enough(policy: Policy, now: datetime) -> ColumnElement[bool]:
    versions = select(process_version.c.id).where(process_version.c.process_key == policy.process_key)
    return and_(instance.c.version_id.in_(versions), instance.c.ended_at <= now - timedelta(days=policy.after_days))


class Archiving:
    """Archives what is ripe, the oldest first, in bounded batches. Safe to run in any number of processes."""

    def __init__(self, *, database: Database, pipeline: Pipeline, versions: Versions, batch: int = BATCH) -> None:
        self._database, self._pipeline, self._versions, self._batch = database, pipeline, versions, batch

    def run(self, going_on: Callable[[], bool] = lambda: True) -> int:
        """Archive until nothing is ripe, or nobody wants to go on; return how many cases.

        A case that cannot be archived is told in the log and stops no other. Raises StoreError when the store is away.
        """
        count, seen = 0, None
        while cases := self._next(seen):
            for case_id, ended_at in cases:
                if not going_on():
                    return count
                count += self._archive(case_id)
                seen = ended_at, case_id
        return count

    def _archive(self, case_id: str) -> int:
        try:
            return int(self._pipeline.run(ArchiveCase(case_id), SYSTEM))
        except StoreError:
            raise
        except Exception:
            log.exception("archiving-failed", case=case_id)
            return 0

    def _next(self, seen: tuple[datetime, str] | None) -> list[tuple[str, datetime]]:
        with self._database.read() as connection:
            found = policies(self._versions, connection)
            if not found:
                return []
            table = instance.c
            asked = _ripe(found, self._pipeline.clock.now())
            if seen is not None:
                at, case_id = seen
                asked = asked.where(table.ended_at >= at, or_(table.ended_at > at, table.case_id > case_id))
            rows = connection.execute(asked.order_by(table.ended_at, table.case_id).limit(self._batch))
            return [(row.case_id, row.ended_at) for row in rows]
