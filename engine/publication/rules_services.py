"""Service tasks: an operation that exists, with what it needs, for somebody who exists."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.expressions import NOT_CONSTANT, ExpressionError, compile_expression
from engine.publication.bundle import Bundle
from engine.publication.diagram import Node
from engine.publication.names import spiff, words
from engine.publication.registry import Finding, rule


def _services(bundle: Bundle) -> Iterator[tuple[Node, etree._Element | None]]:
    for _, node in bundle.nodes():
        if node.tag == "serviceTask":
            yield node, node.extension("serviceTaskOperator")


def _delegate(node: Node) -> str:
    """Return how another engine would have run this task, for the message."""
    if any("}" in name for name in node.element.attrib) or len(node.element.findall(".//{*}connector")):
        return "; it is set up for another engine (a Java class, an expression, a connector or a topic)"
    return ""


@rule(
    "operation-missing",
    "error",
    "A service task names no operation: it would reach nobody.",
    "Choose an operation in its properties.",
)
def operation_missing(bundle: Bundle) -> Iterator[Finding]:
    for node, operator in _services(bundle):
        if operator is None or not operator.get("id"):
            yield Finding(
                node.element,
                f"The {words(node.element)} names no operation{_delegate(node)}: it would reach nobody.",
                f"Choose one of: {', '.join(sorted(bundle.context.known_operations))}; or make it a user task.",
            )


@rule(
    "operation-unknown",
    "error",
    "A service task names an operation that does not exist: it would reach nobody.",
    "Choose an operation that exists.",
)
def operation_unknown(bundle: Bundle) -> Iterator[Finding]:
    operations = bundle.context.known_operations
    for node, operator in _services(bundle):
        if operator is not None and operator.get("id") and operator.get("id") not in operations:
            yield Finding(
                node.element,
                f"The {words(node.element)} names the operation {operator.get('id')}, which does not exist: "
                "it would reach nobody.",
                f"Choose one of: {', '.join(sorted(operations))}.",
            )


@rule(
    "parameter-missing",
    "error",
    "A service task does not say what its operation needs.",
    "Add the parameter that is named.",
)
def parameter_missing(bundle: Bundle) -> Iterator[Finding]:
    for node, operator in _services(bundle):
        if operator is None:
            continue
        given = {found.get("id") for found in operator.iter(spiff("parameter")) if (found.get("value") or "").strip()}
        needed = bundle.context.known_operations.get(operator.get("id") or "", ())
        missing = [name for name in needed if name not in given]
        if missing:
            yield Finding(
                node.element,
                f"The {words(node.element)} does not say {', '.join(missing)} for {operator.get('id')}.",
                "Add the parameter in its properties, with a value (text in quotation marks).",
            )


@rule(
    "recipient-unknown",
    "error",
    "A notice goes to a team or post that does not exist: it would reach nobody.",
    "Write complainant, owner, post:<code>, deputy:<post>, team:<code> or fact:<name>.",
)
def recipient_unknown(bundle: Bundle) -> Iterator[Finding]:
    context = bundle.context
    known = {
        "post": context.known_posts,
        "deputy": context.known_posts,
        "team": context.known_teams,
        "fact": context.known_facts,
    }
    for node, operator in _services(bundle):
        if operator is None or operator.get("id") != "notify":
            continue
        for parameter in operator.iter(spiff("parameter")):
            to = _constant(parameter.get("value") or "") if parameter.get("id") == "to" else None
            if not isinstance(to, str) or to in ("complainant", "owner"):
                continue
            kind, _, name = to.partition(":")
            names = known.get(kind, ())
            if not name or (names is not None and name not in names):
                yield Finding(
                    parameter,
                    f"The notice of the {words(node.element)} goes to {to}, which does not exist.",
                    "Write complainant, owner, post:<code>, deputy:<post>, team:<code> or fact:<name>.",
                )


def _constant(source: str) -> object:
    try:
        return compile_expression(source).constant
    except ExpressionError:
        return NOT_CONSTANT
