"""Comparisons in conditions, scripts, parameters and timers that can never come true, or stop every case."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lxml import etree

from engine.expressions.language import Expression, ExpressionError, Script
from engine.expressions.syntax import parse
from engine.expressions.timer_text import TIMER_FUNCTIONS, Expr
from engine.publication.bundle import Bundle
from engine.publication.comparisons import Never, Unlike, comparisons
from engine.publication.names import words
from engine.publication.registry import Finding, rule
from engine.publication.rules_timers import timer_plans
from engine.publication.sources import Sources
from engine.publication.texts import Text, texts


@rule(
    "value-impossible",
    "error",
    "An expression compares a name with a word that the name can never be, so the comparison never comes true.",
    "Use one of the words that are listed, or add the word to the form, table or script that gives the name its value.",
)
def value_impossible(bundle: Bundle) -> Iterator[Finding]:
    for element, where, below, found in _compared(bundle):
        if isinstance(found, Never):
            yield Finding(
                element,
                f'{where} compares {found.name} with "{found.word}", but it is never that. It can be: {found.listed}.',
                f"Did you mean {found.close}?"
                if found.close
                else f'Use one of these, or add "{found.word}" to the form, table or script that sets {found.name}.',
                below=below,
            )


@rule(
    "compare-types",
    "error",
    "An expression compares two things of different kinds, a number with a text for instance.",
    "Compare like with like: numbers stand without quotation marks, texts in quotation marks.",
)
def compare_types(bundle: Bundle) -> Iterator[Finding]:
    for element, where, below, found in _compared(bundle):
        if isinstance(found, Unlike):
            yield Finding(
                element,
                f"{where} asks whether {found.left} ({found.left_kind}) is more or less than "
                f"{found.right} ({found.right_kind}): every case would stop there."
                if found.ordered
                else f"{where} compares {found.left} ({found.left_kind}) with {found.right} ({found.right_kind}): "
                "the two are never equal.",
                below=below,
            )


def _compared(bundle: Bundle) -> Iterator[tuple[etree._Element, str, int, Never | Unlike]]:
    """Yield what is wrong with the comparisons of a bundle: where they stand, in words, and how many lines below."""
    if bundle.context.known_facts is None or not bundle.diagrams_whole:
        return
    sources = Sources(bundle)
    for text in texts(bundle):
        if text.node is None:  # it reads what a message brings, not what the case holds
            continue
        lookup = partial(sources.at, text.node) if text.given else sources.of
        for below, expression in _expressions(text):
            for found in comparisons(parse(expression.source, ())[0], lookup):
                yield text.element, f"The {text.where}", below + _blank(expression) + found.line - 1, found
    for node, element, plan in timer_plans(bundle):
        if isinstance(plan, Expr):
            where, blank = f"The timer of the {words(node.element)}", _blank(plan.expression)
            for found in comparisons(parse(plan.expression.source, TIMER_FUNCTIONS)[0], sources.of):
                yield element, where, blank + found.line - 1, found


def _expressions(text: Text) -> list[tuple[int, Expression]]:
    """Return the expressions of a text, each with the lines above it; none where it cannot be understood."""
    try:
        compiled = text.compile()
    except ExpressionError:
        return []
    if isinstance(compiled, Script):
        return [(step.line - 1, step.value) for step in compiled.assignments]
    return [(0, compiled)]


def _blank(expression: Expression) -> int:
    """Return the lines before the first word: the tree counts from there."""
    source = expression.source
    return source[: len(source) - len(source.lstrip())].count("\n")
