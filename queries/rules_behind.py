"""Why a table decided as it did: the conditions of the rules that matched, in the reader's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions import Decision
from engine.process import CompiledProcess
from forms.languages import pick
from forms.texts import TEXTS
from queries.reader import Reader
from queries.words import ProcessWords

_QUOTED = re.compile(r'"([^"]*)"')
_TRUTH = re.compile(r"\b(true|false)\b")


@dataclass(frozen=True)
class Condition:
    """One cell of a rule that asks something."""

    fact: str
    """The name of the fact in the reader's language, as drawn in the table where it is no fact."""
    test: str
    """What is asked of it: `>= 10`, `Yes`."""


@dataclass(frozen=True)
class RuleLine:
    """A rule that matched."""

    id: str
    conditions: tuple[Condition, ...]
    """Empty for a rule that asks nothing: what holds when nothing else does."""


def rules_behind(reader: Reader, process: CompiledProcess, facts: Mapping[str, Any], fact: str) -> tuple[RuleLine, ...]:
    """Return the rules behind a fact that a table has written, the deciding one first; none where no table did."""
    use = next((use for use in process.config.tables if fact in use.writes and use.rules_fact), None)
    if use is None or use.rules_fact is None or use.decision not in process.decisions:
        return ()
    matched: Sequence[Any] = facts.get(use.rules_fact) or ()
    decision = process.decisions[use.decision]
    words = reader.library.words.of(process)
    found = {rule.id: rule for rule in decision.rules}
    return tuple(
        RuleLine(str(each), _conditions(reader, decision, words, found[each].cells))
        for each in matched
        if each in found
    )


def _conditions(reader: Reader, decision: Decision, words: ProcessWords, cells: Sequence[str]) -> tuple[Condition, ...]:
    asked = ((column, cell.strip()) for column, cell in zip(decision.inputs, cells, strict=False))
    return tuple(
        Condition(
            _named(column.expression, column.label, words, reader.language),
            _test(column.expression, cell, words, reader),
        )
        for column, cell in asked
        if cell not in ("", "-")
    )


def _named(expression: str, label: str | None, words: ProcessWords, language: str) -> str:
    name = words.fact(expression, language)
    return label or expression if name == expression else name


def _test(fact: str, cell: str, words: ProcessWords, reader: Reader) -> str:
    language, tree = reader.language, reader.library.categories

    def value(found: re.Match[str]) -> str:
        code = found.group(1)
        if fact == "category" and tree.exists(code):
            return tree.label(code, language)
        return words.value(fact, code, language) or pick(TEXTS["empty"], language)

    def truth(found: re.Match[str]) -> str:
        return pick(TEXTS["yes" if found.group(1) == "true" else "no"], language)

    return _TRUTH.sub(truth, _QUOTED.sub(value, cell))
