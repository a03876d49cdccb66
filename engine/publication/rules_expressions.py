"""Expressions and scripts: in our language, well formed, and at a place where they are run."""

from __future__ import annotations

from collections.abc import Iterator

from engine.expressions.language import ExpressionError
from engine.publication.bundle import Bundle
from engine.publication.names import text_of, words
from engine.publication.registry import Finding, rule
from engine.publication.texts import RUNS_SCRIPTS, SCRIPTS, Text, texts


@rule(
    "expression-foreign",
    "error",
    "A condition or script is written in the language of another engine.",
    'Write it in the language of this engine, for instance people >= 10 and priority == "urgent".',
)
def expression_foreign(bundle: Bundle) -> Iterator[Finding]:
    for text in texts(bundle):
        if text.foreign:
            yield Finding(text.element, f"The {text.where} is written in {text.foreign}, which is not run here.")


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
                    f"The {SCRIPTS[kind]} the {words(node.element)} would not be run.",
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
