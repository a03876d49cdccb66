"""Expressions and scripts: in our language, well formed, and about names that exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from lxml import etree

from engine.expressions import ExpressionError, Script
from engine.publication.bundle import Bundle
from engine.publication.names import text_of, words
from engine.publication.registry import Finding, rule
from engine.publication.rules_timers import timer_plans
from engine.publication.texts import RUNS_SCRIPTS, SCRIPTS, Text, names_set, texts
from engine.timers_text import Expr


@rule(
    "expression-foreign",
    "error",
    "A condition or script is written in the language of another engine.",
    'Write it in the language of this engine, for instance people >= 10 and priority == "urgent".',
)
def expression_foreign(bundle: Bundle) -> Iterator[Finding]:
    for text in texts(bundle):
        if text.foreign:
            yield Finding(
                text.element,
                f"The {text.where} is written in {text.foreign}, which is not run here.",
                'Write it in the language of this engine, for instance people >= 10 and priority == "urgent".',
            )


@rule(
    "expression-invalid",
    "error",
    "An expression cannot be understood.",
    "Correct it at the line that is named.",
)
def expression_invalid(bundle: Bundle) -> Iterator[Finding]:
    for text in texts(bundle):
        if not text.script and not text.foreign:
            yield from _compile(text)


@rule(
    "script-invalid",
    "error",
    "A script holds more than lines of the form name = expression.",
    "Keep only such lines, and use service tasks for everything that acts.",
)
def script_invalid(bundle: Bundle) -> Iterator[Finding]:
    for text in texts(bundle):
        if text.script and not text.foreign:
            yield from _compile(text)


@rule(
    "script-ignored",
    "error",
    "A script before or after a step is not run there, or a service task is to keep a result that none gives.",
    "Put it into a script task of its own.",
)
def script_ignored(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        for kind in SCRIPTS if node.tag not in RUNS_SCRIPTS else ():
            found = node.extension(kind)
            if found is not None and text_of(found).strip():
                yield Finding(
                    found,
                    f"The {kind} of the {words(node.element)} would not be run.",
                    "Put it into a script task of its own before or after the step.",
                )
        operator = node.extension("serviceTaskOperator")
        if operator is not None and operator.get("resultVariable"):
            yield Finding(
                operator,
                f"The {words(node.element)} is to keep a result as {operator.get('resultVariable')}, but gives none.",
                "Remove the result variable, and set facts with the operation set_facts.",
            )


def _compile(text: Text) -> Iterator[Finding]:
    if text.broken_up:
        yield Finding(
            text.element,
            f"The {text.where} has a remark or an element inside; only what stands before it would be read.",
            "Keep only the text itself.",
        )
        return
    try:
        text.compile()
    except ExpressionError as error:
        at = f" (line {error.line}, column {error.column})" if error.line > 1 else f" (column {error.column})"
        yield Finding(text.element, f"The {text.where}: {error.message}{at}.", error.advice, below=error.line - 1)


@rule(
    "name-unknown",
    "warning",
    "An expression uses a name that is no fact and that no step sets.",
    "Correct the spelling, or declare it as a fact.",
)
def name_unknown(bundle: Bundle) -> Iterator[Finding]:
    context = bundle.context
    if context.known_facts is None or not (bundle.diagrams_whole and bundle.tables_whole):
        return
    outputs = {output.name for decision in bundle.tables.values() for output in decision.outputs}
    known = {*context.known_facts, *context.known_data, *names_set(bundle), *outputs, "form"}
    for element, where, line, names in _names_used(bundle):
        for name in sorted(names - known):
            yield Finding(
                element, f"{where} uses {name}, which no fact or step provides.", _spelling(name, known), below=line - 1
            )


def _names_used(bundle: Bundle) -> Iterator[tuple[etree._Element, str, int, frozenset[str]]]:
    """Yield (element, where, line in its text, names) for everything that reads names."""
    for text in texts(bundle):
        try:
            compiled = text.compile()
        except ExpressionError:
            continue
        if isinstance(compiled, Script):
            for step in compiled.assignments:
                yield text.element, f"The {text.where}", step.line, step.value.names
        else:
            yield text.element, f"The {text.where}", 1, compiled.names
    for node, element, plan in timer_plans(bundle):
        if isinstance(plan, Expr):
            yield element, f"The timer of the {words(node.element)}", 1, plan.expression.names


def _spelling(name: str, known: set[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"Did you mean {close[0]}?" if close else "Correct the spelling, or declare it as a fact in process.toml."
