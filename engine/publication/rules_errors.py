"""Errors, escalations and cancelling: they end what they should, and something catches them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope
from engine.publication.names import HUMAN, words
from engine.publication.registry import Finding, rule


@rule(
    "cancel-outside-transaction",
    "error",
    "Cancelling works only inside and on the border of a transaction.",
    "Use an error event, or make the subprocess a transaction.",
)
def cancel_outside_transaction(bundle: Bundle) -> Iterator[Finding]:
    for node in bundle.events("cancel"):
        place = node.host if node.tag == "boundaryEvent" else node.scope.parent
        if place is None or place.tag != "transaction":
            yield Finding(node.element, f"The {words(node.element)} cancels, but stands outside a transaction.")


def _codes(bundle: Bundle, kind: str, node: Node) -> list[str | None]:
    """Return the codes of the errors or escalations an event names; None for any."""
    found: list[str | None] = []
    for document in bundle.documents:
        if document.root is node.element.getroottree().getroot():
            declared = document.declared(kind)
            for definition in node.definitions:
                if definition.kind == kind:
                    named = declared.get(definition.element.get(f"{kind}Ref") or "")
                    found.append(named.get(f"{kind}Code") if named is not None else None)
    return found


def _uncaught(bundle: Bundle, kind: str, throwing: Collection[str]) -> Iterator[tuple[Node, str]]:
    """Yield the events of these tags inside a subprocess that throw what nothing catches; and where to catch it."""
    for node in bundle.events(kind):
        around = node.scope.parent
        if node.tag in throwing and around is not None and not _caught(bundle, kind, node):
            yield node, words(around.element)


def _caught(bundle: Bundle, kind: str, thrown: Node) -> bool:
    codes = _codes(bundle, kind, thrown)
    scope: Scope = thrown.scope
    while scope.parent is not None:
        for event in scope.parent.boundaries:
            for code in _codes(bundle, kind, event):
                if code is None or code in codes:
                    return True
        scope = scope.parent.scope
    return False


@rule(
    "error-not-caught",
    "error",
    "An error is thrown that nothing catches, so the case goes on as if all were well.",
    "Put an error boundary event with the same code on the subprocess.",
)
def error_not_caught(bundle: Bundle) -> Iterator[Finding]:
    for node, around in _uncaught(bundle, "error", ("endEvent",)):
        yield Finding(
            node.element,
            f"The error of the {words(node.element)} is not caught: the case goes on as if all were well.",
            f"Put an error boundary event with the same code on the {around}.",
        )


@rule(
    "escalation-not-caught",
    "warning",
    "An escalation is thrown that nothing catches.",
    "Put an escalation boundary event with the same code on the subprocess.",
)
def escalation_not_caught(bundle: Bundle) -> Iterator[Finding]:
    for node, around in _uncaught(bundle, "escalation", ("endEvent", "intermediateThrowEvent")):
        yield Finding(
            node.element,
            f"Nothing catches the escalation of the {words(node.element)}.",
            f"Put an escalation boundary event with the same code on the {around}.",
        )


@rule(
    "boundary-never-fires",
    "warning",
    "A boundary event waits for an error that its step cannot throw.",
    "Remove it, or throw the error inside a subprocess.",
)
def boundary_never_fires(bundle: Bundle) -> Iterator[Finding]:
    for node in bundle.events("error"):
        host = node.host
        if node.tag == "boundaryEvent" and host is not None and host.tag in HUMAN | {"scriptTask", "receiveTask"}:
            yield Finding(
                node.element,
                f"The {words(host.element)} throws no errors, so the {words(node.element)} never fires.",
                "Remove it, or let the person choose in the form and an X gateway decide.",
            )


@rule(
    "error-must-interrupt",
    "error",
    "An error or cancel event on a border always ends its step; it cannot be non-interrupting.",
    "Make it interrupting, or use an escalation event.",
)
def error_must_interrupt(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        kinds = {definition.kind for definition in node.definitions}
        if node.tag == "boundaryEvent" and not node.interrupting and kinds & {"error", "cancel"}:
            yield Finding(node.element, f"The {words(node.element)} is non-interrupting, which errors cannot be.")
