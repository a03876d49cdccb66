"""Events that ask the case, not the machine, whether they have happened.

A timer of the library evaluates its text once and compares with the wall clock whenever it is looked at. Here a timer
fires only inside `fire due`: the script engine carries the due instant that is being fired as `horizon`, and is None
at all other times. `deadline("respond")` is asked anew at each look, so that it follows triage, pauses and extensions;
a length beside it counts from when the timer was armed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.clocks.timer_words import LENGTHS, Moment, counted, counted_by, fixed
from engine.errors import Refusal
from engine.expressions.timer_text import Expr, IsoCycle, IsoDuration, TimerPlan
from engine.model.due import Due, Reason


@dataclass(frozen=True)
class Kept:
    """What a task keeps of one of its timers."""

    at: datetime | None = None
    """When it falls due; None: worked out at each look."""
    armed: datetime | None = None
    """What lengths are counted from."""
    days: int | None = None
    """The working days that lie between."""
    provisional: bool = False

    @classmethod
    def of(cls, task: Any, timer: str) -> Kept:
        """Return what is kept, nothing at first. A single instant is written as such, everything else as a list."""
        known = task.internal_data.get("due", {}).get(timer)
        if known is None or isinstance(known, str):
            return cls(None if known is None else datetime.fromisoformat(known))
        known = [*known, None, None, None]
        at = None if known[1] is None else datetime.fromisoformat(known[1])
        return cls(at, datetime.fromisoformat(known[0]), known[2], bool(known[3]))

    def keep(self, task: Any, timer: str) -> None:
        """Write it into the data of the task, as short as can be."""
        at = self.at and self.at.isoformat()
        record: list[Any] = [self.armed and self.armed.isoformat(), at, self.days, int(self.provisional)]
        while len(record) > 1 and not record[-1]:
            record.pop()
        task.workflow.touched = True
        task.internal_data.setdefault("due", {})[timer] = at if self.armed is None else record


PASSED = TaskState.READY | TaskState.COMPLETED


class CaseTimer(TimerEventDefinition):
    """A date or duration timer. Its key is unique in the file, so that one gateway may wait for several."""

    def __init__(self, key: str, plan: TimerPlan) -> None:
        super().__init__(key, "")
        self.plan = plan
        calls = {call.function for call in plan.expression.calls} if isinstance(plan, Expr) else set()
        self.late_bound = "deadline" in calls
        """Asked at each look; every other timer once, as soon as it gives an instant."""
        self._counts = bool(calls & LENGTHS)

    def due(self, task: Any) -> datetime | None:
        """Return the instant this timer falls due for `task`, or None while it has none (paused, met, absent).

        Lengths count from the instant at which the timer was armed, whenever it is asked.
        """
        kept = Kept.of(task, self.name)
        if kept.at is not None:
            return kept.at
        moment = self._asked(task, kept)
        return None if moment is None else moment.due.at

    def _asked(self, task: Any, kept: Kept) -> Moment | None:
        """Ask the case; what is not late-bound is fixed thereby."""
        armed = kept.armed or task.workflow.script_engine.now
        moment: Moment | None = task.workflow.script_engine.moment(task, self.plan, armed)
        if moment is not None and not self.late_bound:
            self._fix(task, moment, armed)
        elif kept.armed is None and self._counts:
            Kept(None, armed).keep(task, self.name)
        return None if moment is None or self._past(task, moment) else moment

    def explained(self, task: Any) -> Due | None:
        """Return the same with its reasons, and whether it counts on a year that nobody has published."""
        kept = Kept.of(task, self.name)
        if kept.at is None:
            moment = self._asked(task, kept)
            return None if moment is None else moment.due
        if kept.armed is None:
            return counted_by(self.plan, kept.at) if isinstance(self.plan, IsoDuration) else fixed(kept.at)
        if kept.days is None:
            return counted(kept.armed, kept.at - kept.armed)
        try:
            reasons = task.workflow.script_engine.working_days(task, kept.armed, kept.days).due.reasons
        except Refusal:
            # The calendar is gone, the instant is not: it falls due all the same.
            reasons = ()
        return Due(kept.at, reasons, kept.provisional)

    def arm_again(self, fired: Any, again: Any) -> None:
        """Let `again` wait for a later time than the one that has fired; lengths count from the same arming."""
        at, kept = self.due(fired), Kept.of(fired, self.name)
        if kept.armed is not None:
            kept.keep(again, self.name)
        if at is not None:
            again.internal_data["past"] = {self.name: at.isoformat()}

    def _past(self, task: Any, moment: Moment) -> bool:
        """Tell whether the timer has fired for this time, or a later one, already."""
        past = task.internal_data.get("past", {}).get(self.name)
        return past is not None and moment.due.at <= datetime.fromisoformat(past)

    def recalculate(self, task: Any) -> None:
        """Work out again what calendars can move: a length in working days that was fixed when the timer was armed."""
        kept = Kept.of(task, self.name)
        if kept.days is not None and kept.armed is not None:
            self._fix(task, task.workflow.script_engine.working_days(task, kept.armed, kept.days), kept.armed)

    def _fix(self, task: Any, moment: Moment, armed: datetime) -> None:
        """Keep the instant; what it was counted from too, where neither the instant nor the diagram tells it."""
        told = not moment.length or (isinstance(self.plan, IsoDuration) and not self.plan.months)
        due = moment.due
        Kept(due.at, None if told else armed, moment.days, due.provisional).keep(task, self.name)

    def has_fired(self, my_task: Any) -> bool:
        fired: list[str] = my_task.internal_data.get("fired", [])
        if self.name in fired:
            return True
        horizon = my_task.workflow.script_engine.horizon
        if horizon is None and self.late_bound:
            # Nothing is being fired: no need to ask the case again.
            return False
        due = self.due(my_task)
        if due is None or horizon is None or due > horizon:
            return False
        my_task.internal_data["fired"] = [*fired, self.name]
        return True

    def reset(self, my_task: Any) -> None:
        for name in ("due", "fired", "past", "event_fired"):
            my_task.internal_data.pop(name, None)


class CaseCycle(TimerEventDefinition):
    """A repeating timer (`R3/PT10M`). Slots missed in a downtime fire once; `missed` says how many were skipped.

    The library hangs what each slot starts below the waiting timer itself, and cuts it off when the host is done.
    Here a slot fires like any other event, and `CaseBoundaryEvent` waits for the next one.
    """

    def __init__(self, key: str, plan: IsoCycle) -> None:
        super().__init__(key, "")
        self.plan = plan

    def explained(self, task: Any) -> Due | None:
        """Return the slot that is waited for, explained."""
        at = self.due(task)
        return None if at is None else Due(at, (Reason("repeats"),))

    def due(self, task: Any) -> datetime | None:
        """Return the slot that is waited for."""
        cycle = task.internal_data.get("cycle")
        if cycle is None:
            engine = task.workflow.script_engine
            cycle = {"next": self.plan.first(engine.now).isoformat(), "left": self.plan.repetitions}
            task.workflow.touched = True
            task.internal_data["cycle"] = cycle
        return datetime.fromisoformat(cycle["next"])

    def has_fired(self, my_task: Any) -> bool:
        if my_task.internal_data.get("event_fired"):
            return True
        due, horizon = self.due(my_task), my_task.workflow.script_engine.horizon
        if due is None or horizon is None or due > horizon:
            return False
        my_task.internal_data["event_fired"] = True
        return True

    def following(self, task: Any) -> dict[str, Any] | None:
        """Return the slot after the one that fired at `task`, None when all are used up."""
        cycle, now = task.internal_data["cycle"], task.workflow.script_engine.now
        left, missed = cycle["left"], 0
        left = None if left is None else left - 1
        at = self.plan.every.after(datetime.fromisoformat(cycle["next"]))
        while at <= now and left != 0:
            at = self.plan.every.after(at)
            left, missed = (None if left is None else left - 1), missed + 1
        return None if left == 0 else {"next": at.isoformat(), "left": left, "missed": missed}

    def reset(self, my_task: Any) -> None:
        for name in ("cycle", "event_fired"):
            my_task.internal_data.pop(name, None)


class CaseMessage(MessageEventDefinition):
    """A message whose variable takes the payload's entry of the same name, or the payload where it has none."""

    def update_task_data(self, my_task: Any) -> None:
        payload = my_task.internal_data.pop(self.name, None)
        if self.message_var is not None:
            found = payload.get(self.message_var, payload) if isinstance(payload, Mapping) else payload
            my_task.data[self.message_var] = found

    def reset(self, my_task: Any) -> None:
        my_task.internal_data.pop(self.name, None)
        my_task.internal_data.pop("event_fired", None)


