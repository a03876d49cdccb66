"""The clocks of a case: a log of what happened to each, and the due time that follows from it (docs/adr/0006).

Nothing here edits an instant. A clock keeps its start, its pauses and its extension; the due time and every rung are
worked out from that log and the calendars, so that a plain recomputation always gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from engine.clocks.running_time import Part, Reached, RunningTime, Stretch
from engine.model.config import ClockSpec, Rung, RungTime
from engine.model.due import Calendars, Due, Mode, Reason

State = Literal["running", "paused", "met", "dropped"]


@dataclass
class Pause:
    """One pause: from, why, and until when (None: still paused)."""

    start: datetime
    reason: str
    why: str
    end: datetime | None = None


@dataclass
class Extension:
    """What was added, once, and why the complainant was told."""

    mode: Mode
    amount: int
    why: str
    at: datetime


@dataclass
class Clock:
    """One round of one clock."""

    name: str
    scope: str
    round: int
    started_at: datetime
    calendar: str
    mode: Mode
    budget: int
    state: State = "running"
    pauses: list[Pause] = field(default_factory=list)
    extension: Extension | None = None
    ended_at: datetime | None = None
    revision: int = 0
    fired: dict[str, datetime] = field(default_factory=dict)
    """Rung -> the due instant for which it fired last."""
    due_at: datetime | None = None
    """Kept so that reading needs no calendar; always what `recompute` gives."""
    last_due_at: datetime | None = None
    """The due time that counted when the clock was met or paused, to tell late from in time."""
    ladder: dict[str, datetime] | None = None
    """Rung -> when it falls, as `recompute` found it; None in a state of before it was kept."""
    unsure: frozenset[str] = frozenset()
    """Rungs counted over a year that nobody has published yet."""
    provisional: bool = False
    reasons: tuple[Reason, ...] = ()
    moved: bool = False
    """It ran until the case was moved to another process; whoever starts it next takes it up (carried_clocks.py)."""

    @property
    def key(self) -> str:
        """Unique within the case."""
        return f"{self.name}/{self.scope}/{self.round}" if self.scope else f"{self.name}/{self.round}"

    @property
    def late(self) -> bool:
        """True when the clock was met after its due time; what happens while it is paused is never late."""
        if self.ended_at is None or self.last_due_at is None:
            return False
        last = self.pauses[-1] if self.pauses else None
        paused = last is not None and (last.end is None or last.end >= self.ended_at)
        return (last.start if last is not None and paused else self.ended_at) > self.last_due_at


def stretches(clock: Clock) -> list[Stretch]:
    """Return the stretches in which the clock ran: from, until (None for the one that still runs)."""
    found: list[Stretch] = []
    start: datetime | None = clock.started_at
    for pause in clock.pauses:
        if start is not None:
            found.append((start, pause.start))
        start = pause.end
    if start is not None:
        found.append((start, None))
    return found


def recompute(clock: Clock, calendars: Calendars, *, now: datetime, spec: ClockSpec) -> bool:
    """Work due time and rungs out of the log; True when the due time moved. Rungs that now lie ahead may fire again.

    The revision rises when the due time or a rung moves. Nothing happens to a clock that is met or dropped. Safe to
    repeat.
    """
    if clock.state in ("met", "dropped"):
        return False
    running = RunningTime(clock.calendar, stretches(clock), calendars)
    reached = None if clock.state == "paused" else running.reach(_until_due(clock))
    due = None if reached is None else reached.due
    before, ladder_before = clock.due_at, (clock.ladder, clock.unsure)
    clock.due_at = None if due is None else due.at
    clock.provisional = due is not None and due.provisional
    clock.reasons = tuple(_reasons(clock, due))
    ladder = {} if reached is None else dict(_ladder(clock, spec, running, reached))
    clock.ladder = {name: rung.at for name, rung in ladder.items()}
    clock.unsure = frozenset(name for name, rung in ladder.items() if rung.provisional)
    if clock.due_at is not None:
        clock.last_due_at = clock.due_at
    moved = before != clock.due_at
    if not moved and (ladder_before[0] is None or ladder_before == (clock.ladder, clock.unsure)):
        return False
    # Rows of rungs are known by the revision: one that moves is written anew though the due time stays.
    clock.revision += 1
    if clock.due_at is not None and clock.fired:
        times = clock.ladder
        clock.fired = {n: at for n, at in clock.fired.items() if n not in times or times[n] <= now}
    return moved


def _until_due(clock: Clock) -> list[Part]:
    extension = clock.extension
    return [(clock.mode, clock.budget), *([(extension.mode, extension.amount)] if extension is not None else [])]


def _reasons(clock: Clock, due: Due | None) -> Iterator[Reason]:
    yield Reason("clock", {"name": clock.name, "mode": clock.mode, "budget": clock.budget, "round": clock.round})
    if due is not None:
        # The clock has said its budget already; what is left of it after a pause is said beside it.
        said = {"mode": clock.mode, "amount": clock.budget}
        yield from (reason for reason in due.reasons if not (reason.code == "rule" and reason.values == said))
    for pause in clock.pauses:
        if pause.end is not None:
            yield Reason(
                "pause",
                {
                    "from": pause.start.isoformat(),
                    "to": pause.end.isoformat(),
                    "reason": pause.reason,
                    "why": pause.why,
                    "calendar": clock.calendar,
                },
            )
    if clock.extension is not None:
        extension = clock.extension
        unit = "working_days" if extension.mode == "working_days" else "minutes"
        yield Reason("extended", {"amount": extension.amount, "unit": unit, "why": extension.why})
    if clock.state == "paused":
        last = clock.pauses[-1]
        yield Reason(
            "paused-since",
            {"at": last.start.isoformat(), "reason": last.reason, "why": last.why, "calendar": clock.calendar},
        )


def _ladder(clock: Clock, spec: ClockSpec, running: RunningTime, due: Reached) -> Iterator[tuple[str, Due]]:
    """Yield when each rung falls. A share of the budget moves with an extension, a time after the start does not."""
    extension = _until_due(clock)[1:]
    for rung in spec.rungs:
        part = _part(clock, rung.at)
        if rung.at.base == "due":
            found = running.reach([part], behind=due)
        else:
            found = running.reach([part, *extension] if rung.at.percent else [part])
        if found is not None:
            yield rung.name, found.due


def _part(clock: Clock, at: RungTime) -> Part:
    """Return what lies before a rung. Minutes are counted as the clock does, on a clock of working days by the wall."""
    if at.percent:
        return clock.mode, clock.budget * at.percent // 100
    if at.working_days:
        return "working_days", at.working_days
    return "wall" if clock.mode == "working_days" else clock.mode, at.minutes


def rungs_ahead(clock: Clock, spec: ClockSpec, calendars: Calendars) -> Iterator[tuple[Rung, datetime, str]]:
    """Yield the rungs that still have to fire: rung, due instant, key. Nothing while paused, met or dropped."""
    if clock.state != "running":
        return
    if clock.ladder is None:
        running = RunningTime(clock.calendar, stretches(clock), calendars)
        reached = running.reach(_until_due(clock))
        clock.ladder = {} if reached is None else {n: d.at for n, d in _ladder(clock, spec, running, reached)}
    for rung in spec.rungs:
        at = clock.ladder.get(rung.name)
        last = clock.fired.get(rung.name)
        if at is None:
            continue
        if last is None:
            yield rung, at, f"{clock.key}/{rung.name}/{clock.revision}"
        elif rung.daily:
            following = _next_slot(clock, last)
            yield rung, following, f"{clock.key}/{rung.name}/{clock.revision}/{following:%Y%m%d}"


def _next_slot(clock: Clock, last: datetime) -> datetime:
    """Return the same time on the next day on which the clock runs at that time: slots in a pause are left out."""
    at = last + timedelta(days=1)
    for pause in clock.pauses:
        while pause.end is not None and pause.start < at < pause.end:
            at += timedelta(days=1)
    return at


def mark_fired(clock: Clock, rung: Rung, due_at: datetime, now: datetime) -> None:
    """Record that a rung fired for `due_at`. A daily rung skips the slots that passed in a downtime."""
    if rung.daily:
        while due_at + timedelta(days=1) <= now:
            due_at += timedelta(days=1)
    clock.fired[rung.name] = due_at


# --- save and load -----------------------------------------------------------------------------------------------
def dump_clock(clock: Clock) -> dict[str, Any]:
    """Return the clock as JSON values; instants as ISO 8601 in UTC."""
    record: dict[str, Any] = {
        "n": clock.name, "s": clock.scope, "r": clock.round, "at": clock.started_at.isoformat(), "c": clock.calendar,
        "m": clock.mode, "b": clock.budget, "st": clock.state, "rev": clock.revision,
    }  # fmt: skip
    if clock.pauses:
        record["p"] = [[p.start.isoformat(), p.reason, p.why, p.end and p.end.isoformat()] for p in clock.pauses]
    if clock.extension:
        e = clock.extension
        record["x"] = [e.mode, e.amount, e.why, e.at.isoformat()]
    if clock.fired:
        record["f"] = {name: at.isoformat() for name, at in clock.fired.items()}
    if clock.ladder is not None and clock.state == "running":
        record["g"] = {name: at.isoformat() for name, at in clock.ladder.items()}
        if clock.unsure:
            record["gp"] = sorted(clock.unsure)
    for short, value in (("e", clock.ended_at), ("d", clock.due_at), ("l", clock.last_due_at)):
        if value is not None:
            record[short] = value.isoformat()
    if clock.provisional:
        record["pr"] = 1
    if clock.moved:
        record["mv"] = 1
    if clock.state in ("running", "paused"):
        record["w"] = [[r.code, dict(r.values)] for r in clock.reasons]
    return record


def load_clock(record: Mapping[str, Any]) -> Clock:
    """Return the clock that `dump_clock` gave."""
    when = datetime.fromisoformat
    extension = record.get("x")
    return Clock(
        name=record["n"], scope=record["s"], round=record["r"], started_at=when(record["at"]), calendar=record["c"],
        mode=record["m"], budget=record["b"], state=record["st"], revision=record["rev"],
        pauses=[Pause(when(s), r, w, when(e) if e else None) for s, r, w, e in record.get("p", ())],
        extension=Extension(extension[0], extension[1], extension[2], when(extension[3])) if extension else None,
        fired={name: when(at) for name, at in record.get("f", {}).items()},
        ladder={name: when(at) for name, at in record["g"].items()} if "g" in record else None,
        unsure=frozenset(record.get("gp", ())),
        ended_at=when(record["e"]) if "e" in record else None,
        due_at=when(record["d"]) if "d" in record else None,
        last_due_at=when(record["l"]) if "l" in record else None,
        provisional=bool(record.get("pr")), moved=bool(record.get("mv")),
        reasons=tuple(Reason(code, values) for code, values in record.get("w", ())),
    )  # fmt: skip
