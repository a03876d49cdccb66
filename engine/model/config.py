"""`process.toml` as values: facts, tables, clocks and their ladders. `engine/configuration` reads and checks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal

from engine.expressions.language import Expression
from engine.model.due import Mode

OPENING: Final = "@open"
"""The opening of the case, among the `starts` of a clock."""

FactType = Literal["string", "integer", "amount", "boolean", "list", "instant"]
FACT_TYPES: tuple[FactType, ...] = ("string", "integer", "amount", "boolean", "list", "instant")

Labels = Mapping[str, str]
"""A text in every language: `zh-CN`, `ko`, `en`."""


@dataclass(frozen=True)
class FactSpec:
    """One fact of a case: its type, what it is before anybody says, and its name in three languages."""

    name: str
    type: FactType
    default: object
    labels: Labels
    intake: bool = False
    """True: whoever files may tick it (a boolean)."""
    changeable: bool = False
    """True: people may change it while the case runs. What the diagram and the house keep themselves is not."""
    values: tuple[str, ...] = ()
    """The only texts it can be, besides the empty one; none: any."""
    overrides: str | None = None
    """The fact that it is set against: only with a reason. Empty: the tables decide again."""
    counts_as: tuple[str, ...] = ()
    """Steps of the diagram: whoever changes it counts as who did them, wherever `exclude` and `apart_from` ask."""


@dataclass(frozen=True)
class TableUse:
    """A decision table whose outputs become facts."""

    decision: str
    writes: tuple[str, ...]
    """The facts that take the outputs of the same name; anything else the table says is left out."""
    rerun: bool
    """True: evaluated again in the same step whenever a fact changes (R-004-18)."""
    rules_fact: str | None = None
    """The fact that keeps the ids of the rules that matched, or None."""


@dataclass(frozen=True)
class Throw:
    """A message thrown after a change of facts, to catches that are present (never buffered)."""

    message: str
    when: Expression | None
    on: frozenset[str]
    """Only when one of these facts changed; empty: any."""


@dataclass(frozen=True)
class Budget:
    """How long a clock runs, where `when` (over the facts) holds."""

    when: Expression | None
    mode: Mode
    amount: int
    """Minutes, or working days."""


@dataclass(frozen=True)
class RungTime:
    """When a rung falls: at a share or an amount of the budget from the start, or after the due time."""

    base: Literal["start", "due"]
    percent: int = 0
    minutes: int = 0
    working_days: int = 0


@dataclass(frozen=True)
class Rung:
    """One step of a clock's ladder (docs/process-owner/process-toml.md#clocks)."""

    name: str
    at: RungTime
    to: tuple[str, ...]
    """Whom to tell, in the words of `notify`: `owner`, `post:...`, `team:...`, `complainant`."""
    template: str
    daily: bool = False
    """True: told again every day until the clock is met; slots missed in a downtime are told once."""
    message: str | None = None
    """A message thrown to catches that are present."""


@dataclass(frozen=True)
class ClockSpec:
    """A duty of the case to do something by a time."""

    name: str
    labels: Labels
    duties: Labels
    """What is to be done, as explanations say it."""
    per_process: bool
    """True: keyed by the called process it starts in (each refund has its own); False: one for the case."""
    starts: frozenset[str]
    """Element ids whose entry opens a new round; `@open` is the opening of the case."""
    start_fact: str | None
    """The fact that names the first round's start (`received_at`); None: the instant of the start."""
    met_by: frozenset[str]
    dropped_by: frozenset[str]
    calendar: Literal["channel", "staff"]
    budgets: tuple[Budget, ...]
    rungs: tuple[Rung, ...]
    pause_reasons: frozenset[str] = frozenset()
    pausable: Expression | None = None
    extendable: bool = False
    """Once, by a step of the diagram or by a person."""
    extend_at_most: Mapping[str, int] = field(default_factory=dict)
    """How far a person may extend it: `working_days`, `minutes` -> the most; a unit that is not named: not at all."""
    once: bool = False
    """True: met once, it is not started again in this case, whatever element would start it."""
    stays_met: bool = True
    """Starting with the case, and met before the case was moved here: it stays met, a duty of the case and not of one
    process (X-09). False: it has to be done again here; a new round counts from the move."""


