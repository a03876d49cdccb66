"""All clocks of one case inside a step: rounds start, are met, paused, extended; ladders fall due."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine.clocks.carried_clocks import take_up
from engine.clocks.case_clocks import (
    Clock,
    Extension,
    Pause,
    dump_clock,
    load_clock,
    mark_fired,
    recompute,
    rungs_ahead,
)
from engine.errors import Conflict, NotFound, Refusal, Unfit
from engine.model.config import OPENING, Budget, ClockSpec, Rung
from engine.model.due import MODES, Calendars, told
from engine.model.step import ClockView, Event, ExtendClock
from engine.process import CompiledProcess
from engine.typed_json import plain

Log = Callable[[Event], None]

MOST_ADDED = {"working_days": 2_000, "minutes": 1_000_000}
"""What is offered as an extension at most where the process names no limit of its own."""


class ClockBook:
    """The clocks of a case, oldest first. Reads facts through `facts`, which the run keeps up to date."""

    def __init__(
        self,
        process: CompiledProcess,
        records: Sequence[Mapping[str, Any]],
        *,
        facts: Mapping[str, Any],
        calendars: Calendars,
        now: datetime,
        log: Log,
    ) -> None:
        self._process, self._facts, self._calendars, self._now, self._log = process, facts, calendars, now, log
        self.clocks = [load_clock(record) for record in records]

    # --- rounds ----------------------------------------------------------------------------------------------
    def reached(self, element: str, scopes: Sequence[str]) -> None:
        """An element was entered: clocks that start there open a round, clocks it makes moot are dropped."""
        for name in self._process.clock_drops.get(element, ()):
            self._end(name, scopes, "dropped", element)
        for name in self._process.clock_starts.get(element, ()):
            spec = self._process.config.clocks[name]
            self._start(spec, scopes[0] if spec.per_process else "", opening=element == OPENING)

    def completed(self, element: str, scopes: Sequence[str]) -> None:
        """An element completed normally: clocks it meets stop."""
        for name in self._process.clock_meets.get(element, ()):
            self._end(name, scopes, "met", element)

    def carry(self, records: Sequence[Mapping[str, Any]]) -> None:
        """The case is moved here: the logs of its clocks come along (`carried_clocks`), before anything starts."""
        self.clocks = [load_clock(record) for record in records]

    def _start(self, spec: ClockSpec, scope: str, *, opening: bool) -> None:
        earlier = [c for c in self.clocks if c.name == spec.name and c.scope == scope]
        last = earlier[-1] if earlier else None
        if last is not None and last.moved and (opening or spec.start_fact):
            # The same duty, begun in another process: no time is won or lost by moving.
            take_up(last, spec, pausable=self._holds(spec), now=self._now)
            self._set_rule(last, spec)
            self._recompute(last, "started", {})
            return
        if last is not None and last.state == "met" and (spec.once or (opening and spec.stays_met)):
            return
        for clock in earlier:
            if clock.state in ("running", "paused"):
                self._close(clock, "dropped", None)
        named = self._facts.get(spec.start_fact) if spec.start_fact and not earlier else None
        start = named if isinstance(named, datetime) else self._now
        budget = self._budget(spec)
        clock = Clock(
            name=spec.name, scope=scope, round=len(earlier) + 1, started_at=start,
            calendar=self.calendar(spec.calendar), mode=budget.mode, budget=budget.amount,
        )  # fmt: skip
        self.clocks.append(clock)
        recompute(clock, self._calendars, now=self._now, spec=spec)
        self._log(Event("clock", name=clock.key, detail={"what": "started", "due_at": plain(clock.due_at)}))

    def _end(self, name: str, scopes: Sequence[str], state: str, element: str) -> None:
        clock = self.newest(name, scopes)
        if clock is not None and clock.state in ("running", "paused"):
            self._close(clock, state, element)

    def _close(self, clock: Clock, state: str, element: str | None) -> None:
        clock.state = "met" if state == "met" else "dropped"
        clock.ended_at, clock.due_at = self._now, None
        detail = {"what": state, "late": clock.late, "was_due_at": plain(clock.last_due_at)}
        self._log(Event("clock", element=element, name=clock.key, detail=detail))

    def drop_scopes(self, alive: set[str]) -> None:
        """Drop running clocks of called processes that are over."""
        for clock in self.clocks:
            if clock.state in ("running", "paused") and clock.scope and clock.scope not in alive:
                self._close(clock, "dropped", None)

    def drop_all(self) -> None:
        """The instance has ended: nothing is due any more."""
        self.drop_scopes(set())
        for clock in self.clocks:
            if clock.state in ("running", "paused"):
                self._close(clock, "dropped", None)

    # --- reading ---------------------------------------------------------------------------------------------
    def calendar(self, which: str) -> str:
        """Return the name of the calendar: campus and channel, or campus and the staff's own hours."""
        campus = self._facts.get("campus") or "main"
        channel = (self._facts.get("channel") or "staff") if which == "channel" else "staff"
        return f"{campus}/{channel}"

    def newest(self, name: str, scopes: Sequence[str]) -> Clock | None:
        """Return the newest round of a clock, looked for from the innermost scope outwards."""
        for scope in scopes:
            found = [c for c in self.clocks if c.name == name and c.scope == scope]
            if found:
                return found[-1]
        return None

    def next_unmet(self, scopes: Sequence[str]) -> datetime | None:
        """Return the earliest due time among running clocks that concern a token in these scopes."""
        return min((c.due_at for c in self.clocks if c.due_at is not None and c.scope in scopes), default=None)

    def rungs(self) -> Iterator[tuple[Clock, Rung, datetime, str]]:
        """Yield every rung that has still to fire: clock, rung, due instant, key."""
        for clock in self.clocks:
            spec = self._process.config.clocks.get(clock.name)
            if spec is not None:
                for rung, at, key in rungs_ahead(clock, spec, self._calendars):
                    yield clock, rung, at, key

    def views(self) -> tuple[ClockView, ...]:
        """Return the clocks as people see them."""
        return tuple(view_of(clock) for clock in self.clocks)

    def dump(self) -> list[dict[str, Any]]:
        """Return the clocks as JSON values."""
        return [dump_clock(clock) for clock in self.clocks]

    # --- changing --------------------------------------------------------------------------------------------
    def pause(
        self, reason: str, *, clock: str | None = None, why: str = "", scopes: Sequence[str] | None = None
    ) -> int:
        """Pause the running clocks that know this reason; return how many. `scopes` None: wherever they run."""
        count = 0
        for each in self.clocks:
            if scopes is not None and each.scope not in scopes:
                continue
            spec = self._process.config.clocks.get(each.name)
            if each.state != "running" or spec is None or (clock is not None and each.name != clock):
                continue
            if reason not in spec.pause_reasons or not self._holds(spec):
                continue
            each.state = "paused"
            each.pauses.append(Pause(self._now, reason, why))
            self._recompute(each, "paused", {"reason": reason, "why": why})
            count += 1
        return count

    def resume(self, reason: str, *, clock: str | None = None, scopes: Sequence[str] | None = None) -> int:
        """Resume what is paused for this reason; return how many. `scopes` None: wherever it is."""
        count = 0
        for each in self.clocks:
            if scopes is not None and each.scope not in scopes:
                continue
            if each.state != "paused" or (clock is not None and each.name != clock):
                continue
            last = each.pauses[-1]
            if last.reason != reason:
                continue
            last.end, each.state = self._now, "running"
            self._recompute(each, "resumed", {"reason": reason})
            count += 1
        return count

    def extend(self, command: ExtendClock, *, scopes: Sequence[str] | None = None) -> None:
        """Extend the newest round once, in `scopes` where given.

        Raises NotFound, Conflict, and Unfit for what would not bring the due time beyond now: nobody is told of a new
        deadline that has passed.
        """
        spec = self._process.config.clocks.get(command.clock)
        if spec is None:
            raise NotFound(f"This process has no clock {command.clock}.")
        running = [
            c
            for c in self.clocks
            if c.name == command.clock and c.state in ("running", "paused") and (scopes is None or c.scope in scopes)
        ]
        if not running:
            raise Conflict(f"The clock {command.clock} does not run any more.", clock=command.clock)
        clock = running[-1]
        if clock.state == "paused":
            raise Conflict(
                "The clock is paused; it is extended when it runs again and its due time is known.", clock=command.clock
            )
        if not spec.extendable:
            raise Conflict(f"The process does not allow {command.clock} to be extended.", clock=command.clock)
        if clock.extension is not None:
            raise Conflict(
                "This clock was extended already; once is all the process allows.",
                clock=command.clock, extended_at=clock.extension.at.isoformat(), why=clock.extension.why,
            )  # fmt: skip
        mode = next(m for m in MODES if m == command.mode)
        clock.extension = Extension(mode, command.amount, command.why, self._now)
        self._recompute(clock, "extended", {"amount": command.amount, "mode": mode, "why": command.why})
        if clock.due_at is not None and clock.due_at <= self._now:
            raise self._too_short(clock, spec)

    def _too_short(self, clock: Clock, spec: ClockSpec) -> Refusal:
        """Return why an extension does not do; the clock is of no use afterwards."""
        given = clock.extension
        assert given is not None
        unit = "working_days" if given.mode == "working_days" else "minutes"
        most = spec.extend_at_most.get(unit, MOST_ADDED[unit])

        def reaches(amount: int) -> bool:
            clock.extension = replace(given, amount=amount)
            recompute(clock, self._calendars, now=self._now, spec=spec)
            return clock.due_at is not None and clock.due_at > self._now

        amounts = range(max(given.amount, 0) + 1, most + 1)
        least = bisect_left(amounts, True, key=reaches)
        if least == len(amounts):
            return Conflict(
                "It is too late to extend this clock: no extension that the process allows reaches beyond now.",
                clock=clock.name, most=most,
            )  # fmt: skip
        limits = {"least": amounts[least], "most": most}
        return Unfit(
            f"The new due time would have passed already; {amounts[least]} is the least that reaches beyond now.",
            fields=[{"field": "amount", "code": "out-of-range", "values": limits}],
        )

    def recalculate(self, *, calendars_changed: bool = True) -> None:
        """Choose each clock's budget anew and work out due times: all of them, or those whose rule changed."""
        for clock in self.clocks:
            spec = self._process.config.clocks.get(clock.name)
            if spec is None or clock.state in ("met", "dropped"):
                continue
            moved = self._set_rule(clock, spec)
            if clock.state == "paused" and not self._holds(spec):
                # What may no longer be paused runs on from now: an urgent case waits for nobody.
                clock.pauses[-1].end, clock.state, moved = self._now, "running", True
            if not (moved or calendars_changed):
                continue
            before = clock.due_at
            if recompute(clock, self._calendars, now=self._now, spec=spec) or moved:
                detail = {"what": "recalculated", "from": plain(before), "due_at": plain(clock.due_at)}
                self._log(Event("clock", name=clock.key, detail=detail))

    def fired(self, clock: Clock, rung: Rung, at: datetime) -> None:
        """Record that a rung fell due and was acted on."""
        mark_fired(clock, rung, at, self._now)
        self._log(Event("fired", name=f"{clock.key}/{rung.name}", detail={"due_at": at.isoformat(), "to": rung.to}))

    def _recompute(self, clock: Clock, what: str, detail: Mapping[str, Any]) -> None:
        recompute(clock, self._calendars, now=self._now, spec=self._process.config.clocks[clock.name])
        self._log(Event("clock", name=clock.key, detail={"what": what, **detail, "due_at": plain(clock.due_at)}))

    def _set_rule(self, clock: Clock, spec: ClockSpec) -> bool:
        """Give a clock the budget, mode and calendar that the facts call for now; True where they are others."""
        budget = self._budget(spec)
        rule = (budget.mode, budget.amount, self.calendar(spec.calendar))
        moved = rule != (clock.mode, clock.budget, clock.calendar)
        clock.mode, clock.budget, clock.calendar = rule
        return moved

    def _holds(self, spec: ClockSpec) -> bool:
        return spec.pausable is None or bool(spec.pausable.evaluate(self._facts, {}))

    def _budget(self, spec: ClockSpec) -> Budget:
        for budget in spec.budgets:
            if budget.when is None or budget.when.evaluate(self._facts, {}):
                return budget
        raise Conflict(f"No budget of the clock {spec.name} fits the facts of this case.", clock=spec.name)


def view_of(clock: Clock) -> ClockView:
    """Return a clock as people see it."""
    return ClockView(
        name=clock.name, scope=clock.scope, round=clock.round, state=clock.state, started_at=clock.started_at,
        due_at=clock.due_at if clock.state == "running" else None if clock.state == "paused" else clock.last_due_at,
        met_at=clock.ended_at if clock.state == "met" else None, late=clock.late, mode=clock.mode,
        budget=clock.budget, revision=clock.revision, provisional=clock.provisional,
        reasons=told(clock.reasons),
    )  # fmt: skip
