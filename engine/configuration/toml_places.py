"""Where each key of a TOML document stands, so that a finding about it can name the line.

`tomllib` gives values without places. This reads no value: it only walks over a document that `tomllib` has accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

Places = Mapping[str, int]
"""Key (`clocks.respond.rungs[1].at`) -> line, 1-based."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'", re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}#\n]+")
_LAST = re.compile(r"(?:\.[^.\[\]]+|\[\d+\]|^[^.\[\]]+)$")


def toml_places(text: str) -> dict[str, int]:
    """Return the line of every key, table and entry of a list. Never raises: what it cannot follow, it leaves out."""
    walk = _Walk(text)
    with suppress(_Lost):  # not TOML, which whoever reads the values has said already
        walk.document()
    return walk.places


def line_of(places: Places, key: str) -> int | None:
    """Return the line of a key or, where it is absent, of what should hold it; None for the document as a whole."""
    while key:
        if key in places:
            return places[key]
        key = _LAST.sub("", key)
    return None


class _Lost(Exception):
    """The text goes on as no TOML does."""


class _Walk:
    """One way through a document."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line, self.counted = text, 0, 1, 0
        self.places: dict[str, int] = {}
        self._entries: dict[str, int] = {}
        """Key of an array of tables -> how many of its tables were seen."""

    def document(self) -> None:
        """Walk over all statements."""
        table = ""
        while self._blank():
            if self._take("[["):
                table = self._header("]]")
            elif self._take("["):
                table = self._header("]")
            else:
                self._pair(table)

    def _header(self, close: str) -> str:
        start, parts = self.at, self._keys()
        if not self._take(close):
            raise _Lost
        key = ""
        for number, part in enumerate(parts):
            key = f"{key}.{part}" if key else part
            if number == len(parts) - 1 and close == "]]":
                self._entries[key] = self._entries.get(key, 0) + 1
                self._note(key, start)
            if key in self._entries:
                key = f"{key}[{self._entries[key] - 1}]"
            self._note(key, start)
        return key

    def _pair(self, table: str) -> None:
        start = self.at
        for part in self._keys():
            table = f"{table}.{part}" if table else part
            self._note(table, start)
        if not self._take("="):
            raise _Lost
        self._value(table)

    def _keys(self) -> list[str]:
        parts: list[str] = []
        while found := _KEY.match(self.text, self.at):
            self.at = found.end()
            parts.append(next(group for group in found.groups() if group is not None))
            if not self._take("."):
                return parts
        raise _Lost

    def _value(self, key: str, depth: int = 0) -> None:
        if not self._blank() or depth > 90:
            raise _Lost
        if self._take("["):
            index = 0
            while self._blank() and not self._take("]"):
                self._note(f"{key}[{index}]", self.at)
                self._value(f"{key}[{index}]", depth + 1)
                index += 1
                self._blank()
                self._take(",")
        elif self._take("{"):
            while self._blank() and not self._take("}"):
                inner, start = key, self.at
                for part in self._keys():
                    inner = f"{inner}.{part}"
                    self._note(inner, start)
                if not self._take("="):
                    raise _Lost
                self._value(inner, depth + 1)
                self._blank()
                self._take(",")
        else:
            found = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            if found is None:
                raise _Lost
            self.at = found.end()

    def _blank(self) -> bool:
        """Pass over white space and remarks; say whether anything follows."""
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.text)

    def _take(self, sign: str) -> bool:
        taken = self.text.startswith(sign, self.at)
        self.at += len(sign) if taken else 0
        return taken

    def _note(self, key: str, at: int) -> None:
        if at > self.counted:
            self.line += self.text.count("\n", self.counted, at)
            self.counted = at
        if key:  # TOML has an empty name in quotation marks; nothing here is called so
            self.places.setdefault(key, self.line)
