"""Pause, resume and extend clocks, and work them out again when calendars change."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from access.rights import Verb
from engine.case_rights import require
from engine.case_work import CaseWork
from engine.clocks.carried_clocks import BY_PEOPLE
from engine.errors import Conflict, Unfit
from engine.model.due import MODES
from engine.model.step import ExtendClock, PauseClocks, Recalculate, ResumeClocks
from engine.tables import case_clock


@dataclass(frozen=True)
class PauseCase:
    """Stop the clocks that allow it, for a reason that the complainant is told."""

    case_id: str
    why: str
    clock: str | None = None


@dataclass(frozen=True)
class ResumeCase:
    """Let the clocks run on."""

    case_id: str
    clock: str | None = None


@dataclass(frozen=True)
class ExtendCase:
    """Extend a clock once, with a reason that the complainant is told."""

    case_id: str
    clock: str | None
    """None: the only one of the process that people may extend."""
    amount: int
    why: str
    mode: str = "working_days"


@dataclass(frozen=True)
class RecalculateCase:
    """Calendars have changed: every due time is worked out again."""

    case_id: str


def _require_why(why: str) -> None:
    if not why.strip() or len(why) > 2000:
        raise Unfit("Give the reason, in at most 2000 characters.", fields=[{"field": "why", "code": "required"}])


def pause_case(work: CaseWork, command: PauseCase) -> None:
    """Pause. Raises Unfit for a clock that the process does not have.

    Raises Conflict when no running clock may be paused (an urgent case waits for nobody).
    """
    require(work, Verb.PAUSE)
    _require_known(work, command.clock, _pausable(work))
    _require_why(command.why)
    work.step(PauseClocks(BY_PEOPLE, command.clock, command.why))
    work.tell("complainant", "paused", {"why": command.why}, f"pause:{work.batch}")


def resume_case(work: CaseWork, command: ResumeCase) -> None:
    """Resume. Raises Unfit for a clock that the process does not have.

    Raises Conflict when nothing was paused by people, and for what the diagram has paused: it waits for something
    still, an answer for instance, and the complainant would be told that it has come.
    """
    require(work, Verb.RESUME)
    _require_known(work, command.clock, _pausable(work))
    try:
        work.step(ResumeClocks(BY_PEOPLE, command.clock))
    except Conflict:
        if _anything_paused(work, command.clock):
            raise _paused_by_the_process() from None
        raise
    work.tell("complainant", "resumed", {}, f"resume:{work.batch}")


def extend_case(work: CaseWork, command: ExtendCase) -> None:
    """Extend. Raises Unfit for a clock that the process does not have, or for more than it lets a person give.

    Raises Conflict when the clock was extended already or does not run.
    """
    require(work, Verb.EXTEND)
    _require_known(work, command.clock, _extendable(work))
    _require_why(command.why)
    name = command.clock or _only_clock(work)
    _require_amount(work, command, name)
    work.step(ExtendClock(name, command.mode, command.amount, command.why))
    due = work.clock(name)
    values = {"why": command.why, "due_at": due.due_at.isoformat() if due and due.due_at else None}
    work.tell("complainant", "extended", values, f"extend:{work.batch}")


def _paused_by_the_process() -> Conflict:
    return Conflict(
        "The process itself has paused the clocks, because it waits for something. They run on by themselves when it"
        " has come: if the complainant has answered, write down what they said."
    )


def _anything_paused(work: CaseWork, clock: str | None) -> bool:
    table = case_clock.c
    paused = select(table.key).where(table.case_id == work.case_id, table.state == "paused")
    one = paused if clock is None else paused.where(table.name == clock)
    return work.connection.execute(one).first() is not None


def _require_known(work: CaseWork, clock: str | None, allowed: list[str]) -> None:
    """Raise Unfit for a name that is no clock of the process, listing those that would do."""
    if clock and clock not in work.process.config.clocks:
        raise Unfit("The process has no such clock.", fields=[{"field": "clock", "code": "unknown", "known": allowed}])


def _pausable(work: CaseWork) -> list[str]:
    return [spec.name for spec in work.process.config.clocks.values() if BY_PEOPLE in spec.pause_reasons]


def _extendable(work: CaseWork) -> list[str]:
    return [spec.name for spec in work.process.config.clocks.values() if spec.extend_at_most]


def _only_clock(work: CaseWork) -> str:
    names = _extendable(work)
    if len(names) != 1:
        raise Unfit("Say which clock.", fields=[{"field": "clock", "code": "required", "known": names}])
    return names[0]


def _require_amount(work: CaseWork, command: ExtendCase, name: str) -> None:
    """Raise Unfit for more than the process lets a person give; whether the clock runs is for the step to say."""
    spec = work.process.config.clocks.get(name)
    if spec is None or not spec.extendable:
        return
    unit = "working_days" if command.mode == "working_days" else "minutes"
    if command.mode not in MODES or unit not in spec.extend_at_most:
        known = [m for m in MODES if ("working_days" if m == "working_days" else "minutes") in spec.extend_at_most]
        raise Unfit(
            "This clock is not extended in this way.", fields=[{"field": "mode", "code": "unknown", "known": known}]
        )
    most = spec.extend_at_most[unit]
    if not 1 <= command.amount <= most:
        limits = {"least": 1, "most": most}
        raise Unfit(
            f"The extension must be from 1 to {most}.",
            fields=[{"field": "amount", "code": "out-of-range", "values": limits}],
        )


def recalculate_case(work: CaseWork, command: RecalculateCase) -> None:
    """Work out due times again. Repeating is safe."""
    work.step(Recalculate())
