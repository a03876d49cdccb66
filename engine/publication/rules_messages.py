"""Messages and signals: they have a name, somebody waits for them, and what they carry is kept."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.publication.bundle import Bundle, Document
from engine.publication.diagram import Definition, Node
from engine.publication.names import bpmn, spiff, words
from engine.publication.registry import Finding, rule

_THROWS = ("endEvent", "intermediateThrowEvent", "sendTask")


def _named(bundle: Bundle, kind: str) -> Iterator[tuple[Document, Node, Definition, str | None]]:
    """Yield every use of a message or signal with its name; None where it is named but does not exist."""
    for document, node in bundle.nodes():
        declared = document.declared(kind)
        for definition in node.definitions:
            if definition.kind == kind:
                reference = definition.element.get(f"{kind}Ref")
                if reference is None:
                    yield document, node, definition, node.element.get("name") or ""
                else:
                    found = declared.get(reference)
                    yield document, node, definition, None if found is None else found.get("name") or ""


def awaited_messages(bundle: Bundle) -> set[str]:
    """Return the names of the messages that some step or event of the diagrams waits for."""
    return {name for _, node, _, name in _named(bundle, "message") if name and node.tag not in _THROWS}


def thrown_messages(bundle: Bundle) -> set[str]:
    """Return the names of the messages that the diagrams themselves throw."""
    return {name for _, node, _, name in _named(bundle, "message") if name and node.tag in _THROWS}


@rule(
    "message-without-name",
    "error",
    "A message has no name, so it can neither be sent nor arrive.",
    "Choose or create a message with a name.",
)
def message_without_name(bundle: Bundle) -> Iterator[Finding]:
    for _, node, _, name in _named(bundle, "message"):
        if name is not None and not name.strip():
            yield Finding(
                node.element,
                f"The message of the {words(node.element)} has no name, so it can neither be sent nor arrive.",
                "Choose a message with a name in its properties.",
            )


@rule(
    "message-named-by-shape",
    "warning",
    "An event uses its own label as the name of the message; a new label would break the delivery.",
    "Choose a message in its properties.",
)
def message_named_by_shape(bundle: Bundle) -> Iterator[Finding]:
    for kind in ("message", "signal"):
        for _, node, definition, name in _named(bundle, kind):
            if name and definition.element.get(f"{kind}Ref") is None:
                yield Finding(
                    node.element,
                    f"The {words(node.element)} uses its label as the name of the {kind}.",
                    f"Choose a {kind} in its properties, so that the label can be changed.",
                )


@rule(
    "signal-without-name",
    "error",
    "A signal has no name, so nothing can catch it.",
    "Choose or create a signal with a name.",
)
def signal_without_name(bundle: Bundle) -> Iterator[Finding]:
    for _, node, _, name in _named(bundle, "signal"):
        if name is not None and not name.strip():
            yield Finding(
                node.element,
                f"The signal of the {words(node.element)} has no name, so nothing can catch it.",
                "Choose a signal with a name in its properties.",
            )


@rule(
    "task-without-message",
    "error",
    "A send or receive task names no message: it would reach nobody, or not wait.",
    "Choose a message in its properties, or use a service task to notify somebody.",
)
def task_without_message(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag in ("sendTask", "receiveTask") and not node.definitions:
            happens = "would reach nobody" if node.tag == "sendTask" else "would not wait"
            yield Finding(
                node.element,
                f"The {words(node.element)} names no message and {happens}.",
                "Choose a message in its properties, or use a service task (operation notify) to tell somebody.",
            )


@rule(
    "signal-never-thrown",
    "error",
    "The case waits for a signal that nothing in it throws; signals do not come from outside.",
    "Throw the signal in the same case, or use a message.",
)
def signal_never_thrown(bundle: Bundle) -> Iterator[Finding]:
    if not bundle.diagrams_whole:
        return
    uses = list(_named(bundle, "signal"))
    together = bundle.cases()
    thrown = {(together[process_id(node)], name) for _, node, _, name in uses if node.tag in _THROWS}
    for _, node, _, name in uses:
        if node.tag in _THROWS or not name or (together[process_id(node)], name) in thrown:
            continue
        before = [flow.source for flow in node.incoming if flow.source is not None]
        other_way = any(source.tag == "eventBasedGateway" for source in before) or len(node.definitions) > 1
        hangs = node.tag != "boundaryEvent" and not other_way
        yield Finding(
            node.element,
            f"The {words(node.element)} waits for the signal {name}, which nothing in the same case throws.",
            "Throw the signal in the same case, or use a message, which can come from outside.",
            severity="error" if hangs else "warning",
        )


def process_id(node: Node) -> str:
    """Return the id of the process a node belongs to."""
    scope = node.scope
    while scope.parent is not None:
        scope = scope.parent.scope
    return scope.id


def _variable(document: Document, definition: Definition) -> etree._Element | None:
    path = f"{bpmn('extensionElements')}/{spiff('messageVariable')}"
    found = definition.element.find(path)
    if found is None:
        message = document.declared("message").get(definition.element.get("messageRef") or "")
        found = message.find(path) if message is not None else None
    return found


@rule(
    "message-variable-missing",
    "warning",
    "What a message carries is thrown away when it arrives.",
    "Set messageVariable to the name under which its content is kept.",
)
def message_variable_missing(bundle: Bundle) -> Iterator[Finding]:
    empty = bundle.context.engine_messages
    for document, node, definition, name in _named(bundle, "message") if empty is not None else ():
        if node.tag in _THROWS or not name or name in (empty or ()):
            continue
        if _variable(document, definition) is None:
            yield Finding(
                node.element,
                f"What the message {name} carries is thrown away at the {words(node.element)}.",
                "Set messageVariable to the name under which its content is kept, if it carries anything.",
            )


@rule(
    "message-not-caught",
    "warning",
    "A message or signal is sent that nothing in the same case waits for: neither the process nor one it calls.",
    "Draw the event that catches it, or use a service task to tell somebody.",
)
def message_not_caught(bundle: Bundle) -> Iterator[Finding]:
    if not bundle.diagrams_whole:
        return
    for kind in ("message", "signal"):
        uses = list(_named(bundle, kind))
        together = bundle.cases()
        awaited = {(together[process_id(node)], name) for _, node, _, name in uses if node.tag not in _THROWS}
        for _, node, _, name in uses:
            if node.tag in _THROWS and name and (together[process_id(node)], name) not in awaited:
                yield Finding(
                    node.element,
                    f"Nothing in the same case waits for the {kind} {name} of the {words(node.element)}.",
                    "Draw the event that catches it, or use a service task (operation notify) to tell somebody.",
                )


@rule(
    "correlation-unused",
    "warning",
    "Correlation keys are drawn; messages are delivered to the case they belong to without them.",
    "Remove the correlation keys and properties.",
)
def correlation_unused(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        found = next(document.root.iter(bpmn("correlationKey"), bpmn("correlationProperty")), None)
        if found is not None:
            yield Finding(
                found,
                "Messages are delivered to the case they belong to; correlation keys are not needed, and a message "
                "without the entries they ask for would be refused.",
            )
