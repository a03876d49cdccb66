"""Facts that forms and service tasks change: they exist, may be changed, and get a value of their type."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.errors import Refusal
from engine.model.config import FACT_TYPES, FactSpec
from engine.model.elements import FORM
from engine.model.fact_values import read_fact
from engine.publication.bundle import Bundle
from engine.publication.constants import UNKNOWN, value_of
from engine.publication.diagram import Node
from engine.publication.names import HUMAN, spiff, words
from engine.publication.registry import Finding, rule
from forms.file_names import form_called

_ASKED_AS: Final = {
    "string": ("string",),
    "integer": ("integer",),
    "amount": ("string", "number", "integer"),
    "boolean": ("boolean",),
    "list": ("array",),
    "instant": ("string",),
}
"""Type of a fact -> types of JSON Schema whose answers fit it."""
_JSON: Final = frozenset({"string", "integer", "number", "boolean", "array", "object"})


def _copied(bundle: Bundle) -> Iterator[tuple[Node, str]]:
    """Yield each step of a person with each of its answers that becomes a fact."""
    for _, node in bundle.nodes():
        if node.tag in HUMAN:
            for part in node.properties.get("facts", "").split(","):
                if part.strip():
                    yield node, part.strip()


def _given(bundle: Bundle) -> Iterator[tuple[Node, etree._Element, str]]:
    """Yield each service task that changes facts with each of its parameters and the fact it names."""
    for _, node in bundle.nodes():
        operator = node.extension("serviceTaskOperator") if node.tag == "serviceTask" else None
        if operator is not None and operator.get("id") == "set_facts":
            for parameter in operator.iter(spiff("parameter")):
                yield node, parameter, parameter.get("id") or ""


@rule(
    "fact-unknown",
    "error",
    "A form or a service task is to change a fact that does not exist, or that is worked out from others.",
    "Correct the name, or declare the fact in process.toml.",
)
def fact_unknown(bundle: Bundle) -> Iterator[Finding]:
    context = bundle.context
    if context.known_facts is None:
        return
    uses = [(node.element, f"The {words(node.element)} copies {fact} into the facts", fact)
            for node, fact in _copied(bundle)]  # fmt: skip
    uses += [(parameter, f"The {words(node.element)} changes {fact}", fact) for node, parameter, fact in _given(bundle)]
    may_change = context.known_facts if context.fact_types is None else context.fact_types
    for element, happens, fact in uses:
        if fact in may_change:
            continue
        close = difflib.get_close_matches(fact, may_change, n=1, cutoff=0.75)
        derived = fact in context.known_facts
        yield Finding(
            element,
            f"{happens}, but it is worked out from other facts."
            if derived
            else f"{happens}, but there is no such fact.",
            f"Did you mean {close[0]}?" if close else "Correct the name, or declare the fact in process.toml.",
        )


@rule(
    "fact-value",
    "error",
    "A form or a service task gives a fact a value of another type: the case could not go on there.",
    "Give a value of the fact's type, or change the type in process.toml.",
)
def fact_value(bundle: Bundle) -> Iterator[Finding]:
    types = bundle.context.fact_types or {}
    for node, parameter, fact in _given(bundle):
        value = value_of(parameter.get("value") or "")
        kind = next((each for each in FACT_TYPES if each == types.get(fact)), None)
        if value is UNKNOWN or kind is None:
            continue
        try:
            read_fact(FactSpec(fact, kind, None, {}), value)
        except Refusal:
            yield Finding(
                parameter,
                f"The {words(node.element)} sets the fact {fact} to {value!r:.60}, but it is of the type {kind}.",
                "Give a value of this type (text stands in quotation marks), or change the type in process.toml.",
            )
    for node, fact in _copied(bundle):
        asked = (_fields(bundle, node) or {}).get(fact)
        kind = next((each for each in FACT_TYPES if each == types.get(fact)), None)
        if asked in _JSON and kind is not None and asked not in _ASKED_AS[kind]:
            yield Finding(
                node.element,
                f"The form of the {words(node.element)} asks for {fact} as {asked}, but the fact is a {kind}.",
                "Change the type of the field in the form, or of the fact in process.toml.",
            )


@rule(
    "fact-not-asked",
    "warning",
    "A step copies an answer into the facts that its form does not ask for, so the fact never changes there.",
    "Add the field to the form, or take the name out.",
)
def fact_not_asked(bundle: Bundle) -> Iterator[Finding]:
    known = bundle.context.known_facts
    for node, fact in _copied(bundle) if known is not None else ():
        fields = _fields(bundle, node)
        if fields is not None and fact not in fields and fact in (known or ()):
            form = form_called(node.properties.get(FORM) or "")
            yield Finding(
                node.element,
                f"The {words(node.element)} copies {fact} into the facts, but its form {form} does not ask for it.",
                "Add the field to the form, or take the name out of the property facts.",
            )


@rule(
    "answer-lost",
    "error",
    "A form asks for something that bears the name of a fact, and the step does not copy it: the answer would be lost.",
    "Name it in the property facts of the step, or give the field another name.",
)
def answer_lost(bundle: Bundle) -> Iterator[Finding]:
    known = bundle.context.known_facts
    copied: dict[Node, set[str]] = {}
    for node, fact in _copied(bundle):
        copied.setdefault(node, set()).add(fact)
    for _, node in bundle.nodes():
        fields = _fields(bundle, node) if node.tag in HUMAN and known is not None else None
        for name in sorted((fields or {}).keys() & set(known or ()) - copied.get(node, set())):
            yield Finding(
                node.element,
                f"The form of the {words(node.element)} asks for {name}, which is a fact, but the step does not "
                "copy it: the answer would be lost.",
                f"Add {name} to the property facts of the step, or give the field another name.",
            )


def _fields(bundle: Bundle, node: Node) -> dict[str, str] | None:
    found = (bundle.context.forms or {}).get(node.properties.get(FORM) or "")
    return None if found is None else dict(found)
