"""The names that a file declares: of facts, decisions, functions, parameters, entries and outputs."""

from __future__ import annotations

from lxml import etree

from engine.decisions.read_column import name_in_words
from engine.decisions.xml_source import child, descendants, text_of

_NAMED = ("inputData", "decision", "businessKnowledgeModel", "variable", "itemComponent", "formalParameter", "output")
_OPERATORS = frozenset({"and", "or", "in", "between", "if", "then", "else", "not"})


def own_variable(element: etree._Element) -> str:
    """Return the name of the element's variable, empty where it has none."""
    variable = child(element, "variable")
    return "" if variable is None else " ".join((variable.get("name") or "").split())


def variable_name(element: etree._Element) -> str:
    """Return the name under which an element's value is used: of its variable, its own, or its id."""
    return own_variable(element) or " ".join((element.get("name") or element.get("id") or "").split())


def declared_names(root: etree._Element) -> frozenset[str]:
    """Return every name that the file declares, so that names with spaces and signs are read as one."""
    names = {item.get("name") or "" for item in descendants(root, *_NAMED)}
    for element in descendants(root, "input"):
        text = text_of(child(element, "inputExpression")) or element.get("label") or ""
        words = name_in_words(text.strip())
        if words and not set(words.split()) & _OPERATORS:
            names.add(words)
    return frozenset(" ".join(name.split()) for name in names if name.strip())
