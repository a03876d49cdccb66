"""Timers: a time that is understood, at a place where it fires once, or a known number of times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from lxml import etree

from engine.expressions.timer_text import (
    Expr,
    IsoCycle,
    IsoDate,
    IsoDuration,
    TimerError,
    TimerKind,
    TimerPlan,
    parse_instant,
    parse_timer,
)
from engine.model.config import OPENING
from engine.model.due import most_of
from engine.publication.bundle import Bundle
from engine.publication.case_order import CaseOrder
from engine.publication.diagram import Node
from engine.publication.names import bpmn, text_of, words
from engine.publication.registry import Finding, rule

_KINDS: Final[dict[str, TimerKind]] = {"timeDuration": "duration", "timeDate": "date", "timeCycle": "cycle"}
LONG_CYCLE: Final = 100
"""More repetitions than this make the state of a case grow too much."""


def _timers(bundle: Bundle) -> Iterator[tuple[Node, etree._Element, TimerKind | None, etree._Element | None]]:
    """Yield (node, definition, kind, element with the text); kind None where a timer says nothing."""
    for _, node in bundle.nodes():
        for definition in node.definitions:
            if definition.kind == "timer":
                found = [(name, definition.element.find(bpmn(name))) for name in _KINDS]
                told = [(name, element) for name, element in found if element is not None]
                if not told:
                    yield node, definition.element, None, None
                for name, element in told:
                    yield node, definition.element, _KINDS[name], element


def timer_plans(bundle: Bundle) -> Iterator[tuple[Node, etree._Element, TimerPlan]]:
    """Yield every timer that is understood: its node, the element with its text, and what it means."""
    for node, _, kind, element in _timers(bundle):
        if kind is not None and element is not None:
            try:
                yield node, element, parse_timer(kind, text_of(element))
            except TimerError:
                continue


@rule(
    "timer-text",
    "error",
    "A timer says no time, or one that cannot be understood.",
    'Write a length (P7D, PT1H, working_days(3)), an instant with its zone, or deadline("respond").',
)
def timer_text(bundle: Bundle) -> Iterator[Finding]:
    for node, definition, kind, element in _timers(bundle):
        if kind is None or element is None:
            yield Finding(
                definition,
                f"The timer of the {words(node.element)} says no time.",
                'Write a length such as PT1H or working_days(3), or deadline("respond").',
            )
            continue
        if len(element):
            yield Finding(
                element,
                f"The timer of the {words(node.element)} has a remark or an element inside its text.",
                "Keep only the text itself.",
            )
            continue
        try:
            parse_timer(kind, text_of(element))
        except TimerError as error:
            yield Finding(
                element,
                f"The timer of the {words(node.element)}: {error.message}.",
                error.advice,
                below=error.line - 1,
            )
    for node, element, plan in timer_plans(bundle):
        for call in plan.expression.calls if isinstance(plan, Expr) else ():
            days = call.args[0] if call.function == "working_days" else None
            if isinstance(days, (int, Decimal)) and days > most_of("working_days"):
                yield Finding(
                    element,
                    f"The timer of the {words(node.element)}: working_days({days}) is longer than twenty years, "
                    "which no calendar counts.",
                    f"Give at most {most_of('working_days'):,} working days.",
                )
    for node, definition, _, _ in _timers(bundle):
        if len([name for name in _KINDS if definition.find(bpmn(name)) is not None]) > 1:
            yield Finding(
                definition,
                f"The timer of the {words(node.element)} says more than one time.",
                "Keep one of timeDuration, timeDate and timeCycle.",
            )


@rule("timer-endless", "error", "A timer repeats without end.", "Say how often it fires, such as R5/P1D.")
def timer_endless(bundle: Bundle) -> Iterator[Finding]:
    for node, element, plan in timer_plans(bundle):
        if isinstance(plan, IsoCycle) and plan.repetitions is None:
            yield Finding(
                element,
                f"The timer of the {words(node.element)} repeats without end.",
                "Say how often it fires, such as R5/P1D; daily reminders belong to the rungs of a clock.",
            )


@rule(
    "timer-long-cycle",
    "warning",
    "A timer repeats so often that the case grows heavy.",
    "Let a clock of the process remind, and keep the repetitions small.",
)
def timer_long_cycle(bundle: Bundle) -> Iterator[Finding]:
    for node, element, plan in timer_plans(bundle):
        if isinstance(plan, IsoCycle) and plan.repetitions is not None and plan.repetitions > LONG_CYCLE:
            yield Finding(
                element,
                f"The timer of the {words(node.element)} repeats {plan.repetitions} times.",
                "Let a clock of the process remind (rungs in process.toml), and keep the repetitions small.",
            )


@rule(
    "timer-cycle-place",
    "error",
    "A repeating timer stands where it would start the path behind it several times or never end its step.",
    "Use it only on the border of a step, non-interrupting.",
)
def timer_cycle_place(bundle: Bundle) -> Iterator[Finding]:
    for node, _, kind, element in _timers(bundle):
        if kind == "cycle" and element is not None and (node.tag != "boundaryEvent" or node.interrupting):
            yield Finding(
                element,
                f"A repeating timer does not work at the {words(node.element)}.",
                "Use it only on the border of a step, non-interrupting; elsewhere write one length or instant.",
            )


@rule(
    "timer-at-once",
    "warning",
    "A timer of no length fires at once.",
    "Write the length that is meant, or remove the event.",
)
def timer_at_once(bundle: Bundle) -> Iterator[Finding]:
    for node, element, plan in timer_plans(bundle):
        if isinstance(plan, IsoDuration) and plan.zero:
            yield Finding(element, f"The timer of the {words(node.element)} has no length and fires at once.")


@rule(
    "timer-one-instant",
    "warning",
    "A timer names one instant, the same for all cases: in every case that comes after it, it fires at once.",
    'Write a length such as P7D or working_days(3), deadline("respond"), or a fact of the type instant.',
)
def timer_one_instant(bundle: Bundle) -> Iterator[Finding]:
    # Which instants are past is not asked: a diagram that is sound today is sound tomorrow, too.
    for node, element, plan in timer_plans(bundle):
        at = _one_instant(plan)
        if at is not None:
            yield Finding(
                element,
                f"The timer of the {words(node.element)} names one instant for all cases, {at:%Y-%m-%dT%H:%MZ}: "
                "in every case that comes there after it, it fires at once.",
            )


def _one_instant(plan: TimerPlan) -> datetime | None:
    """Return the instant (UTC) that the text of a timer fixes for whatever case, as its time or as its first one."""
    if isinstance(plan, IsoDate):
        return plan.at
    if isinstance(plan, IsoCycle):
        return plan.start
    if isinstance(plan, Expr) and not plan.expression.names and len(plan.expression.calls) == 1:
        (call,) = plan.expression.calls
        return parse_instant(str(call.args[0])) if call.function == "date" else None
    return None


@rule(
    "clock-unknown",
    "error",
    "A timer asks for a clock that the process does not have, so it would never fire.",
    "Correct the name, or add the clock to process.toml.",
)
def clock_unknown(bundle: Bundle) -> Iterator[Finding]:
    clocks = bundle.context.clocks
    if clocks is None:
        return
    for node, element, plan in timer_plans(bundle):
        for call in plan.expression.calls if isinstance(plan, Expr) else ():
            if call.function == "deadline" and call.args and call.args[0] not in clocks:
                yield Finding(
                    element,
                    f"The timer of the {words(node.element)} asks for the clock {call.args[0]}, which does not exist.",
                    f"Use one of: {', '.join(sorted(clocks)) or 'none is declared'}; or add it to process.toml.",
                )


@rule(
    "clock-not-started",
    "error",
    "A timer asks for a clock that no step before it starts: it would wait for ever.",
    "Let a step that comes before start the clock, or ask for another clock.",
)
def clock_not_started(bundle: Bundle) -> Iterator[Finding]:
    clocks = bundle.context.clocks
    if clocks is None or not bundle.diagrams_whole:
        return
    order = CaseOrder(bundle)
    nodes = {node.id: node for _, node in bundle.nodes()}
    for node, element, plan in timer_plans(bundle):
        for call in plan.expression.calls if isinstance(plan, Expr) else ():
            name = call.args[0] if call.function == "deadline" and call.args else None
            starts = clocks.get(name) if isinstance(name, str) else None
            if starts is None or OPENING in starts:
                continue
            begins = [nodes[id_] for id_ in starts if id_ in nodes]
            waits = node.host or node
            early = {waits, *order.before_first(waits), *bundle.inside(waits)}
            if begins and not early & {*begins}:
                yield Finding(
                    element,
                    f"The timer of the {words(node.element)} asks for the clock {name}, which starts only at the "
                    f"{words(begins[0].element)}, and never before: it would wait for ever.",
                    "Put the event behind that step, or add a step before it to the starts of the clock.",
                )
