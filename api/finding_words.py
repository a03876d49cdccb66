"""What the checks of a bundle found, in the reader's language.

The floors below find in English, with names and figures in the sentence. The catalogue `findings.po` holds each
sentence with `%(name)s` where a value stands, and, with the context `part`, the pieces that stand in place of a value:
what a person calls an element, where a text stands, why. A value that is no such piece stays as it is: it is the name
that somebody gave in the diagram.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog

from api.texts import read_catalogue
from engine.model.problem import Problem
from forms.languages import LANGUAGES

FINDINGS = "findings"
"""The catalogue."""
PART = "part"
"""The context of the pieces."""
ENGLISH = "en"
LONGEST = 1000
"""Characters of a sentence that is looked up: longer ones, which only odd names make, would take a look-up too long."""
_DEEPEST = 6
"""Pieces within pieces: the condition of an arrow from a gateway to a step."""
_SHAPES = {
    "id": r"\S+",
    "number": r"\d+",
    "position": r"(?: \([^()]*\))?",
    "more": r"(?: and (?:\d+ )?more)?",
    "of": r"(?: of .*)?",
}
"""What the value of a place looks like, where a place beside it could take some of it."""
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class _Entry:
    """A sentence or piece with places for values."""

    id: str
    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What matches the English sentence, whatever its values."""
        seen: set[str] = set()
        parts, at = [], 0
        for place in _PLACE.finditer(self.id):
            parts.append(re.escape(self.id[at : place.start()]))
            name, at = place[1], place.end()
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_SHAPES.get(name, '.*?')})")
            seen.add(name)
        return re.compile("".join([*parts, re.escape(self.id[at:])]), re.DOTALL)

    @property
    def own(self) -> int:
        """How many characters are its own."""
        return len(_PLACE.sub("", self.id))


class _Entries:
    """The sentences, or the pieces, of one language."""

    def __init__(self, entries: Iterable[_Entry]) -> None:
        listed = sorted(entries, key=lambda each: each.own, reverse=True)
        self.plain: Mapping[str, str] = {each.id: each.text for each in listed if not _PLACE.search(each.id)}
        self._open = [each for each in listed if _PLACE.search(each.id)]

    def matches(self, text: str) -> Iterator[tuple[_Entry, Mapping[str, str]]]:
        """Yield the entries that a text can be, the one that says most itself first, with their values."""
        for entry in self._open:
            if found := entry.pattern.fullmatch(text):
                yield entry, found.groupdict()


class FindingWords:
    """The sentences of every language. Built once; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Read `findings.po` of each language below `folder`. Raises OSError, PoFileError."""
        self._sentences: dict[str, _Entries] = {}
        self._parts: dict[str, _Entries] = {}
        for language in LANGUAGES:
            if language != ENGLISH:
                catalogue = read_catalogue(folder, language, FINDINGS)
                self._sentences[language] = _Entries(_entries(catalogue, None))
                self._parts[language] = _Entries(_entries(catalogue, PART))

    def told(self, problem: Problem, language: str) -> Problem:
        """Return a finding in a language; a sentence that the catalogue does not know stays in English."""
        message, advice = self.said(problem.message, language), self.said(problem.advice, language)
        return replace(problem, message=message or problem.message, advice=advice or problem.advice)

    def row(self, problem: Mapping[str, Any], language: str) -> dict[str, Any]:
        """Return a finding as JSON (`Problem.as_dict`) in a language, with the one that each sentence is in."""
        found = dict(problem)
        for name in ("message", "advice"):
            said = self.said(str(problem.get(name, "")), language)
            found[f"{name}_language"] = ENGLISH if said is None else language
            found[name] = problem.get(name, "") if said is None else said
        return found

    def said(self, sentence: str, language: str) -> str | None:
        """Return a sentence in a language, None where there are no words for it."""
        entries = self._sentences.get(language)
        if entries is None or not sentence:
            return sentence
        if sentence in entries.plain:
            return entries.plain[sentence]
        for entry, values in entries.matches(sentence) if len(sentence) <= LONGEST else ():
            given = {name: self._part(value, language, _DEEPEST) for name, value in values.items()}
            if "sentence" in values:  # a place before a sentence of its own
                inner = self.said(values["sentence"], language)
                if inner is None or given["where"] == values["where"]:
                    continue
                given["sentence"] = inner
            return entry.text % given
        return None

    def _part(self, value: str, language: str, depth: int) -> str:
        parts = self._parts[language]
        if value in parts.plain:
            return parts.plain[value]
        if not depth or len(value) > LONGEST:
            return value
        for entry, values in parts.matches(value):
            given = {
                name: inner if name in _NAMES else self._part(inner, language, depth - 1)
                for name, inner in values.items()
            }
            # What somebody called a thing is no piece, however much it looks like one.
            told = all(given[name] != values[name] for name in _KNOWN & values.keys())
            if told and _IN_A_FILE.match(values.get("part", "`")):
                return entry.text % given
        return value


_KNOWN = frozenset({"kind", "rest"})
"""Places in pieces for what has words in the catalogue; what has none there is no such piece."""
_IN_A_FILE = re.compile(r"`|the |\w+ no\. ")
"""How a place in a TOML file begins: "`at` of rung no. 2 of the clock respond"."""
_NAMES = frozenset({"name", "id", "text", "entry", "condition"})
"""Places in pieces for what is never said in other words."""


def _entries(catalogue: Catalog, context: str | None) -> Iterator[_Entry]:
    for message in catalogue:
        if isinstance(message.id, str) and message.id and message.context == context:
            yield _Entry(message.id, str(message.string) or message.id)


@lru_cache(maxsize=4)
def finding_words(folder: Path) -> FindingWords:
    """Return the sentences below a folder, read once. Raises OSError, PoFileError."""
    return FindingWords(folder)
