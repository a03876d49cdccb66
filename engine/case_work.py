"""One case inside one transaction: its row, its process, and what the command at work does to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Connection, Select, Table, insert, update

from access.keys.cipher import DataKey
from access.keys.sealed_rows import opened_row, opened_rows, sealed_values
from access.keys.stored_keys import KeyDestroyed, StoredKeys
from access.policy import Principal
from access.rights import HouseRules
from engine.errors import Conflict
from engine.ids import Ids
from engine.kernel.step import step
from engine.model.due import Calendars
from engine.model.step import ClockView, DueItem, Effect, Event, OpenTask, Projected, StepCommand, StepResult
from engine.process import CompiledProcess
from engine.typed_json import plain
from engine.unforeseen import failing_on_record
from engine.versions import Versions
from storage.outbox import Message


@dataclass(frozen=True)
class Actor:
    """Who asks: a member of staff, the complainant, or the house itself."""

    kind: str
    """`person`, `complainant`, `system`, or `operator`: a person who repairs a case and need not see it."""
    principal: Principal | None = None

    @property
    def id(self) -> str:
        """As the log names the actor: a person's id, `complainant`, or `system`."""
        return self.principal.person_id if self.principal is not None else self.kind


IN_HAND = "in_hand"
"""What a notice is told of a clock's ladder: the data of each step that it watches where each process has its own."""
WITHDRAWN = "complainant_withdrawn"
"""The fact that says that the complainant takes no part any more, while the case goes on for others."""
SYSTEM = Actor("system")
OPERATOR: Final = "operator"
"""The kind of whoever repairs a case in which something failed; that they may is asked before they come so far."""
NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""Until then a due item is left alone that is not tried again by itself."""
COMPLAINANT = Actor("complainant")
LISTENED: Final = "listened"
"""The key in `house_state` that is there while anybody outside listens to what changes."""


@dataclass(frozen=True)
class Telling:
    """Somebody is to be told something, once: becomes a row of the outbox."""

    to: str
    """In the words of the diagram: `owner`, `post:...`, `team:...`, `complainant`, `person:...`."""
    template: str
    values: Mapping[str, Any]
    cause: str


class Placement(Protocol):
    """Finds people: who gets a new task, and who is meant by `owner` or `post:...`. `escalation/` knows."""

    def place(self, work: CaseWork, task: OpenTask) -> tuple[str | None, str | None]:
        """Return (assignee, post) of a new task; both None leave it to its team."""
        ...

    def others_left(self, work: CaseWork, task: OpenTask) -> bool:
        """Say whether a new task's team has somebody besides those who are kept apart from it."""
        ...

    def outside_again(self, work: CaseWork, task: OpenTask) -> frozenset[str]:
        """Return whoever decides from outside where nobody else is left and they did a step before, else nobody."""
        ...

    def place_again(self, work: CaseWork, *, team: str | None, post: str | None, excluded: Set[str]) -> str | None:
        """Return the post of a task that nobody has, now that people were kept apart; None leaves it to the team."""
        ...

    def recipients(self, work: CaseWork, to: str) -> tuple[str, ...]:
        """Return the addresses meant: `person:<id>`, `team:<code>`, `complainant`."""
        ...


EffectHandler = Callable[["CaseWork", Effect], None]
ExcerptHook = Callable[[CompiledProcess, str, Mapping[str, Any]], Mapping[str, Any]]
"""Called with the process, the template's name and the task's data."""
CompletedHook = Callable[["CaseWork", str, Mapping[str, Any]], None]
"""Called with the case, the element and the form data."""
ChangedHook = Callable[["CaseWork"], None]
"""Called with the case."""
AnnounceHook = Callable[["CaseWork"], Iterable[Message]]
"""Called with the case; what it returns is written to the outbox, behind what people are told."""
UnmakeHook = Callable[["CaseWork", str], None]
"""Called with the case and the batch to take back."""
DatedHandler = Callable[["CaseWork", str, datetime], None]
"""Called with the case, the id of the record, and the instant that has come."""


