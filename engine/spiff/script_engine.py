"""What the library calls when a diagram asks something: conditions, scripts, timers, decisions, service tasks.

The library's own engine runs Python; this one runs only the allow-listed language of `engine/expressions/language.py`,
over the facts of the case and the data of the task, and hands everything else to the `Host` of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import ServiceTask

from engine.clocks.timer_words import Moment, counted_by, fixed
from engine.expressions.language import compile_expression, compile_script
from engine.expressions.timer_text import Expr, IsoDate, IsoDuration, TimerPlan, parse_timer
from engine.spiff.token import Token


class Host(Protocol):
    """What a step offers to a diagram while it runs."""

    now: datetime

    @property
    def facts(self) -> Mapping[str, Any]:
        """The facts of the case as they are at this moment of the step."""
        ...

    def known(self, name: str) -> bool:
        """Tell whether a name may be read before it has a value (form fields, message variables)."""
        ...

    def perform(self, token: Token, operation: str, parameters: Mapping[str, Any]) -> None:
        """Carry out a service task."""
        ...

    def decide(self, token: Token, decision: str) -> Mapping[str, Any]:
        """Evaluate a decision table; return what goes into the task's data."""
        ...

    def timer_functions(self, token: Token, armed: datetime) -> Mapping[str, Callable[..., Moment | None]]:
        """Return the vocabulary of a timer armed at `armed`; `deadline` looks from the token's scope."""
        ...

    def entered(self, token: Token) -> None:
        """A token came to rest at an element."""
        ...

    def completed(self, token: Token) -> None:
        """A token left an element the regular way."""
        ...

    def cancelled(self, token: Token) -> None:
        """A resting token was taken away."""
        ...


class CaseScriptEngine(PythonScriptEngine):
    """One a step. `horizon` is the due instant being fired, None at all other times."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.horizon: datetime | None = None

    @property
    def now(self) -> datetime:
        """The instant of the step."""
        return self.host.now

    def names_for(self, task: Any, wanted: frozenset[str]) -> dict[str, Any]:
        """Return the values of the names an expression reads: facts first, then the task's data."""
        facts, data, found = self.host.facts, task.data, {}
        for name in wanted:
            if name in facts:
                found[name] = facts[name]
            elif name in data:
                found[name] = data[name]
            elif self.host.known(name):
                found[name] = None
        return found

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        compiled = compile_expression(expression)
        return compiled.evaluate(self.names_for(task, compiled.names), {})

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        compiled = compile_script(script)
        task.data.update(compiled.run(self.names_for(task, compiled.names), {}))
        return True

    def moment(self, task: Any, plan: TimerPlan, armed: datetime) -> Moment | None:
        """Return what a timer that was armed at `armed` comes to now, or None while it has no due time."""
        if isinstance(plan, IsoDuration):
            return Moment(counted_by(plan, plan.after(armed)), length=True)
        if isinstance(plan, IsoDate):
            return Moment(fixed(plan.at))
        if not isinstance(plan, Expr):
            raise TypeError(f"not a timer with one due time: {plan!r}")
        expression = plan.expression
        functions = self.host.timer_functions(Token(task), armed)
        value = expression.evaluate(self.names_for(task, expression.names), functions)
        if isinstance(value, str):
            return self.moment(task, parse_timer("duration", value), armed)
        if value is None or isinstance(value, Moment):
            return value
        if isinstance(value, datetime):
            return Moment(fixed(value))
        raise ValueError(f"{expression.source}: a timer must give an instant")

    def working_days(self, task: Any, armed: datetime, days: int) -> Moment:
        """Return what so many working days after `armed` come to now. Raises what `Calendars.add` does."""
        moment = self.host.timer_functions(Token(task), armed)["working_days"](days)
        assert moment is not None
        return moment


class CaseServiceTask(ServiceTask):
    """A service task that hands its operation to the host and leaves no trace in the task's data."""

    def __init__(
        self, wf_spec: Any, name: str, operation_name: str, operation_params: Mapping[str, Any], **kwargs: Any
    ) -> None:
        for unused in ("result_variable", "retries", "retry_backoff_base", "prescript", "postscript"):
            kwargs.pop(unused, None)
        super().__init__(wf_spec, name, **kwargs)
        self.operation_name = operation_name
        self.operation_params = operation_params

    def _run_hook(self, my_task: Any) -> bool:
        engine = my_task.workflow.script_engine
        values = {name: engine.evaluate(my_task, p["value"]) for name, p in self.operation_params.items()}
        engine.host.perform(Token(my_task), self.operation_name, values)
        return True


class TableUse:
    """Stands where the library keeps its own decision engine: asks the host instead."""

    def __init__(self, decision: str) -> None:
        self.decision = decision

    def result(self, task: Any) -> Mapping[str, Any]:
        """Return the outputs that go into the data of `task`."""
        outputs: Mapping[str, Any] = task.workflow.script_engine.host.decide(Token(task), self.decision)
        return outputs