class ActivationJoin(BoundaryEventJoin):
    """The library's join behind an activity with boundary events, kept to one activation of the activity.

    When a boundary event leads back to its own host, the library's join of the first activation also cancels the
    predicted joins of the second, whose events then wait for ever.
    """

    def _update_hook(self, my_task: Any) -> bool:
        split = my_task.find_ancestor(self.split_task)
        for other in my_task.workflow.tasks.values():
            passed = other.task_spec is self and other is not my_task and other.has_state(PASSED)
            if passed and other.find_ancestor(self.split_task) is split:
                # The activity is over; this is an event beside it that came at the same moment.
                my_task._set_state(TaskState.CANCELLED)
                return False
        fires: bool = super()._update_hook(my_task)
        return fires

    def _find_tasks(self, my_task: Any) -> list[Any]:
        split = my_task.find_ancestor(self.split_task)
        return [t for t in super()._find_tasks(my_task) if t.find_ancestor(self.split_task) is split]


class CaseBoundaryEvent(BoundaryEvent):
    """A boundary event that, when it does not interrupt, catches again and again (BPMN 2.0.2, 10.5.6).

    The library catches a non-interrupting message once for each activation of its host and is deaf afterwards. A
    timer fires once for each activation, one that follows a clock once for each later due time of it, a cycle once for
    each slot.
    """

    def _on_ready_hook(self, my_task: Any) -> None:
        super()._on_ready_hook(my_task)
        definition = self.event_definition
        if self.cancel_activity or (isinstance(definition, CaseTimer) and not definition.late_bound):
            return
        split = my_task.parent
        host = next((t for t in split.children if not isinstance(t.task_spec, BoundaryEvent)), None)
        if host is None or host.has_state(TaskState.FINISHED_MASK):
            return
        slot = definition.following(my_task) if isinstance(definition, CaseCycle) else None
        if isinstance(definition, CaseCycle) and slot is None:
            return
        # At once, not when this one has run: a second event of the same step would find nobody.
        again = split._add_child(self, TaskState.WAITING)
        if slot is not None:
            again.internal_data["cycle"] = slot
        if isinstance(definition, CaseTimer):
            definition.arm_again(my_task, again)
        self._update(again)
