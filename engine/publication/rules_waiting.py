"""Waiting for others: what may never come must not be all that a case waits for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node
from engine.publication.names import words
from engine.publication.registry import Finding, rule
from engine.publication.rules_messages import thrown_messages

_CATCHES = ("intermediateCatchEvent", "receiveTask")


@rule(
    "waits-without-end",
    "warning",
    "The case waits for a message that may never come, and no time ends the waiting.",
    "Wait for the message or a time, whichever comes first.",
)
def waits_without_end(bundle: Bundle) -> Iterator[Finding]:
    by_engine = bundle.context.engine_messages
    if bundle.context.mode != "bundle" or by_engine is None or not bundle.diagrams_whole:
        return
    sure = {*thrown_messages(bundle), *by_engine}
    for document, node in bundle.nodes():
        ways = [flow.target for flow in node.outgoing if flow.target is not None]
        alternatives = ways if node.tag == "eventBasedGateway" else [node] if _waits_itself(node) else []
        kinds = [(each.kind, document.message_of(each)) for way in alternatives for each in way.definitions]
        messages = sorted({name for kind, name in kinds if kind == "message" and name})
        if (
            messages
            and all(kind == "message" for kind, _ in kinds)
            and not sure & {*messages}
            and not _ends(bundle, node)
        ):
            yield Finding(
                node.element,
                f"The {words(node.element)} waits for {' or '.join(messages)}, which may never come, "
                "and no time ends the waiting.",
                "Put an event-based gateway before it that waits for the message or a time, whichever comes first.",
            )


def _waits_itself(node: Node) -> bool:
    behind = any(flow.source is not None and flow.source.tag == "eventBasedGateway" for flow in node.incoming)
    return node.tag in _CATCHES and not behind


def _ends(bundle: Bundle, node: Node, seen: frozenset[str] = frozenset()) -> bool:
    """Say whether a time ends the step, or something that it stands in, in this process or one that calls it."""
    while True:
        if any(event.interrupting and each.kind == "timer" for event in node.boundaries for each in event.definitions):
            return True
        if node.scope.parent is None:
            break
        node = node.scope.parent
    process = node.scope.id
    calls = [each for _, each in bundle.nodes() if each.element.get("calledElement") == process]
    fresh = [each for each in calls if process not in seen]
    return bool(fresh) and all(_ends(bundle, each, seen | {process}) for each in fresh)
