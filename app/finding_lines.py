"""Findings as lines of a terminal: place, severity, code, element, what is wrong and what to do, in its language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.finding_words import FindingWords
from engine.model.problem import Problem


def finding_lines(problems: Iterable[Problem], words: FindingWords, language: str) -> Iterator[str]:
    """Yield a line for each finding, in `zh-CN`, `ko` or `en`; names from the files stay as they are."""
    for problem in problems:
        told = words.told(problem, language)
        place = f"{told.file}:{told.line}" if told.line else told.file
        element = f" {told.element}" + (f" ({told.name})" if told.name else "") if told.element else ""
        yield f"{place}: {told.severity} {told.code}:{element} {told.message} {told.advice}"


def counted(errors: int, warnings: int, words: FindingWords, language: str) -> str:
    """Return in a language how many errors and warnings were found: `1 error, 2 warnings.`"""
    sentence = f"{errors} errors, {warnings} warnings."
    if language == "en":
        return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}."
    # Neither Chinese nor Korean has another form for one.
    return words.said(sentence, language) or sentence
