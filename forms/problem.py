"""What is wrong with a form's definition, as its process owner is told before publication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from forms.rules import RULES

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class FormProblem:
    """One finding in one of the two files of a form."""

    file: str
    """Path inside the bundle, for instance `forms/complaint/verify.schema.json`."""
    line: int | None
    """1-based line, or None where the file as a whole is meant."""
    pointer: str
    """JSON pointer (RFC 6901) of the place in the file; empty for the whole file."""
    severity: Severity
    code: str
    """Stable, in kebab case; one of `forms.rules.RULES`."""
    message: str
    """What is wrong, one sentence."""
    advice: str
    """What to do about it, one sentence."""


class Report:
    """Collects the findings about one file; knows the line of every JSON pointer in it."""

    def __init__(self, file: str, lines: Mapping[str, int] | None = None) -> None:
        self.file = file
        self.lines = lines or {}
        self.problems: list[FormProblem] = []

    def add(self, code: str, pointer: str, message: str, *, line: int | None = None) -> None:
        """Record a finding under a rule of `RULES` (KeyError for any other code)."""
        rule = RULES[code]
        found = FormProblem(
            file=self.file,
            line=line if line is not None else self._line(pointer),
            pointer=pointer,
            severity=rule.severity,
            code=code,
            message=message,
            advice=rule.advice,
        )
        if found not in self.problems:
            self.problems.append(found)

    @property
    def has_errors(self) -> bool:
        """Say whether anything found so far forbids publication."""
        return any(problem.severity == "error" for problem in self.problems)

    def _line(self, pointer: str) -> int | None:
        """Return the line of the place or, where it is absent (a missing key), of what should hold it."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer)
