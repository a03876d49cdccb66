"""Reads the test cases of the DMN Technology Compatibility Kit: inputs and expected results as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine.decisions.temporal import parse_date_time, parse_duration, parse_time

_CASE = "{http://www.omg.org/spec/DMN/20160719/testcase}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


@dataclass(frozen=True)
class Case:
    """One expected result: the model file, the facts, the decision by name, and what it must answer."""

    label: str
    model: Path
    facts: Mapping[str, Any]
    decision: str
    expected: Any


def tck_cases(folder: Path) -> Iterator[Case]:
    """Yield every expected result of every model below the folder."""
    for file in sorted(folder.glob("*/*-test-*.xml")):
        root = etree.parse(str(file)).getroot()
        model = file.parent / root.findtext(f"{_CASE}modelName", "").strip()
        for case in root.iter(f"{_CASE}testCase"):
            facts = {node.get("name", ""): _value(node) for node in case.iter(f"{_CASE}inputNode")}
            for node in case.iter(f"{_CASE}resultNode"):
                expected = node.find(f"{_CASE}expected")
                name = node.get("name", "")
                label = f"{model.stem}/{case.get('id')}/{name}"
                yield Case(label, model, facts, name, _value(expected))


def agrees(found: Any, expected: Any) -> bool:
    """Return whether a result is the expected one; numbers within 10**-8: some were written by binary floats."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(found - expected) < Decimal("1e-8")
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(agrees, found, expected))
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(agrees(found[key], value) for key, value in expected.items())
        )
    return type(found) is type(expected) and bool(found == expected)


def _value(node: Any) -> Any:
    value = node.find(f"{_CASE}value")
    if value is not None:
        return _scalar(value)
    items = node.find(f"{_CASE}list")
    if items is not None:
        return [_value(item) for item in items.iter(f"{_CASE}item")]
    return {part.get("name"): _value(part) for part in node.findall(f"{_CASE}component")}


def _scalar(node: Any) -> Any:
    if node.get(f"{_XSI}nil") == "true":
        return None
    text = node.text or ""
    kind = (node.get(f"{_XSI}type") or "xsd:string").split(":")[-1]
    readers: dict[str, Callable[[str], Any]] = {
        "string": str,
        "boolean": lambda written: written.strip() == "true",
        "date": date.fromisoformat,
        "time": parse_time,
        "dateTime": parse_date_time,
        "duration": parse_duration,
    }
    return readers.get(kind, Decimal)(text)
