"""Reads TOML of process owners so that every fault is told with file, key and reason, and no key is overlooked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from engine.model.toml_text import load_toml
from escalation.labels import LANGUAGES, Labels
from escalation.refusals import ConfigProblem

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)
"""What a campus, channel, team or post may be called: it becomes part of addresses and diagrams."""

LONGEST_TEXT = 500
"""Characters; a longer name is a document pasted into the wrong place."""


def parse_toml(content: bytes, *, file: str) -> Section:
    """Return the whole of a TOML document in UTF-8. Raises ConfigProblem when it is not one."""
    try:
        return Section(file, "", load_toml(content.decode("utf-8-sig")))
    except UnicodeDecodeError as fault:
        raise ConfigProblem(file=file, key="", reason=f"is not UTF-8 text (byte {fault.start})") from fault
    except (ValueError, RecursionError) as fault:  # ValueError: TOMLDecodeError, and numbers of thousands of digits
        raise ConfigProblem(file=file, key="", reason=f"is not TOML: {fault}") from fault


class Section:
    """One table of a TOML file. Each getter raises ConfigProblem where the value does not fit; `finish` closes it."""

    def __init__(self, file: str, key: str, table: Mapping[str, object]) -> None:
        self.file = file
        self.key = key
        self._table = table
        self._asked: set[str] = set()

    def problem(self, name: str, reason: str) -> ConfigProblem:
        """Return (not raise) the refusal for the key `name` of this table; an empty name means the table itself."""
        parts = [part for part in (self.key, name) if part]
        return ConfigProblem(file=self.file, key=".".join(parts), reason=reason)

    def names(self) -> tuple[str, ...]:
        """Return the keys of the table in file order."""
        return tuple(self._table)

    def has(self, name: str) -> bool:
        """Return whether the key is present."""
        self._asked.add(name)
        return name in self._table

    def value(self, name: str) -> object:
        """Return the value of a required key as TOML gave it."""
        self._asked.add(name)
        if name not in self._table:
            raise self.problem(name, "is missing")
        return self._table[name]

    def text(self, name: str) -> str:
        """Return a required text without surrounding blanks."""
        value = self.value(name)
        if not isinstance(value, str) or not value.strip():
            raise self.problem(name, "must be a text that is not empty")
        if len(value) > LONGEST_TEXT or not value.isprintable():
            raise self.problem(name, f"must be one line of at most {LONGEST_TEXT} characters")
        return value.strip()

    def flag(self, name: str, default: bool) -> bool:
        """Return true or false; `default` where the key is absent."""
        value = self.value(name) if self.has(name) else default
        if not isinstance(value, bool):
            raise self.problem(name, "must be true or false")
        return value

    def day(self, name: str) -> date:
        """Return a required date."""
        value = self.value(name)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.problem(name, "must be a date such as 2026-10-01, without quotes and without a time")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a required list of texts."""
        value = self.value(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.problem(name, "must be a list of texts")
        return tuple(value)

    def labels(self, name: str) -> Labels:
        """Return a required name in three languages."""
        table = self.section(name)
        texts = [table.text(language) for language in LANGUAGES]
        table.finish()
        return Labels(*texts)

    def section(self, name: str) -> Section:
        """Return a required table."""
        value = self.value(name)
        if not isinstance(value, dict):
            raise self.problem(name, "must be a table")
        return Section(self.file, self.problem(name, "").key, value)

    def sections(self, name: str) -> tuple[Section, ...]:
        """Return a list of tables (`[[name]]`), empty where the key is absent; the first is called `name#1`."""
        if not self.has(name):
            return ()
        value = self.value(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.problem(name, f"must be written as [[{name}]], once for each entry")
        key = self.problem(name, "").key
        return tuple(Section(self.file, f"{key}#{place}", item) for place, item in enumerate(value, start=1))

    def named_sections(self, name: str) -> tuple[tuple[str, Section], ...]:
        """Return the tables `[name.x]` with their names x, at least one; each name fits `NAME`."""
        outer = self.section(name)
        if not outer.names():
            raise self.problem(name, "must name at least one")
        for inner in outer.names():
            if not NAME.fullmatch(inner):
                raise outer.problem(inner, "is no name: small letters a-z, digits, _ and -, beginning with a letter")
        return tuple((inner, outer.section(inner)) for inner in outer.names())

    def finish(self) -> None:
        """Refuse keys that nobody asked for: a misspelt key must not be a rule that silently does nothing."""
        for name in self._table:
            if name not in self._asked:
                known = ", ".join(sorted(self._asked)) or "nothing"
                raise self.problem(name, f"is not known here, and would do nothing; known are {known}")
