"""Gateways: every case finds a way out, no condition is ignored, no join waits for ever."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Flow, Node
from engine.publication.names import CONDITIONAL, words
from engine.publication.registry import Finding, rule


def _default(node: Node) -> Flow | None:
    id_ = node.element.get("default")
    return next((flow for flow in node.outgoing if flow.id and flow.id == id_), None)


@rule(
    "gateway-without-default",
    "warning",
    "If no condition holds, the case stops with a failure at this gateway.",
    "Mark one arrow as the default.",
)
def gateway_without_default(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        conditions = [flow for flow in node.outgoing if flow.condition_element is not None]
        always = node.tag == "inclusiveGateway" and len(conditions) < len(node.outgoing)
        if node.tag in CONDITIONAL and conditions and _default(node) is None and not always:
            yield Finding(
                node.element,
                f"The {words(node.element)} has no default arrow: a case for which no condition holds stops there.",
                "Mark the arrow that is right in all other cases as the default.",
            )


@rule(
    "default-broken",
    "error",
    "The default of a gateway is an arrow that does not leave it.",
    "Mark one of its own arrows as the default.",
)
def default_broken(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag in CONDITIONAL and node.element.get("default") and _default(node) is None:
            yield Finding(
                node.element,
                f"The default of the {words(node.element)} is {node.element.get('default')}, which does not leave it.",
            )


@rule(
    "default-with-condition",
    "warning",
    "The condition on a default arrow is not looked at.",
    "Remove the condition.",
)
def default_with_condition(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        default = _default(node) if node.tag in CONDITIONAL else None
        if default is not None and default.condition_element is not None:
            yield Finding(
                default.element,
                f"The {words(default.element)} is the default; its condition is not looked at.",
                "Remove the condition, or make another arrow the default.",
            )


@rule(
    "flow-without-condition",
    "error",
    "An arrow out of an exclusive gateway says neither when it is taken nor that it is the default.",
    "Give it a condition, or mark it as the default.",
)
def flow_without_condition(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag != "exclusiveGateway" or len(node.outgoing) < 2:
            continue  # an inclusive gateway takes an arrow without a condition always
        for flow in node.outgoing:
            if flow.condition_element is None and flow is not _default(node):
                yield Finding(
                    flow.element, f"The {words(flow.element)} out of the {words(node.element)} has no condition."
                )


@rule(
    "condition-ignored",
    "error",
    "A condition stands on an arrow that is always taken.",
    "Put a gateway before the arrow, or remove the condition.",
)
def condition_ignored(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag in CONDITIONAL:
            continue
        for flow in node.outgoing:
            if flow.condition_element is not None:
                yield Finding(
                    flow.element,
                    f"The condition on the arrow out of the {words(node.element)} would be ignored.",
                    "Put an X or O gateway before the arrow, or remove the condition.",
                )


@rule(
    "identical-conditions",
    "warning",
    "Two arrows out of a gateway have the same condition.",
    "Change one of them.",
)
def identical_conditions(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        seen: dict[str, Flow] = {}
        for flow in node.outgoing if node.tag in CONDITIONAL else ():
            text = " ".join(flow.condition.split())
            if not text or flow is _default(node):
                continue
            if text in seen:
                first = seen[text]
                yield Finding(
                    flow.element,
                    f"The {words(flow.element)} has the same condition as the {words(first.element)}.",
                    "Change one of the conditions; an X gateway takes the arrow that stands first in the file.",
                )
            seen.setdefault(text, flow)


@rule(
    "join-waits",
    "error",
    "A parallel join waits for a path that may never come.",
    "Join with an X gateway what an X gateway parted, and with + what + parted.",
)
def join_waits(bundle: Bundle) -> Iterator[Finding]:
    advice = "Join with an X gateway what an X gateway parted, with O what O parted, and with + what + parted."
    for _, found in bundle.joins:
        for node in found.never:
            yield Finding(
                node.element,
                f"The {words(node.element)} waits for all its paths, but never are all of them taken: cases hang here.",
                advice,
            )
        for node in found.sometimes:
            yield Finding(
                node.element,
                f"The {words(node.element)} waits for all its paths; if a gateway before it leaves one out, "
                "the case hangs here.",
                advice,
                severity="warning",
            )


@rule(
    "joins-not-searched",
    "warning",
    "The joins of a diagram have so many ways to come about that not all of them could be tried.",
    "Put each block between a parting gateway and its join into a subprocess of its own.",
)
def joins_not_searched(bundle: Bundle) -> Iterator[Finding]:
    for scope, found in bundle.joins:
        if not found.whole:
            yield Finding(
                scope.element,
                f"The parallel joins of the {words(scope.element)} could not be searched to the end: whether one of "
                "them waits for ever is not known.",
                "Put each block between a parting gateway and its join into a subprocess, and check again.",
            )


_CATCHES = ("message", "signal", "timer")


@rule(
    "event-gateway-target",
    "error",
    "An event-based gateway leads to something that it cannot wait for.",
    "Let its arrows end at catching events (message, signal, timer) or receive tasks of its own.",
)
def event_gateway_target(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        for flow in node.outgoing if node.tag == "eventBasedGateway" else ():
            target = flow.target
            if target is None:
                continue
            kinds = [definition.kind for definition in target.definitions]
            good = target.tag in ("intermediateCatchEvent", "receiveTask") and len(kinds) == 1 and kinds[0] in _CATCHES
            if good and not target.boundaries and target.loop is None and len(target.incoming) == 1:
                continue
            why = (
                "is also reached from elsewhere, and would not wait then"
                if good and len(target.incoming) > 1
                else "is nothing that a gateway of events can wait for"
            )
            yield Finding(
                flow.element,
                f"The {words(target.element)} behind the {words(node.element)} {why}.",
                "Let every arrow end at a catching event (message, signal, timer) or receive task of its own.",
            )


@rule(
    "event-gateway-same-event",
    "error",
    "Two arrows of an event-based gateway wait for the same event; only the first would ever be taken.",
    "Keep one of them, and let an X gateway decide behind it.",
)
def event_gateway_same_event(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        seen: set[tuple[str, str]] = set()
        for target in (flow.target for flow in node.outgoing if node.tag == "eventBasedGateway"):
            for definition in target.definitions if target is not None else ():
                reference = definition.element.get(f"{definition.kind}Ref")
                if definition.kind not in ("message", "signal") or not reference or target is None:
                    continue
                if (definition.kind, reference) in seen:
                    yield Finding(
                        target.element,
                        f"The {words(target.element)} waits for the same {definition.kind} as another arrow "
                        f"of the {words(node.element)}.",
                        "Keep one of the two, and let an X gateway decide behind it.",
                    )
                seen.add((definition.kind, reference))
