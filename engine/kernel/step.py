"""The pure step: a version, a state, a command, facts, calendars and an instant give the next state and its effects.

No store, no clock, no network, nothing global. The server, the scenario tests, the simulator and the rehearsal of a
migration call the same function (docs/developer/architecture.md#the-step).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.errors import Conflict, NotFound
from engine.kernel.case_run import CaseRun
from engine.model.due import Calendars
from engine.model.step import (
    ChangeFacts,
    Complete,
    Deliver,
    ExtendClock,
    FireDue,
    MoveToken,
    Open,
    PauseClocks,
    Place,
    Recalculate,
    ResumeClocks,
    StepCommand,
    StepResult,
)
from engine.process import CompiledProcess


def step(
    process: CompiledProcess,
    state: bytes | None,
    command: StepCommand,
    *,
    facts: Mapping[str, Any],
    calendars: Calendars,
    now: datetime,
    actor: str | None = None,
) -> StepResult:
    """Carry out one command and every automatic step that follows, until only people, messages and time can go on.

    `state` is None for `Open` only. `facts` are stored facts (JSON values); they come back typed as JSON. `actor` is
    the person's id, kept to tell authors from approvers. Raises a Refusal and changes nothing when the command does
    not fit; raises StepFailed, naming the element, when an automatic step fails. The same arguments always give the
    same result, so repeating is safe.
    """
    run = CaseRun(process, state, facts=facts, calendars=calendars, now=now)
    try:
        carry_out(run, command, actor)
        run.settle()
        return run.result()
    finally:
        run.release()


def carry_out(run: CaseRun, command: StepCommand, actor: str | None = None) -> None:
    """Do what a command asks for and nothing that follows from it; `run.settle()` does that. Raises a Refusal."""
    match command:
        case Open(numbered_from=numbered_from, clocks=clocks):
            run.open(numbered_from=numbered_from, clocks=clocks)
        case Complete(task=task, data=data, fields=fields):
            run.complete(task, data, actor, fields)
        case Deliver(message=message, payload=payload, buffer=buffer):
            run.deliver(message, payload, buffer=buffer)
        case ChangeFacts(changes=changes):
            run.change_facts(changes, actor)
        case FireDue(without=without, only=only):
            run.fire_due(without=without, only=only)
        case PauseClocks(reason=reason, clock=clock, why=why):
            if not run.clocks.pause(reason, clock=clock, why=why):
                raise Conflict("No running clock of this case may be paused for this reason.", reason=reason)
        case ResumeClocks(reason=reason, clock=clock):
            if not run.clocks.resume(reason, clock=clock):
                raise Conflict("No clock of this case is paused for this reason.", reason=reason)
        case ExtendClock():
            run.clocks.extend(command)
        case Recalculate():
            run.recalculate()
        case MoveToken(token=token, element=element):
            run.move(token, element)
        case _:
            raise NotFound(f"There is no such command: {command!r}")


def inspect(
    process: CompiledProcess, state: bytes, *, facts: Mapping[str, Any], calendars: Calendars, now: datetime
) -> StepResult:
    """Return what a stored state says - open tasks, clocks, due items - without changing anything."""
    run = CaseRun(process, state, facts=facts, calendars=calendars, now=now)
    try:
        return run.result()
    finally:
        run.release()


def places(
    process: CompiledProcess, state: bytes, *, facts: Mapping[str, Any], calendars: Calendars, now: datetime
) -> tuple[Place, ...]:
    """Return where the tokens of a stored state rest and where each may be moved by hand, without changing anything.

    Raises StepFailed for a state that cannot be read.
    """
    run = CaseRun(process, state, facts=facts, calendars=calendars, now=now)
    try:
        return run.places()
    finally:
        run.release()
