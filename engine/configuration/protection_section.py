"""Reads `[protection]` of `process.toml`: who may read what is written in cases of the process (X-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.configuration.toml_reader import Reader
from engine.model.config import ProtectionClass, ProtectionRules

PROTECTION_KEYS: Final = ("class", "teams")
_PLACE: Final = "protection."


def read_protection(reader: Reader, table: Mapping[str, Any]) -> ProtectionRules:
    """Return what the section says, `ordinary` without one; mistakes go to the reader."""
    entry = reader.get(table, "protection", dict, "", {})
    reader.only(entry, PROTECTION_KEYS, _PLACE)
    known = tuple(each.value for each in ProtectionClass)
    rules = ProtectionRules(
        ProtectionClass(reader.choice(entry, "class", known, _PLACE, ProtectionClass.ORDINARY.value)),
        reader.strings(entry, "teams", _PLACE),
    )
    ordinary = rules.protection_class is ProtectionClass.ORDINARY
    if ordinary and rules.teams:
        reader.wrong(
            "protection.teams",
            "names who may read, but the class is ordinary, which all teams read that see all cases",
            'Write class = "restricted" or "sealed", or take the teams out.',
        )
    if not ordinary and not rules.teams:
        reader.wrong(
            "protection.teams",
            "names no team that may read every case",
            'Write for instance teams = ["counselling"].',
        )
    return rules
