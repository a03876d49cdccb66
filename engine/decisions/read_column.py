"""Reads the columns of a decision table: what an input asks, what an output may be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from engine.decisions.declared_types import Declared, Types
from engine.decisions.model import Input, Output
from engine.decisions.read_text import Reader
from engine.decisions.xml_source import child, line_of, text_of

_WORDS = re.compile(r"[^\W\d]\w*(?: +\w+)*")


def name_in_words(text: str) -> str | None:
    """Return a text of plain words (`Full Name`) as one name with single spaces, None where it is anything else."""
    return " ".join(text.split()) if _WORDS.fullmatch(text) else None


@dataclass(frozen=True)
class Fallback:
    """What a single output takes from its decision where it does not say so itself."""

    variable: str
    """Its name, before its own label."""
    decision: str
    """Its name, after its own label."""
    type: str | None


def input_aliases(element: etree._Element) -> frozenset[str]:
    """Return the names by which Camunda lets a cell speak of its input: `cellInput`, or what `inputVariable` says."""
    named = {str(value) for key, value in element.attrib.items() if etree.QName(key).localname == "inputVariable"}
    return frozenset(named | {"cellInput"})


def input_label(element: etree._Element) -> str:
    """Return what people call an input: its label, otherwise its expression."""
    return (element.get("label") or "").strip() or text_of(child(element, "inputExpression")) or "?"


def read_input(element: etree._Element, reader: Reader, types: Types) -> Input | None:
    """Return an input column, or None after reporting why it cannot be read."""
    label = (element.get("label") or "").strip()
    expression = child(element, "inputExpression")
    text = text_of(expression)
    source = element if expression is None else expression
    if not text:
        text = _from_label(element, label, reader)
        if not text:
            return None
    where = f"The input {label or text!r}"
    found = reader.expression(source, where, text)
    declared = types.resolve(None if expression is None else expression.get("typeRef"), source)
    values = child(element, "inputValues")
    allowed = types.allowed(values, f"{where}, its values") if values is not None else None
    if found is None:
        return None
    return Input(
        id=element.get("id"),
        line=line_of(element),
        label=label or text,
        expression=text,
        type=declared.type,
        allowed=allowed or declared.allowed,
        node=found[0],
        evaluate=found[1],
    )


def read_output(element: etree._Element, reader: Reader, types: Types, fallback: Fallback) -> Output | None:
    """Return an output column, or None after reporting why it cannot be read."""
    label = (element.get("label") or "").strip()
    name = (element.get("name") or "").strip() or fallback.variable or label or fallback.decision
    if not name:
        reader.report.error(
            "output-without-name", element, "One of several outputs has no name.", "Give each output a name."
        )
        return None
    declared = types.resolve(element.get("typeRef") or fallback.type, element)
    values = _output_values(element, types, declared, name)
    default = child(element, "defaultOutputEntry")
    found = None
    if default is not None and text_of(default):
        found = reader.expression(default, f"The default of the output {name!r}")
        if found is None:
            return None
    return Output(
        id=element.get("id"),
        line=line_of(element),
        name=name,
        type=declared.type,
        values=values.allowed,
        default=text_of(default) if found else None,
        default_node=found[0] if found else None,
        evaluate_default=found[1] if found else None,
    )


def _output_values(element: etree._Element, types: Types, declared: Declared, name: str) -> Declared:
    values = child(element, "outputValues")
    if values is None:
        return declared
    return Declared(declared.type, types.allowed(values, f"The values of the output {name!r}") or declared.allowed)


def _from_label(element: etree._Element, label: str, reader: Reader) -> str:
    name = name_in_words(label)
    if name is None:
        reader.report.error(
            "input-without-expression",
            element,
            f"The input {label or element.get('id') or ''!r} does not say which fact it reads.",
            "Write the name of the fact as its expression.",
        )
        return ""
    reader.report.warning(
        "input-named-by-label",
        element,
        f"The input {label!r} has no expression; its label is taken as the name of the fact.",
        "Write the name of the fact as its expression.",
    )
    return name
