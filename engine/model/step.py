"""What goes into one step of a case and what comes out: plain values, no store, no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


# --- what can be asked of a case ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Open:
    """Start the process."""

    numbered_from: int = 0
    """Task ids begin beyond this number: a case that has run before never uses an id twice."""
    clocks: tuple[Mapping[str, Any], ...] = ()
    """The logs of the clocks of a case that is moved to this process (`carried_clocks`)."""


@dataclass(frozen=True)
class Complete:
    """A person completes a user task with validated form data."""

    task: str
    data: Mapping[str, Any]
    fields: frozenset[str] = frozenset()
    """Everything the form asks. What was not answered now is no longer known: an answer of an earlier round goes."""


@dataclass(frozen=True)
class Deliver:
    """A message for the case. `buffer`: kept until somebody waits for it, else dropped when nobody does."""

    message: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    buffer: bool = True


@dataclass(frozen=True)
class ChangeFacts:
    """Facts change from outside; the tables run again, clocks and catches follow in the same step."""

    changes: Mapping[str, Any]


@dataclass(frozen=True)
class FireDue:
    """Fire what is due exactly at the earliest due instant, which must not lie after `now`."""

    without: frozenset[str] = frozenset()
    """Keys of due items that are left alone for now: as if they were not there."""
    only: str | None = None
    """The key of the one due item that fires; None: everything at that instant."""


@dataclass(frozen=True)
class PauseClocks:
    """Pause clocks that allow it: the named one, or with None every clock that knows this reason."""

    reason: str
    clock: str | None = None
    why: str = ""


@dataclass(frozen=True)
class ResumeClocks:
    """Resume what was paused for this reason."""

    reason: str
    clock: str | None = None


@dataclass(frozen=True)
class ExtendClock:
    """Extend the newest round of a clock once, in the unit given, with a reason that the complainant is told."""

    clock: str
    mode: str
    amount: int
    why: str


@dataclass(frozen=True)
class Recalculate:
    """Calendars changed: work out every due time again from the log of its clock."""


@dataclass(frozen=True)
class MoveToken:
    """A token goes from where it rests to another element, by hand: what it leaves is cancelled."""

    token: str
    """Its id, as `Place` names it."""
    element: str


StepCommand = (
    Open
    | Complete
    | Deliver
    | ChangeFacts
    | FireDue
    | PauseClocks
    | ResumeClocks
    | ExtendClock
    | Recalculate
    | MoveToken
)


# --- what comes out ----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OpenTask:
    """A user task somebody can do now."""

    id: str
    """Unique within the case, stable across save and load."""
    element: str
    name: str
    process: str
    scope: str
    """Id of the call activity that its process runs in, as clocks name theirs; empty in the outermost."""
    team: str | None
    assign: str | None
    """`owner`, `post:<code>`, or None for the team's pool; facts are already resolved."""
    owns: bool
    excluded: tuple[str, ...]
    """People who may not do it, because they did a step it must be apart from."""
    form: str | None
    due_at: datetime | None
    """The earlier of the task's own timers and the next unmet clock of its scope."""
    entered_at: datetime
    round: int
    """1 for the first time the element is reached in its scope, then 2, 3, ..."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Task data the form may show (outcomes of earlier steps)."""


@dataclass(frozen=True)
class Place:
    """Where a token rests that may be moved."""

    token: str
    """Unique within the case, stable across save and load."""
    element: str
    scope: str
    """Id of the call activity that its process runs in; empty in the outermost."""
    ways: tuple[str, ...]
    """Ids of the elements to which it may go."""


@dataclass(frozen=True)
class DueItem:
    """A row of the deadline table: a rung of a clock, or an element's own timer."""

    source: Literal["clock", "timer", "dated"]
    """A rung of a clock, an element's timer; the pipeline adds records with an instant of their own."""
    name: str
    """`clock/rung`, the element's id, or the kind of record."""
    key: str
    """Unique within the case: clock, scope, round, rung and revision; task id, timer and instant; kind and record."""
    due_at: datetime
    provisional: bool = False
    """True while a year is counted that nobody has published."""
    reasons: tuple[Mapping[str, Any], ...] = ()
    """Why then: `code` and `values`. What follows a clock names it, and the clock explains itself."""


@dataclass(frozen=True)
class ClockView:
    """A clock as people see it."""

    name: str
    scope: str
    round: int
    state: Literal["running", "paused", "met", "dropped"]
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    late: bool
    mode: str
    budget: int
    revision: int
    provisional: bool
    reasons: tuple[Mapping[str, Any], ...] = ()

    @property
    def key(self) -> str:
        """Unique within the case."""
        return f"{self.name}/{self.scope}/{self.round}" if self.scope else f"{self.name}/{self.round}"


@dataclass(frozen=True)
class Effect:
    """Something a service task or a rung asks for outside the state: applied or written by the pipeline."""

    operation: str
    parameters: Mapping[str, Any]
    element: str | None
    cause: str
    """Task id, or clock/round/rung: makes the outbox key unique however often a step is repeated."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """The task's data at that moment."""
    made: Mapping[str, Any] = field(default_factory=dict)
    """What the operation's pure part worked out for the handler to write down."""


@dataclass(frozen=True)
class Event:
    """One line of the case's log."""

    kind: str
    """`entered`, `completed`, `cancelled`, `fired`, `message`, `decision`, `facts`, `clock`, `status`, `effect`."""
    element: str | None = None
    name: str | None = None
    task: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Projected:
    """What the last saved step projected beside the state, so that the next one writes only differences."""

    tasks: Mapping[str, str | None] = field(default_factory=dict)
    """Task id -> its due instant as ISO 8601."""
    due: frozenset[str] = frozenset()
    """Keys of the rows in the deadline table."""
    clocks: Mapping[str, ClockView] = field(default_factory=dict)
    afresh: bool = False
    """True: rows of the deadline table may say something else now though their keys are the same."""


@dataclass(frozen=True)
class StepResult:
    """Everything that one step gives, to be stored together or not at all."""

    state: bytes
    facts: Mapping[str, Any]
    facts_changed: tuple[str, ...]
    tasks: tuple[OpenTask, ...]
    due: tuple[DueItem, ...]
    clocks: tuple[ClockView, ...]
    effects: tuple[Effect, ...]
    events: tuple[Event, ...]
    waits_for: tuple[str, ...]
    """Names of messages that somebody in the case waits for."""
    ended: bool
    ended_at_element: str | None
    before: Projected
    status: str | None = None
    """The public status the diagram has set: registered, in_progress, resolved, closed."""
    closure: str | None = None
