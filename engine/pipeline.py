"""The one way in which anything changes: begin, look, fire what is due, authorise, act, save, commit.

Every change of a case is a command - a frozen dataclass with a handler. Nobody else commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, Select, and_, bindparam, insert, select

from access.keys.cipher import DataKey
from access.keys.sealed_rows import open_sealed, sealed_values
from access.keys.stored_keys import with_key
from access.policy import Principal
from engine.case_sight import concerned, may_see, wall
from engine.case_work import LISTENED, OPERATOR, SYSTEM, Actor, CaseWork, Services
from engine.clock import Clock
from engine.errors import Conflict, NotFound, StepFailed
from engine.firing import fire_what_is_due, is_due
from engine.ids import Ids
from engine.incidents import doing_of, note_failure, put_off, settle, settle_beside, settle_house
from engine.projection import save
from engine.tables import house_state, instance, work_item
from engine.unforeseen import failing_on_record
from engine.work_items import READ_ALONG, item_in
from storage.database import Database
from storage.errors import StoreError
from storage.prepared import Prepared
from storage.turns import Turn
from trail.house import Kind, Value, note

# Asked along with the case, whether anybody outside listens costs nothing; by itself it would be a trip a change.
_LISTENED = select(house_state.c.value).where(house_state.c.key == LISTENED).scalar_subquery().label("listened")
_LOADED = with_key(select(instance, _LISTENED), instance.c.case_id).where(instance.c.case_id == bindparam("case"))
_INSTANCE = _LOADED.with_for_update(of=instance)
# Both rows are locked: whoever has waited for the first must not be told of the second what stood before the wait.
_INSTANCE_WITH_ITEM = (
    _LOADED.add_columns(*READ_ALONG)
    .join(work_item, and_(work_item.c.case_id == instance.c.case_id, work_item.c.id == bindparam("item")))
    .with_for_update(of=[instance, work_item])
)
_INSTANCE_SKIPPING = _LOADED.with_for_update(skip_locked=True, of=instance)

log = structlog.get_logger(__name__)

COLUMNS = tuple(column.name for column in instance.columns)
SEALED = ("facts", "state", "undo")
_INSERT_INSTANCE = Prepared(insert(instance), columns=COLUMNS)

QUESTIONS_REMEMBERED = 512
"""So many questions are kept, two for each person as they stand: putting one together takes longer than asking it."""


@lru_cache(maxsize=QUESTIONS_REMEMBERED)
def _seen_by(principal: Principal, asked: Select[Any]) -> Select[Any]:
    """Return a question for a case under its row lock, answered only where the person may see it."""
    return asked.where(wall(principal))


BeforeCommit = Callable[[Connection, Any], None]
"""Called with the open transaction and the answer: what must commit with the change or not at all."""


class CaseCommand(Protocol):
    """A change of one case."""

    @property
    def case_id(self) -> str:
        """Which case."""
        ...


class CaseHandler(Protocol):
    """Carries out one kind of command on one case."""

    def __call__(self, work: CaseWork, command: Any) -> Any:
        """Authorise, act, and return the answer. Raises a Refusal before it writes anything."""
        ...


class HouseHandler(Protocol):
    """Carries out a command that opens a case, or concerns none."""

    def __call__(self, desk: Desk, command: Any) -> Any:
        """Authorise, act, and return the answer."""
        ...


@dataclass(frozen=True)
class Desk:
    """What a house command works with: the transaction, and the way to bring new cases to life in it."""

    connection: Connection
    services: Services
    ids: Ids
    now: datetime
    actor: Actor
    pipeline: Pipeline

    def note(self, kind: Kind, *, once: str | None = None, **detail: Value) -> bool:
        """Add a record to the chain of the house, as of now and by who acts (`trail.house.note`)."""
        return note(self.connection, kind, at=self.now, actor=self.actor.id, once=once, **detail)

    def open_case(
        self, case_id: str, key: DataKey, version_id: str, facts: Mapping[str, Any], *, owner: str | None,
        received_at: datetime,
    ) -> CaseWork:  # fmt: skip
        """Return a new case on a version of a process, not started and not yet saved.

        `key`: that of the case (`StoredKeys.new_for_case`). `received_at`: when it came to the house.
        """
        process = self.services.versions.process(self.connection, version_id)
        row = {
            "case_id": case_id, "version_id": version_id, "row_version": 0, "state": None, "facts": dict(facts),
            "facts_version": 1, "status": "registered", "closure": None, "case_owner": owner, "priority": None,
            "impact": None, "category": None, "protection": process.config.protection.protection_class.value,
            "waits_for": [], "received_at": received_at, "started_at": self.now,
            "ended_at": None, "ended_as": None, "archived_at": None, "next_due": None, "next_state_due": None,
            "next_dated": None, "next_clock_due": None, "troubled": False, "undo": None, "undo_task": None,
            "undo_until": None, "trail_number": 0, "trail_hash": None,
        }  # fmt: skip
        _INSERT_INSTANCE.run(self.connection, sealed_values(key, instance, {**row, "state": b""}))
        return CaseWork(
            connection=self.connection, services=self.services, ids=self.ids, now=self.now, actor=self.actor,
            case_id=case_id, process=process, row=row, batch="1", stored_key=key,
        )  # fmt: skip


@dataclass(frozen=True)
class SweptCase:
    """What sweeping one case did."""

    fired: int
    next_due: datetime | None
    """The instant that is due next and might have been fired, had it not been later than was asked for."""


class Pipeline:
    """Runs commands. One for a process; safe to share between threads."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: Ids,
        services: Services,
        case_handlers: Mapping[type, CaseHandler],
        house_handlers: Mapping[type, HouseHandler],
    ) -> None:
        self.database, self.clock, self.ids, self.services = database, clock, ids, services
        self._case_handlers, self._house_handlers = case_handlers, house_handlers
        self._sound: set[str] = set()
        """House commands that have worked since their last failure in this process."""

    def run(self, command: Any, actor: Actor, *, before_commit: BeforeCommit | None = None) -> Any:
        """Carry out a command in one transaction and return its answer.

        Raises the handler's Refusal with nothing changed - except that what was due has fired and stays, when it was
        the firing that took the ground from under the command (Conflict), and that what failed (StepFailed) is on
        record: an automatic step, an effect, or whatever else nobody foresaw, `before_commit` too. Raises StoreBusy
        when the store is busy, and OutcomeUnknown.
        """
        case_id: str | None = getattr(command, "case_id", None)
        try:
            # Each line of the log that is written on the way names the case.
            with nullcontext() if case_id is None else structlog.contextvars.bound_contextvars(case=case_id):
                return self._carry_out(command, actor, before_commit)
        except StepFailed as refusal:
            if actor.kind != SYSTEM.kind:
                self._put_on_record(command, actor, refusal)
            raise

    def _carry_out(self, command: Any, actor: Actor, before_commit: BeforeCommit | None) -> Any:
        house = self._house_handlers.get(type(command))
        # The house's own work is watched by whoever runs it.
        watched = nullcontext() if actor.kind == SYSTEM.kind else failing_on_record("The step")
        with self.database.write(turn=Turn.PERSON) as unit:
            with watched:
                if house is not None:
                    desk = Desk(unit.connection, self.services, self.ids, self.clock.now(), actor, self)
                    answer = house(desk, command)
                    self._settle_house(unit.connection, command)
                else:
                    answer = self._run_case(unit.connection, command, actor)
                if before_commit is not None and not isinstance(answer, _Overtaken):
                    before_commit(unit.connection, answer)
            unit.commit()
            if isinstance(answer, _Overtaken):
                raise answer.refusal
        if house is not None:
            self._sound.add(doing_of(command)[0])
        return answer

    def _put_on_record(self, command: Any, actor: Actor, refusal: StepFailed) -> None:
        """Keep that a person's step failed, in a transaction of its own: that of the step is gone."""
        doing, about = doing_of(command)
        self._sound.discard(doing)
        case_id: str | None = getattr(command, "case_id", None)
        try:
            with self.database.write(turn=Turn.PERSON) as unit:
                incident, _ = note_failure(
                    unit.connection, case_id, refusal, doing=doing, about=about, now=self.clock.now(), ids=self.ids,
                    actor=actor.id,
                )  # fmt: skip
                unit.commit()
            refusal.details["incident"] = incident
        except StoreError as error:
            log.warning("incident-not-recorded", doing=doing, case=case_id, reason=str(error))

    def _settle_house(self, connection: Connection, command: Any) -> None:
        """What was done beside a case, or without one, and works: close its incidents.

        Those of the house are looked for once and after each failure.
        """
        done, case_id = doing_of(command), getattr(command, "case_id", None)
        if case_id is not None:
            settle_beside(connection, case_id, done, now=self.clock.now())
        elif done[0] not in self._sound:
            settle_house(connection, done[0], now=self.clock.now())

    def within(self, connection: Connection, command: CaseCommand, actor: Actor) -> Any:
        """Carry out a command on one case as part of the house's work; whoever opened the transaction commits it.

        Several cases are taken in the order of their ids, as everywhere. Raises what `run` raises; after a refusal the
        case stands as before.
        """
        with connection.begin_nested():
            answer = self._run_case(connection, command, actor)
            if isinstance(answer, _Overtaken):
                raise answer.refusal
        return answer

    def _run_case(self, connection: Connection, command: CaseCommand, actor: Actor) -> Any:
        work = self.load(connection, command.case_id, actor, task_id=getattr(command, "task_id", None))
        fired = fire_what_is_due(work)
        fence, handle = work.row["row_version"], self._case_handlers[type(command)]
        try:
            with work.attempt() if fired else nullcontext():
                answer = handle(work, command)
                self.services.changed(work)
        except Conflict as refusal:
            if not fired:
                raise
            # What was due has fired and stays; what the handler wrote is gone with its savepoint.
            return _Overtaken(refusal)
        if work.hold_until is None:
            # Something else has been built on the last step: it cannot be sent back any more.
            work.row.update(undo=None, undo_task=None, undo_until=None)
        save(work, fence=fence)
        settle(work, doing_of(command))
        return answer

    def load(
        self,
        connection: Connection,
        case_id: str,
        actor: Actor,
        now: datetime | None = None,
        *,
        task_id: str | None = None,
    ) -> CaseWork:
        """Return the case under its row lock. Raises NotFound when it does not exist or is not the actor's to see.

        `task_id`: the task of the case that is asked for next; it is read along with it.
        """
        # The wall is part of the question: of a case that is not theirs to see nothing is locked, read or loaded.
        # Who repairs a case sees nothing of it, and that they are not kept apart from it was asked before.
        watched = actor.principal if actor.kind != OPERATOR else None
        row = item = None
        if task_id is not None:
            asked = _INSTANCE_WITH_ITEM if watched is None else _seen_by(watched, _INSTANCE_WITH_ITEM)
            row = connection.execute(asked, {"case": case_id, "item": task_id}).first()
            item = item_in(row) if row is not None else None
        if row is None:
            asked = _INSTANCE if watched is None else _seen_by(watched, _INSTANCE)
            row = connection.execute(asked, {"case": case_id}).first()
        if row is None:
            raise NotFound("There is no such case.", case=case_id)
        barred = None
        if watched is not None and connection.dialect.name != "sqlite":
            # Who waited for the lock was judged by what stood before the wait; SQLite lets nobody else write meanwhile.
            asked_of, barred = concerned(connection, case_id)
            if not may_see(watched, owner=row.case_owner, asked=asked_of, barred=barred):
                raise NotFound("There is no such case.", case=case_id)
        # The instant is read under the lock: what waited for another change does not lie before it.
        work = self.work(connection, row, actor, now or self.clock.now())
        work.barred, work.item = barred, item
        return work

    def leave_alone(self, case_id: str, error: Exception) -> None:
        """Record that sweeping a case failed in a way nobody foresaw, and look at others first for a while.

        Opens neither its state nor its process: it may be those that cannot be read.
        """
        with self.database.write(turn=Turn.SWEEP) as unit:
            refusal = StepFailed(f"The case cannot be swept: {type(error).__name__}.")
            put_off(unit.connection, case_id, refusal, now=self.clock.now(), ids=self.ids)
            unit.commit()

    def work(self, connection: Connection, row: Any, actor: Actor, now: datetime) -> CaseWork:
        """Return the case of a row of `instance` that was read under its lock, ready for one change."""
        key = self.services.keys.along(row)
        opened = {name: open_sealed(key, row._mapping[name]) for name in SEALED}
        return CaseWork(
            connection=connection, services=self.services, ids=self.ids, now=now, actor=actor, case_id=row.case_id,
            process=self.services.versions.process(connection, row.version_id),
            row={name: row._mapping[name] for name in COLUMNS} | opened, batch=str(row.row_version + 1),
            listened=bool(row.listened), stored_key=key,
        )  # fmt: skip

    @contextmanager
    def sweeping(self) -> Iterator[Sweeping]:
        """Give a transaction in which due cases fire; it commits when the block ends, and not when it raises.

        On PostgreSQL a block sweeps one case, so that nobody waits for another's row. On SQLite, where one writes at a
        time and each commit waits for the disk, it may sweep several (docs/adr/0019).
        """
        with self.database.write(turn=Turn.SWEEP) as unit:
            yield Sweeping(self, unit.connection)
            unit.commit()


@dataclass(frozen=True)
class Sweeping:
    """A transaction of the sweep."""

    pipeline: Pipeline
    connection: Connection

    def fire(self, case_id: str, *, until: datetime | None = None) -> SweptCase:
        """Fire what is due in one case, or only what is due up to `until`; what raises leaves nothing behind.

        Somebody else having the case at the moment is no error: nothing fired, and it is asked again.
        """
        with structlog.contextvars.bound_contextvars(case=case_id), self.connection.begin_nested():
            row = self.connection.execute(_INSTANCE_SKIPPING, {"case": case_id}).first()
            if row is None:
                return SweptCase(0, None)
            work = self.pipeline.work(self.connection, row, SYSTEM, self.pipeline.clock.now())
            fired = fire_what_is_due(work, until=until)
            return SweptCase(fired, work.row["next_due"] if fired and is_due(work) else None)


@dataclass(frozen=True)
class _Overtaken:
    refusal: Conflict
