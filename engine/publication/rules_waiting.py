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
        ways = list(node.by_arrows())
        alternatives = ways if node.tag == "eventBasedGateway" else [node] if _waits_itself(node) else []
        kinds = [(each.kind, document.message_of(each)) for way in alternatives for each in way.definitions]
        messages = sorted({name for kind, name in kinds if kind == "message" and name})
        if (
            messages
            and all(kind == "message" for kind, _ in kinds)
            and not sure & {*messages}
            and not bundle.around(node, _ended_by_a_time)
            and not _only_beside(node)
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


def _ended_by_a_time(node: Node) -> bool:
    return any(event.interrupting and each.kind == "timer" for event in node.boundaries for each in event.definitions)


def _only_beside(node: Node) -> bool:
    """Say whether nothing but boundary events that do not interrupt lead here: the case itself goes on meanwhile.

    That such a wait ends with what it stands beside is for the rule `outlives-its-host` to see.
    """
    seen: set[str] = set()
    left = [node]
    while left:
        each = left.pop()
        if each.id in seen:
            continue
        seen.add(each.id)
        before = [flow.source for flow in each.incoming if flow.source is not None]
        if not before and (each.host is None or each.interrupting):
            return False
        left.extend(before)
    return True
