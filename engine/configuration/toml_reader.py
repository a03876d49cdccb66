"""Takes a TOML file of process owners apart: every mistake is noted, with its line, and none stops the reading."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from engine.configuration.toml_places import Places, line_of, toml_places
from engine.errors import Refusal
from engine.expressions.language import Expression, compile_expression
from engine.model.problem import Problem
from engine.model.toml_text import load_toml

LANGUAGES = ("zh-CN", "ko", "en")
NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a process, a fact or a clock may be called."""

Kind = type | tuple[type, ...]
_KINDS: Mapping[type, str] = {
    str: "a text in quotation marks",
    int: "a whole number",
    bool: "true or false",
    list: "a list in square brackets",
    dict: "a table",
}
_HOLDERS = {
    "facts": "the fact",
    "clocks": "the clock",
    "derived": "the condition",
    "messages": "the message",
    "tables": "the table",
    "throws": "the throw",
    "tells": "the notice of a change",
    "budget": "the budget",
    "rungs": "the rung",
    "late": "what is late as",
    "answers": "the answer",
}


class Reader:
    """One file while it is read; `problems` collects what is wrong with it.

    A value that does not fit is noted and replaced by a harmless one: what has mistakes is never published, and what
    would follow from them is not told besides. `read` are the bytes of a file that has been read before.
    """

    def __init__(self, file: str, code: str, read: bytes | None = None) -> None:
        self.file, self.code = file, code
        self.problems: list[Problem] = []
        self.places: Places = {} if read is None else toml_places(read.decode("utf-8-sig", "replace"))

    def document(self, data: bytes) -> dict[str, Any] | None:
        """Return what the file holds, or None after noting why it cannot be read. Never raises."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.wrong("", f"is not written in UTF-8 (line {line}).", "Save it again as UTF-8.", line=line)
            return None
        try:
            found = load_toml(text)
        except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, and numbers of thousands of digits
            reason = str(error) if isinstance(error, ValueError) else "it is nested too deeply"
            place = re.search(r"\(at line (\d+), column \d+\)", reason)
            line = int(place[1]) if place else text.rstrip().count("\n") + 1
            self.wrong("", f"cannot be read: {reason}.", "Correct this line, or what stands before it.", line=line)
            return None
        self.places = toml_places(text)
        return found

    def wrong(
        self,
        key: str,
        message: str,
        advice: str,
        *,
        severity: Literal["error", "warning"] = "error",
        code: str | None = None,
        name: str | None = None,
        line: int | None = None,
    ) -> None:
        """Note a mistake at a key (`clocks.respond.rungs[1].at`; empty: the file), a sentence without its subject."""
        place = line if line is not None else line_of(self.places, key)
        said = f"{in_words(key)} {message.removesuffix('.')}."
        self.problems.append(
            Problem(
                self.file, place, severity, code or self.code, key or None, name, said[:1].upper() + said[1:], advice
            )
        )

    def get(self, table: Mapping[str, Any], key: str, kind: Kind, at: str, default: Any) -> Any:
        """Return an entry of the right kind, else note it and return the default."""
        value = table.get(key, default)
        if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is int)):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            wanted = " or ".join(_KINDS.get(each, each.__name__) for each in kinds)
            self.wrong(f"{at}{key}", f"must be {wanted}, but is {value!r:.60}", "Correct the value.")
            return default
        return value

    def choice(self, table: Mapping[str, Any], key: str, known: Collection[str], at: str, default: str) -> str:
        """Return one of the known words, else note it and return the default."""
        value: str = self.get(table, key, str, at, default)
        if value in known or value == default:
            return value
        self.wrong(f"{at}{key}", f"is {value!r:.60}, which means nothing here", meant(value, known))
        return default

    def tables(self, table: Mapping[str, Any], key: str, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the entries of an array of tables with their place."""
        for index, entry in enumerate(self.get(table, key, list, at, [])):
            if isinstance(entry, dict):
                yield f"{at}{key}[{index}].", entry
            else:
                self.wrong(f"{at}{key}[{index}]", "must be a table", f"Write it as [[{at}{key}]].")

    def named(self, table: Mapping[str, Any], key: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield the sub-tables of a table: name, place, entries."""
        for name, entry in self.get(table, key, dict, "", {}).items():
            if not NAME.fullmatch(name):
                self.wrong(f"{key}.{name}", "has a name that cannot be used", "Use lower-case letters, digits and _.")
            elif not isinstance(entry, dict):
                self.wrong(f"{key}.{name}", "must be a table", f"Write it as [{key}.{name}].")
            else:
                yield name, f"{key}.{name}.", entry

    def strings(self, table: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
        """Return a list of texts; a single text counts as a list of one."""
        value = table.get(key, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            self.wrong(f"{at}{key}", "must be a list of texts", 'Write them in square brackets: ["one", "two"].')
            return ()
        return tuple(value)

    def expression(self, table: Mapping[str, Any], key: str, at: str) -> Expression | None:
        """Return a compiled condition, None where there is none or where it is wrong."""
        source = self.get(table, key, str, at, None)
        if source is None:
            return None
        try:
            return compile_expression(source)
        except Refusal as refusal:
            advice = str(refusal.details.get("advice") or getattr(refusal, "advice", "") or "Correct the condition.")
            self.wrong(f"{at}{key}", f"cannot be understood: {refusal.message}", advice)
            return None

    def labels(self, table: Mapping[str, Any], at: str, key: str = "label") -> Mapping[str, str]:
        """Return a text in three languages."""
        found = self.get(table, key, dict, at, {})
        missing = [language for language in LANGUAGES if not isinstance(found.get(language), str)]
        if missing:
            self.wrong(f"{at}{key}", f"has no text for {', '.join(missing)}", "Give it in zh-CN, ko and en.")
        return {language: text for language, text in found.items() if isinstance(text, str)}

    def only(self, table: Mapping[str, Any], known: Collection[str], at: str) -> None:
        """Note every key that nobody asks for: a misspelt key must not be a rule that silently does nothing."""
        for key in table:
            if key not in known:
                self.wrong(f"{at}{key}", "is not known here, and would do nothing", meant(key, known))


def meant(word: str, known: Collection[str], *, otherwise: str = "") -> str:
    """Return the advice for a word that is none of the known ones: the closest of them.

    Where none is close: `otherwise`, or all where they are few.
    """
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.7)
    if close:
        return f"Did you mean {close[0]}?"
    if otherwise:
        return otherwise
    return f"Use one of {', '.join(sorted(known))}." if 0 < len(known) <= 20 else "Correct the name."


def in_words(key: str) -> str:
    """Return what a person calls a place in the file: `met_by` of the clock respond."""
    if not key:
        return "the file"
    parts = [part for part in re.split(r"\.", key) if part]
    words: list[str] = []
    at = 0
    while at < len(parts):
        name, _, index = parts[at].partition("[")
        number = f"{int(index[:-1]) + 1}" if index[:-1].isdigit() else ""
        holder = _HOLDERS.get(name)
        if holder and number:
            words.append(f"{holder.removeprefix('the ')} no. {number}")
        elif holder and at == 0 and len(parts) > 1:
            at += 1
            words.append(f"{holder} {parts[at]}")
        else:
            words.append(f"`{parts[at]}`")
        at += 1
    return " of ".join(reversed(words))