@dataclass(frozen=True)
class Services:
    """What every case needs; built once by the composition root."""

    versions: Versions
    keys: StoredKeys
    """With which what is personal is sealed and opened."""
    calendars: Calendars
    placement: Placement
    rules: HouseRules
    """Who may do what, and what each team is trusted with."""
    zone: Callable[[Mapping[str, Any]], str]
    """Facts of a case -> the IANA name of the zone its people live in."""
    effects: Mapping[str, EffectHandler]
    dated: Mapping[str, DatedHandler]
    """Kind of dated record (`promise`, `action`) -> what happens when its instant comes."""
    excerpt: ExcerptHook
    """Picks from the forms' data the few words that a notice may carry; everything else stays inside."""
    completed: CompletedHook
    """Told of each form a person has completed, before the token moves on."""
    changed: ChangedHook
    """Told of each command on a case once it is done and nothing is written down: sees what it came to as a whole."""
    unmake: UnmakeHook
    """Takes back the rows that a change has made, when its step is sent back."""
    announced: AnnounceHook = lambda _work: ()
    """Asked of each change that is written down what other systems are told of it."""


@dataclass
class CaseWork:
    """Collects what one command changes; `engine.projection` writes it down, the pipeline commits."""

    connection: Connection
    services: Services
    ids: Ids
    now: datetime
    actor: Actor
    case_id: str
    process: CompiledProcess
    row: dict[str, Any]
    """The instance's columns as they will be written."""
    stored: dict[str, Any] = field(init=False)
    """The instance's columns as they were last read or written; only the values that nobody changes in their place."""
    stored_key: DataKey | None
    """The key of the case; None where it was destroyed."""
    batch: str
    """The number of this change, in the cause of every row it makes: what is sent back is found by it."""
    facts_at_start: Mapping[str, Any] = field(default_factory=dict)
    """The facts as they were before this change."""
    events: list[Event] = field(default_factory=list)
    tellings: list[Telling] = field(default_factory=list)
    result: StepResult | None = None
    before: Projected | None = None
    resting: dict[str, datetime] = field(default_factory=dict)
    """Due items whose firing failed, by their keys, and until when each is left alone; NEVER: until somebody acts."""
    barred: frozenset[str] | None = None
    """People kept apart from the case by a conflict of interest; None: not looked up yet."""
    item: Any = None
    """The task that the command names, as it was read along with the case; None where none was read, and once something
    has fired. What the command itself writes into its row does not show here."""
    listened: bool = True
    """Whether anybody outside may listen to what changes; False: nobody does."""
    done: dict[str, Any] | None = None
    """The row of the task that this change completes, as it will be written; None where it completes none."""
    form_data: Mapping[str, Any] = field(default_factory=dict)
    """What was written into the form that this change completes; nothing where it completes none."""
    reason: str = ""
    """Why somebody made this change, where no form says."""
    hold_until: datetime | None = None
    """Until then what this change tells people can still be called back."""
    reversible: bool = True
    """False once something happened that a send-back could not take back."""

    @property
    def state_due(self) -> datetime | None:
        """The earliest due instant that the state knows: a rung or an element's timer."""
        if self.result is not None:
            return self.falls(self.result.due)
        due: datetime | None = self.row["next_state_due"]
        return due

    def falls(self, due: Iterable[DueItem]) -> datetime | None:
        """Return when the first of these falls, or is tried again where it rests; None where nothing does by itself."""
        falling = (self.resting.get(item.key, item.due_at) for item in due)
        return min((at for at in falling if at != NEVER), default=None)

    @property
    def key(self) -> DataKey:
        """The key of the case. Raises KeyDestroyed."""
        if self.stored_key is None:
            raise KeyDestroyed
        return self.stored_key

    def sealed(self, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a row of this case as they are stored."""
        return sealed_values(self.key, table, values)

    def read(self, asked: Select[Any]) -> list[Any]:
        """Return rows of this case with what is sealed in them opened, in their order."""
        return opened_rows(self.key, self.connection.execute(asked))

    def first(self, asked: Select[Any]) -> Any:
        """Return the first of them, None where there is none."""
        row = self.connection.execute(asked).first()
        return None if row is None else opened_row(self.key, row)

    def insert(self, table: Table, *rows: Mapping[str, Any]) -> None:
        """Write rows of this case, sealing what is personal; none is nothing."""
        if rows:
            self.connection.execute(insert(table), [self.sealed(table, row) for row in rows])

    def update(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """Write into rows of this case, sealing what is personal; return how many there were."""
        written = update(table).where(*where).values(**self.sealed(table, values))
        return self.connection.execute(written).rowcount

    @property
    def owner(self) -> str | None:
        """The case owner's person id."""
        owner: str | None = self.row["case_owner"]
        return owner

    def __post_init__(self) -> None:
        self.facts_at_start, self.stored = dict(self.row["facts"]), dict(self.row)

    def begin_batch(self) -> None:
        """Begin another change in the same transaction, after the one before was written down."""
        self.events, self.tellings, self.done = [], [], None
        self.form_data, self.reason = {}, ""
        self.result = self.before = self.hold_until = self.item = None
        self.reversible, self.batch = True, str(self.row["row_version"] + 1)
        self.facts_at_start = dict(self.row["facts"])

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Try something on a savepoint: when it raises, rows and collected changes are as they were before."""
        names = [f.name for f in fields(self)]
        kept = {n: copy(v) if isinstance(v := getattr(self, n), dict | list | set) else v for n in names}
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            for name, value in kept.items():
                setattr(self, name, value)
            raise

    def step(self, command: StepCommand) -> StepResult:
        """Carry out one command of the kernel on the present state and apply its effects in this transaction.

        Raises Conflict for a case that is archived: it has ended, and nothing moves in it any more.
        """
        if self.row["archived_at"] is not None:
            raise Conflict("This case has ended and is archived; a new one can be opened and linked to it.")
        result = step(
            self.process,
            self.row["state"],
            command,
            facts=self.row["facts"],
            calendars=self.services.calendars,
            now=self.now,
            actor=self.actor.principal.person_id if self.actor.principal else None,
        )
        if self.before is None:
            self.before = result.before
        self.result = result
        self.row["state"], self.row["facts"] = result.state, dict(result.facts)
        if result.facts_changed:
            self.row["facts_version"] += 1
        if self.hold_until is None:
            # Something else has built on the last step: it cannot be sent back any more.
            self.row["undo"] = None
        self.events.extend(result.events)
        for effect in result.effects:
            with failing_on_record(f"The effect {effect.operation}", element=effect.element):
                self.apply(effect)
        return result

    def apply(self, effect: Effect) -> None:
        """Carry out what a service task or a rung asks for: rows in this transaction, never the outside world."""
        known = self.process.operations.get(effect.operation)
        if known is not None and not known.reversible:
            self.reversible = False
        if effect.operation == "notify":
            # A rung has no element and no data of its own. Two that would say the same of two duties say it once.
            rung = effect.element is None
            data = {IN_HAND: self._in_hand(effect.parameters)} if rung else effect.data
            to = effect.parameters["to"]
            for each in to if isinstance(to, list | tuple) else [to]:
                template = str(effect.parameters["template"])
                values = {k: v for k, v in effect.parameters.items() if k not in ("to", "template")}
                values.update(self.services.excerpt(self.process, template, data))
                self.tell(str(each), template, values, effect.cause, once=rung)
            return
        self.services.effects[effect.operation](self, effect)

    def _in_hand(self, told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the data of the open steps beside a `clock` that is due at `due_at`, each in its called process."""
        result = self.result
        if result is None:
            return []
        meant = {
            clock.scope
            for clock in result.clocks
            if clock.scope and (clock.name, plain(clock.due_at)) == (told.get("clock"), told.get("due_at"))
        }
        return [dict(task.context) for task in result.tasks if task.scope in meant]

    def tell(self, to: str, template: str, values: Mapping[str, Any], cause: str, *, once: bool = False) -> None:
        """Note that somebody is to be told; written to the outbox with everything else.

        `once`: not where they are told the very same in this change already.
        """
        due = {
            c.name: c.due_at.isoformat()
            for c in (self.result.clocks if self.result else ())
            if c.state == "running" and c.due_at
        }
        telling = Telling(to, template, {**values, "clocks": due} if due else values, cause)
        if not once or all((t.to, t.template, t.values) != (to, template, telling.values) for t in self.tellings):
            self.tellings.append(telling)

    def log(self, kind: str, *, name: str | None = None, element: str | None = None, **detail: Any) -> None:
        """Add a line to the case's log."""
        self.events.append(Event(kind, element=element, name=name, detail=detail))

    def set_owner(self, person: str | None) -> None:
        """Make somebody the case owner; the projection moves the open tasks that follow the owner."""
        if person != self.row["case_owner"]:
            self.log("owner", name=person, was=self.row["case_owner"])
            self.row["case_owner"] = person

    def clock(self, name: str) -> ClockView | None:
        """Return the newest round of a clock as the last step left it."""
        found = [c for c in (self.result.clocks if self.result else ()) if c.name == name]
        return found[-1] if found else None
