"""Reads the content files of process owners (categories, notices) and collects everything that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.model.problem import Problem
from engine.model.toml_text import load_toml
from forms.languages import LANGUAGES, Labels

MAX_BYTES = 512 * 1024
"""The largest content file that is read."""
MAX_LABEL = 200
"""The longest name of a thing, in characters."""


class ContentInvalid(ValueError):
    """A content file cannot be used; `problems` lists everything that is wrong, at least one."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(f"{first.file}: {first.message} {first.advice} ({len(problems)} in all)")


class Reading:
    """One file being read: what it says, and what is wrong with it."""

    def __init__(self, content: bytes, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: list[str] = []
        self.top: Mapping[str, Any] = {}
        if len(content) > MAX_BYTES:
            self.problem(
                "", "file-too-large", f"The file has {len(content):,} bytes.", f"Keep it below {MAX_BYTES:,} bytes."
            )
            return
        try:
            text = content.decode("utf-8-sig")
            self.lines = text.splitlines()
            self.top = load_toml(text)
        except UnicodeDecodeError as error:
            self.problem("", "toml-invalid", f"The file is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
        except (ValueError, RecursionError) as error:  # ValueError: TOMLDecodeError, and numbers of thousands of digits
            reason = str(error) or "it is nested too deeply"
            found = re.search(r"at line ([0-9]+)", reason)
            self.problem(
                "",
                "toml-invalid",
                f"The file is not TOML: {reason}.",
                "Correct the place.",
                int(found[1]) if found else None,
            )

    def problem(self, key: str, code: str, message: str, advice: str, line: int | None = None) -> None:
        """Record an error at a dotted key (`codes.teaching`; empty: the file as a whole)."""
        self.problems.append(
            Problem(
                file=self.file,
                line=line or self._line(key),
                severity="error",
                code=code,
                element=key or None,
                name=None,
                message=message,
                advice=advice,
            )
        )

    def table(self, value: object, key: str) -> Mapping[str, Any]:
        """Return a table, or an empty one after recording that there is none."""
        if isinstance(value, dict):
            return value
        self.problem(key, "not-a-table", f"`{key}` is missing or is no table.", "See the head of the file that ships.")
        return {}

    def only(self, table: Mapping[str, Any], key: str, known: tuple[str, ...]) -> None:
        """Record every name in `table` that is not known: a slip of the pen must not be passed over in silence."""
        for name in table:
            if name not in known:
                here = f"{key}.{name}" if key else name
                self.problem(here, "unknown-key", f"`{name}` is not known here.", f"Known are: {', '.join(known)}.")

    def labels(self, value: object, key: str, *, longest: int = MAX_LABEL, lines: bool = False) -> Labels:
        """Return a text in three languages, recording what is missing; `lines`: it may have several lines."""
        table = self.table(value, key)
        self.only(table, key, LANGUAGES)
        texts = {}
        for language in LANGUAGES:
            text = table.get(language)
            if not isinstance(text, str) or not text.strip():
                self.problem(
                    key, "language-missing", f"`{key}` has no text in {language}.", "Write it in zh-CN, ko and en."
                )
            elif len(text) > longest:
                self.problem(
                    key, "text-too-long", f"`{key}` in {language} has {len(text)} characters.", f"At most {longest}."
                )
            elif not lines and not text.isprintable():
                self.problem(
                    key, "text-unclean", f"`{key}` in {language} is not one plain line.", "Write it on one line."
                )
            else:
                texts[language] = text
        return texts

    def _line(self, key: str) -> int | None:
        """Return the line of `key`: of its own entry, else of the header that comes nearest to it, else None."""
        parts = key.split(".")
        headers = {line.strip().replace('"', ""): number for number, line in enumerate(self.lines, start=1)}
        for size in range(len(parts), 0, -1):
            header = headers.get(f"[{'.'.join(parts[:size])}]")
            if header is not None:
                return header if size == len(parts) else self._entry(parts[size], after=header) or header
        return self._entry(parts[0], after=0)

    def _entry(self, name: str, *, after: int) -> int | None:
        """Return the line of an entry of the section whose header stands in line `after` (0: before any section)."""
        for number, line in enumerate(self.lines[after:], start=after + 1):
            if line.startswith("["):
                return None
            if re.match(rf'"?{re.escape(name)}"?\s*=', line):
                return number
        return None