@dataclass(frozen=True)
class LateNotice:
    """Who is told when the instant of a dated record - a promise, an action - has come and it is not done."""

    to: tuple[str, ...]
    """In the words of a rung, and `leads`, `supervisor` and `concerned` as `[may]` of posts.toml has them."""
    template: str


@dataclass(frozen=True)
class ChangeNotice:
    """Who is told when people change facts, whether or not anybody has to decide anew."""

    to: tuple[str, ...]
    """In the words of a rung."""
    template: str
    on: frozenset[str] = frozenset()
    """Only when one of these facts changed; empty: any."""
    lower: tuple[str, ...] = ()
    """Only when one of these is lower than before: a number, or one of its `values`, which stand from the lowest up.
    A fact that `overrides` another: when it lies below what the tables say."""
    was: Expression | None = None
    """Only where this held before the change."""
    when: Expression | None = None
    """Only where this holds after it."""
    shows: tuple[str, ...] = ()
    """The facts that the notice shows as they were and as they are; none: those of `on` and `lower`."""


@dataclass(frozen=True)
class AnswerMeaning:
    """The answer of a form that means something to the house, as the process calls it."""

    field: str
    values: tuple[str, ...]

    def in_form(self, data: Mapping[str, Any], *, unasked: bool) -> bool:
        """Say whether a form's answers mean it; `unasked` is the answer for a form without this field."""
        return data[self.field] in self.values if self.field in data else unasked


@dataclass(frozen=True)
class IntakeRules:
    """How cases of the process are taken in."""

    look_back_days: int = 0
    """How far back the time of receipt may lie that staff write down."""
    clock: str | None = None
    """The clock whose due time whoever files is told at once."""
    form: str | None = None
    """The form that complainants fill in without an account, and staff when they write down; None: this process has
    none."""


class ProtectionClass(StrEnum):
    """Who may read what is written in cases of a process."""

    ORDINARY = "ordinary"
    """The teams that see all cases, and whoever is asked."""
    RESTRICTED = "restricted"
    """The teams that the process names, whoever is asked or let in by name, and nobody else."""
    SEALED = "sealed"
    """The same people, with keys that the server does not hold at rest."""


@dataclass(frozen=True)
class ProtectionRules:
    """How cases of the process are protected."""

    protection_class: ProtectionClass = ProtectionClass.ORDINARY
    teams: tuple[str, ...] = ()
    """Beside whoever is asked: the teams that may read every case; for an ordinary process none need be named."""


@dataclass(frozen=True)
class ProcessConfig:
    """Everything that `process.toml` says about one process."""

    key: str
    process: str
    """The id of the executable BPMN process that a case starts with."""
    titles: Labels
    default_team: str | None
    facts: Mapping[str, FactSpec]
    tables: tuple[TableUse, ...] = ()
    derived: tuple[tuple[str, Expression], ...] = ()
    throws: tuple[Throw, ...] = ()
    clocks: Mapping[str, ClockSpec] = field(default_factory=dict)
    undo_seconds: int = 0
    undo_none_when: Expression | None = None
    messages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What people send -> the BPMN messages it may become, the first that is waited for (`text = ["answer", ...]`)."""
    types: tuple[str, ...] = ()
    """The types of case that intake hands to this process; none: only cases that are sent to it by name (X-09)."""
    intake: IntakeRules = IntakeRules()
    answers: Mapping[str, AnswerMeaning] = field(default_factory=dict)
    """What an answer means to the house (`approves`, `duplicate`) -> the field of a form and its values."""
    late: Mapping[str, LateNotice] = field(default_factory=dict)
    """Kind of dated record -> who is told when it is late."""
    archive_after_days: int | None = None
    """So many days after its end a case is archived; None: never."""
    tells: tuple[ChangeNotice, ...] = ()
    protection: ProtectionRules = ProtectionRules()
