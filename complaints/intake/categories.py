"""The tree of category codes (`bpmn/categories.toml`): what a complaint is about, in countable words (R-000-09)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from complaints.toml_reading import ContentInvalid, Reading
from engine.errors import NotFound
from forms.languages import Labels, pick

OTHER = "other"
"""The code that always exists: whatever fits nowhere else (R-000-10)."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){0,3}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")


class CategoriesInvalid(ContentInvalid):
    """The tree of categories cannot be used."""


@dataclass(frozen=True)
class Category:
    """One code of the tree."""

    code: str
    """Dotted, from the top: `teaching.content`."""
    labels: Labels
    retired: bool
    """No longer offered; cases that have it keep it and its name (X-11)."""

    @property
    def parent(self) -> str | None:
        """Return the code above, or None at the top."""
        return self.code.rpartition(".")[0] or None


@dataclass(frozen=True)
class Entry:
    """One drawer of a view."""

    name: str
    labels: Labels
    codes: tuple[str, ...]
    """Every code that lies in it, parents written out, in the order of the tree."""


@dataclass(frozen=True)
class View:
    """Another way to cut the same tree: the groups of a plan, the keys of a phone menu (X-11)."""

    name: str
    labels: Labels
    entries: tuple[Entry, ...]

    def entry_of(self, code: str) -> Entry | None:
        """Return the drawer that a code lies in, or None where this view has none for it."""
        return next((entry for entry in self.entries if code in entry.codes), None)


@dataclass(frozen=True)
class CategoryTree:
    """The whole tree of one version. Every code's parent exists, and so does `other`."""

    version: str
    categories: Mapping[str, Category]
    """By code, in the order of the file."""
    views: Mapping[str, View]

    def exists(self, code: str) -> bool:
        """Say whether a code is in the tree, retired or not."""
        return code in self.categories

    def offered(self) -> tuple[Category, ...]:
        """Return what a new case may be given, in the order of the file."""
        return tuple(category for category in self.categories.values() if not category.retired)

    def label(self, code: str, language: str) -> str:
        """Return the name of a code in a language (BCP 47), else in Chinese. Raises NotFound."""
        return pick(self._category(code).labels, language)

    def path(self, code: str, language: str) -> str:
        """Return the names from the top down: `Teaching › Mentoring`. Raises NotFound for a code outside the tree."""
        above = self._category(code).parent
        own = self.label(code, language)
        return f"{self.path(above, language)} › {own}" if above else own

    def children(self, code: str | None) -> tuple[str, ...]:
        """Return the codes right below one, or the top ones for None. Raises NotFound for a code outside the tree."""
        if code is not None:
            self._category(code)
        return tuple(category.code for category in self.categories.values() if category.parent == code)

    def view(self, name: str) -> View:
        """Return a view. Raises NotFound."""
        if name not in self.views:
            raise NotFound(f"there is no view {name!r} of the categories", view=name, known=list(self.views))
        return self.views[name]

    def _category(self, code: str) -> Category:
        if code not in self.categories:
            raise NotFound(f"there is no category {code!r}", category=code)
        return self.categories[code]


def load_categories(file: Path) -> CategoryTree:
    """Return the tree in a file. Raises CategoriesInvalid, and OSError where the file cannot be read."""
    return parse_categories(file.read_bytes(), file=file.name)


def parse_categories(content: bytes, *, file: str) -> CategoryTree:
    """Return the tree in a TOML document. Raises CategoriesInvalid with every problem found, and nothing else. Pure."""
    reading = Reading(content, file)
    if reading.problems:
        raise CategoriesInvalid(reading.problems)
    reading.only(reading.top, "", ("version", "codes", "views"))
    version = reading.top.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        reading.problem(
            "version", "version-missing", "`version` is missing or is no plain text.", 'Write version = "1".'
        )
    categories = _categories(reading)
    views = {
        name: _view(reading, name, value, categories)
        for name, value in reading.table(reading.top.get("views", {}), "views").items()
    }
    if reading.problems:
        raise CategoriesInvalid(reading.problems)
    return CategoryTree(version=str(version), categories=categories, views=views)


def _categories(reading: Reading) -> dict[str, Category]:
    categories = {}
    for code, value in reading.table(reading.top.get("codes"), "codes").items():
        key = f"codes.{code}"
        if not _CODE.fullmatch(code):
            reading.problem(
                key, "code-name", f"{code!r} cannot be a code.", "Small letters, digits and _, dots between levels."
            )
        table = reading.table(value, key)
        reading.only(table, key, ("labels", "retired"))
        retired = table.get("retired", False)
        if not isinstance(retired, bool):
            reading.problem(key, "retired", f"`retired` of {code} is neither true nor false.", "Write retired = true.")
        categories[code] = Category(code, reading.labels(table.get("labels"), f"{key}.labels"), retired is True)
    for category in categories.values():
        if category.parent is not None and category.parent not in categories:
            message = f"{category.code} has no parent {category.parent}."
            reading.problem(f"codes.{category.code}", "parent-missing", message, "Add the parent.")
    if OTHER not in categories or categories[OTHER].retired:
        reading.problem(
            "codes", "other-missing", f"The code `{OTHER}` is missing or retired.", "It always exists: add it."
        )
    return categories


def _view(reading: Reading, name: str, value: object, categories: Mapping[str, Category]) -> View:
    key = f"views.{name}"
    _check_name(reading, name, key)
    table = reading.table(value, key)
    reading.only(table, key, ("labels", "entries"))
    entries: list[Entry] = []
    taken: dict[str, str] = {}
    for inner, entry in reading.table(table.get("entries"), f"{key}.entries").items():
        here = f"{key}.entries.{inner}"
        _check_name(reading, inner, here)
        entry = reading.table(entry, here)
        reading.only(entry, here, ("labels", "codes"))
        codes = _below(reading, entry.get("codes"), here, categories)
        for code in codes:
            if code in taken:
                message = f"{code} lies both in {taken[code]} and in {inner}."
                reading.problem(here, "code-twice", message, "Within one view a code has one place.")
            taken[code] = inner
        entries.append(Entry(inner, reading.labels(entry.get("labels"), f"{here}.labels"), codes))
    return View(name, reading.labels(table.get("labels"), f"{key}.labels"), tuple(entries))


def _check_name(reading: Reading, name: str, key: str) -> None:
    if not _NAME.fullmatch(name):
        reading.problem(key, "view-name", f"{name!r} cannot be a name.", "Use small letters, digits and _.")


def _below(reading: Reading, value: Any, key: str, categories: Mapping[str, Category]) -> tuple[str, ...]:
    """Return the codes that a list stands for: each with everything below it."""
    if not isinstance(value, list) or not value or not all(isinstance(code, str) for code in value):
        reading.problem(key, "codes-missing", f"`{key}` lists no codes.", 'Write codes = ["teaching", ...].')
        return ()
    for code in value:
        if code not in categories:
            reading.problem(key, "code-unknown", f"There is no code {code!r}.", "Correct it or add it under [codes].")
    return tuple(code for code in categories if any(code == top or code.startswith(f"{top}.") for top in value))
