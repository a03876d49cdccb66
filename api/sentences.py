"""What a refusal says, in the caller's language.

The floors below refuse in English, with figures and names in the sentence; the catalogue `problems.po` holds each such
sentence with `%(name)s` where a value stands. A message that the catalogue does not know is told by the sentence of
its kind, so that nobody is answered in a language that was not asked for, nor in the words of a library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog

from api.texts import PROBLEMS, read_catalogue
from forms.languages import LANGUAGES

LONGEST = 1000
"""Characters of a message that is looked up; no sentence of ours is longer."""
_PLACE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class _Template:
    """A sentence with places for values."""

    pattern: re.Pattern[str]
    text: str


@dataclass(frozen=True)
class _Language:
    plain: Mapping[str, str]
    templates: tuple[_Template, ...]
    """The longest first: the most is said by the sentence that says most itself."""


class Sentences:
    """The sentences of every language. Built once; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Read `problems.po` of each language below `folder`. Raises OSError, PoFileError."""
        self._languages = {tag: _read(read_catalogue(folder, tag, PROBLEMS)) for tag in LANGUAGES}

    def find(self, message: str, language: str, names: Mapping[str, str] | None = None) -> str | None:
        """Return a message as it was raised in a language; None where the catalogue has no words for it.

        A value in it is said in words too where `names` or the catalogue has them, else it stays as it is.
        """
        known = self._languages[language]
        if len(message) > LONGEST:
            return None
        if message in known.plain:
            return known.plain[message]
        for template in known.templates:
            if found := template.pattern.fullmatch(message):
                given = {**known.plain, **(names or {})}
                values = {name: given.get(value, value) for name, value in found.groupdict().items()}
                return template.text % values
        return None

    def said(self, message: str, language: str, *kinds: str) -> str:
        """Return a message in a language; where there are no words for it, the first of `kinds` that has some."""
        for each in (message, *kinds):
            if (found := self.find(each, language)) is not None:
                return found
        return kinds[-1] if kinds else message

    def filled(self, text: str, language: str, values: Mapping[str, Any]) -> str:
        """Return a text of the catalogue (its id, with places) in a language, filled in."""
        known = self._languages[language].plain.get(text, text)
        return _PLACE.sub(lambda found: str(values.get(found[1], "")), known)


def _read(catalogue: Catalog) -> _Language:
    plain, templates = {}, []
    for message in catalogue:
        if not isinstance(message.id, str) or not message.id or not isinstance(message.string, str):
            continue
        plain[message.id] = message.string or message.id
        if _PLACE.search(message.id):
            templates.append((message.id, _Template(_pattern(message.id), plain[message.id])))
    templates.sort(key=lambda pair: len(_PLACE.sub("", pair[0])), reverse=True)
    return _Language(plain, tuple(template for _, template in templates))


def _pattern(text: str) -> re.Pattern[str]:
    def parts() -> Iterable[str]:
        at = 0
        for place in _PLACE.finditer(text):
            yield re.escape(text[at : place.start()])
            yield f"(?P<{place[1]}>.+?)"
            at = place.end()
        yield re.escape(text[at:])

    return re.compile("".join(parts()), re.DOTALL)
