"""Service tasks: an operation that exists, with what it needs, for somebody who exists."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.publication.bundle import Bundle
from engine.publication.constants import UNKNOWN, texts_among, texts_of, value_of
from engine.publication.diagram import Node
from engine.publication.names import spiff, words
from engine.publication.registry import Finding, rule

STATUSES: Final = ("registered", "in_progress", "resolved", "closed")
"""What the public may be told about a case."""
_TEXTS: Final = frozenset({"status", "reason", "template", "to", "kind", "action", "clock"})
"""Parameters that are always texts."""


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
        known = bundle.context.known_operations.get(operator.get("id") or "") if operator is not None else None
        given = {parameter.get("id") for parameter, source in _parameters(operator) if source.strip()}
        missing = sorted(known.required - given) if known is not None and operator is not None else []
        if missing and operator is not None:
            yield Finding(
                node.element,
                f"The {words(node.element)} does not say {', '.join(missing)} for {operator.get('id')}.",
                "Add the parameter in its properties, with a value (text in quotation marks).",
            )


@rule(
    "parameter-unknown",
    "warning",
    "A service task says something that its operation does not ask for, so it does nothing.",
    "Correct the name of the parameter, or remove it.",
)
def parameter_unknown(bundle: Bundle) -> Iterator[Finding]:
    for node, operator in _services(bundle):
        known = bundle.context.known_operations.get(operator.get("id") or "") if operator is not None else None
        if known is None or known.open_ended:
            continue
        names = known.required | known.optional
        for parameter, _ in _parameters(operator):
            if parameter.get("id") not in names:
                close = difflib.get_close_matches(parameter.get("id") or "", names, n=1, cutoff=0.7)
                yield Finding(
                    parameter,
                    f"The {words(node.element)} says {parameter.get('id')}, which {known.name} does not ask for.",
                    f"Did you mean {close[0]}?" if close else "Remove it, or correct its name.",
                )


@rule(
    "parameter-value",
    "error",
    "A service task gives its operation a value that the operation cannot work with.",
    "Write one of the values that are named; text stands in quotation marks.",
)
def parameter_value(bundle: Bundle) -> Iterator[Finding]:
    context = bundle.context
    clocks = None if context.clocks is None else sorted(context.clocks)
    values = {
        ("set_status", "status"): STATUSES,
        ("pause_clocks", "reason"): context.pause_reasons,
        ("resume_clocks", "reason"): context.pause_reasons,
        ("extend_clock", "clock"): clocks,
    }
    for node, operator in _services(bundle):
        operation = operator.get("id") or "" if operator is not None else ""
        for parameter, source in _parameters(operator):
            name, value = parameter.get("id") or "", value_of(source)
            if name not in _TEXTS or operation not in context.known_operations:
                continue
            known = values.get((operation, name))
            if value is UNKNOWN:
                # Of the branches of a condition only one is taken, so that a slip in the other shows much later.
                wrong = [text for text in texts_among(source) if known is not None and text not in known]
                if not wrong:
                    continue
                value = wrong[0]
            text = isinstance(value, str) or (name == "to" and texts_of(source) is not None)
            if text and (known is None or value in known):
                continue
            may = f"Write one of these in quotation marks: {', '.join(sorted(known or ()))}."
            yield Finding(
                parameter,
                f"The {words(node.element)} gives {operation} as its {name} {value!r:.60}, "
                + ("which does not exist." if text else "which is no text."),
                may if known else "Declare it in process.toml." if text else "Write a text in quotation marks.",
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
        told = [] if operator is None or operator.get("id") != "notify" else _parameters(operator)
        for parameter, source in told:
            for to in texts_among(source) if parameter.get("id") == "to" else ():
                if not to and texts_of(source) is None:
                    continue  # told to nobody where the condition says so
                kind, _, name = to.partition(":")
                names = known.get(kind, ())
                if to in ("complainant", "owner") or (name and (names is None or name in names)):
                    continue
                close = difflib.get_close_matches(name, names or (), n=1, cutoff=0.7)
                yield Finding(
                    parameter,
                    f"The notice of the {words(node.element)} goes to {to}, which does not exist.",
                    f"Did you mean {kind}:{close[0]}?"
                    if close
                    else "Write complainant, owner, post:<code>, deputy:<post>, team:<code> or fact:<name>.",
                )


def _parameters(operator: etree._Element | None) -> list[tuple[etree._Element, str]]:
    """Return the parameters of a service task with the text of their values."""
    found = operator.iter(spiff("parameter")) if operator is not None else ()
    return [(parameter, parameter.get("value") or "") for parameter in found]
