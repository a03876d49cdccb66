"""Why a table decided as it did: the conditions of the rules that matched, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions import Decision
from engine.process import CompiledProcess
from queries.cell_words import asks_for_nothing, cell_in_words
from queries.fact_words import fact_in_words
from queries.reader import Reader


@dataclass(frozen=True)
class Condition:
    """One cell of a rule that asks something."""

    fact: str
    """The name of the fact in the reader's language, as drawn in the table where it is no fact."""
    test: str
    """What is asked of it: `≥ 10`, `Yes`."""


@dataclass(frozen=True)
class RuleLine:
    """A rule that matched."""

    id: str
    number: int
    """Its row in the table, counted from 1."""
    conditions: tuple[Condition, ...]
    """Empty for a rule that asks nothing: what holds when nothing else does."""


def rules_behind(reader: Reader, process: CompiledProcess, facts: Mapping[str, Any], fact: str) -> tuple[RuleLine, ...]:
    """Return the rules behind a fact that a table has written, the deciding one first; none where no table did."""
    use = next((use for use in process.config.tables if fact in use.writes and use.rules_fact), None)
    if use is None or use.rules_fact is None or use.decision not in process.decisions:
        return ()
    matched: Sequence[Any] = facts.get(use.rules_fact) or ()
    decision = process.decisions[use.decision]
    found = {rule.id: (number, rule) for number, rule in enumerate(decision.rules, start=1)}
    return tuple(
        RuleLine(str(each), found[each][0], _conditions(reader, process, decision, found[each][1].cells))
        for each in matched
        if each in found
    )


def _conditions(
    reader: Reader, process: CompiledProcess, decision: Decision, cells: Sequence[str]
) -> tuple[Condition, ...]:
    def told(fact: str, cell: str) -> str:
        return cell_in_words(cell, reader.language, lambda code: _code(reader, process, fact, code))

    asked = ((column, cell.strip()) for column, cell in zip(decision.inputs, cells, strict=False))
    return tuple(
        Condition(_named(reader, process, column.expression, column.label), told(column.expression, cell))
        for column, cell in asked
        if cell not in ("", "-") and not asks_for_nothing(cell)
    )


def _named(reader: Reader, process: CompiledProcess, expression: str, label: str | None) -> str:
    name = reader.library.words.of(process).fact(expression, reader.language)
    return label or expression if name == expression else name


def _code(reader: Reader, process: CompiledProcess, fact: str, code: str) -> str:
    tree = reader.library.categories
    if fact == "category" and tree.exists(code):
        return tree.label(code, reader.language)
    return fact_in_words(reader, process, fact, code)
