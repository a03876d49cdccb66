"""Reads `labels.toml`: names beside the diagram. What cannot be read would keep the pages of its cases from opening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.configuration.toml_reader import Reader
from engine.model.problem import Problem

CODE = "labels-toml"
ELEMENTS, VALUES = "elements", "values"
"""The section that names elements; the one whose entries are sections of their own, a fact each."""


def read_labels(data: bytes, file: str) -> tuple[Mapping[str, tuple[str, ...]], list[Problem]]:
    """Return the names of each element, in whatever languages, and the mistakes of the file. Never raises.

    Every entry is a table of languages with a text each; a language that is left out is shown in another one.
    """
    reader = Reader(file, CODE)
    table = reader.document(data) or {}
    named: dict[str, tuple[str, ...]] = {}
    for section in table:
        entries = reader.get(table, section, dict, "", {})
        if section == VALUES:
            for fact in entries:
                _names(reader, reader.get(entries, fact, dict, f"{VALUES}.", {}), f"{VALUES}.{fact}.")
            continue
        found = _names(reader, entries, f"{section}.")
        if section == ELEMENTS:
            named = found
    return named, reader.problems


def _names(reader: Reader, section: Mapping[str, Any], at: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for code in section:
        entry = reader.get(section, code, dict, at, {})
        texts = [reader.get(entry, language, str, f"{at}{code}.", "") for language in entry]
        found[code] = tuple(text for text in texts if text.strip())
    return found
