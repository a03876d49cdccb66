"""What a `typeRef` means: FEEL's types, those of other tools that mean the same, and the file's item definitions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lxml import etree

from engine.decisions import syntax as s
from engine.decisions.compile_tests import compile_cell
from engine.decisions.feel import parse_cell
from engine.decisions.model import Allowed, Type
from engine.decisions.refusals import NotFeel
from engine.decisions.values import Kind
from engine.decisions.xml_source import Report, child, children, text_of

ANY = Type("Any", None)
_KINDS: dict[str, Kind | None] = {
    "any": None,
    "string": "string",
    "number": "number",
    "integer": "number",
    "int": "number",
    "long": "number",
    "double": "number",
    "float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "date and time",
    "date and time": "date and time",
    "days and time duration": "days and time duration",
    "daytimeduration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearmonthduration": "years and months duration",
    "context": "context",
    "list": "list",
}
_WHOLE = frozenset({"integer", "int", "long"})
_MAX_CHAIN = 20


@dataclass(frozen=True)
class Declared:
    """A type with the values that its item definition allows."""

    type: Type
    allowed: Allowed | None = None


class Types:
    """The types of one file."""

    def __init__(self, root: etree._Element, names: Collection[str], report: Report) -> None:
        self._items = {item.get("name", ""): item for item in children(root, "itemDefinition")}
        self._names = names
        self._report = report

    def resolve(self, written: str | None, element: etree._Element) -> Declared:
        """Return what a `typeRef` means; an unknown one is reported and leaves the values unchecked."""
        if not written or not written.strip():
            return Declared(ANY)
        name = written.strip()
        allowed: Allowed | None = None
        for _ in range(_MAX_CHAIN):
            item = self._items.get(name) if name in self._items else self._items.get(name.split(":")[-1])
            if item is None:
                return self._basic(name, written.strip(), allowed, element)
            if item.get("isCollection") == "true":
                return Declared(Type(written.strip(), "list"))
            if child(item, "itemComponent") is not None:
                return Declared(Type(written.strip(), "context"))
            allowed = allowed or self.allowed(child(item, "allowedValues", "typeConstraint"), "The allowed values")
            inner = child(item, "typeRef")
            name = (inner.text or "").strip() if inner is not None else "Any"
        return Declared(Type(written.strip(), None))

    def allowed(self, element: etree._Element | None, where: str) -> Allowed | None:
        """Read declared values such as `"a","b"` or `[0..100]`; None where there are none or they cannot be read."""
        text = text_of(element)
        if element is None or not text:
            return None
        try:
            cell = parse_cell(text, self._names).node
            test = compile_cell(cell, {}) if isinstance(cell, s.Cell) else None
        except NotFeel as refusal:
            self._report.not_feel(element, where, refusal)
            return None
        if test is None or not isinstance(cell, s.Cell):
            return None
        listed = None
        if not cell.negated and all(isinstance(item, s.Constant) for item in cell.tests):
            listed = tuple(item.value for item in cell.tests if isinstance(item, s.Constant))
        return Allowed(text, cell, test, listed)

    def _basic(self, name: str, written: str, allowed: Allowed | None, element: etree._Element) -> Declared:
        plain = name.split(":")[-1].strip().lower()
        if plain not in _KINDS:
            self._report.warning(
                "unknown-type",
                element,
                f"The type `{written}` is unknown, so its values are not checked.",
                "Use string, number, integer, boolean, date, time, dateTime, or a type that the file defines.",
            )
            return Declared(Type(written, None), allowed)
        return Declared(Type(written, _KINDS[plain], whole=plain in _WHOLE), allowed)
