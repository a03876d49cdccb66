"""Reads the FEEL texts of a file: parsed, compiled, and every oddity reported at its element."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lxml import etree

from engine.decisions import syntax as s
from engine.decisions.compile_expression import Evaluate, Functions, compile_expression
from engine.decisions.compile_tests import Test, compile_cell
from engine.decisions.feel import Parsed, parse_cell, parse_expression
from engine.decisions.refusals import NotFeel
from engine.decisions.xml_source import Report, text_of


@dataclass(frozen=True)
class Reader:
    """Reads texts with the names and functions that the file declares."""

    report: Report
    names: Collection[str]
    functions: Functions

    def cell(
        self, element: etree._Element, where: str, aliases: Collection[str] = ()
    ) -> tuple[s.Cell, Test | None] | None:
        """Return an input cell and its test, or None after reporting why it cannot be read.

        `aliases` are names that another engine would take for the input itself; here they would be unknown facts.
        """
        if not self.speaks_feel(element, where):
            return None
        try:
            parsed = parse_cell(text_of(element), self.names)
            node = parsed.node
            for part, _ in s.walk(node):
                if isinstance(part, s.Name) and part.name in aliases:
                    raise NotFeel(f"`{part.name}` is no name of a fact.", advice="Write ? where the input is meant.")
            test = compile_cell(node, self.functions) if isinstance(node, s.Cell) else None
        except NotFeel as refusal:
            self.report.not_feel(element, where, refusal)
            return None
        self._oddities(element, where, parsed)
        return (node, test) if isinstance(node, s.Cell) else None

    def expression(
        self, element: etree._Element, where: str, text: str | None = None
    ) -> tuple[s.Node, Evaluate] | None:
        """Return an expression and its closure, or None after reporting why it cannot be read."""
        if not self.speaks_feel(element, where):
            return None
        try:
            parsed = parse_expression(text_of(element) if text is None else text, self.names)
            if s.mentions_subject(parsed.node):
                raise NotFeel("`?` stands only in an input cell.", advice="Write the name of the fact instead.")
            compute = compile_expression(parsed.node, self.functions)
        except NotFeel as refusal:
            self.report.not_feel(element, where, refusal)
            return None
        self._oddities(element, where, parsed)
        return parsed.node, compute

    def speaks_feel(self, element: etree._Element, where: str) -> bool:
        """Return whether the element is written in FEEL; another language is reported, never guessed."""
        language = element.get("expressionLanguage")
        if language is None or not language.strip() or "feel" in language.lower():
            return True
        self.report.error(
            "foreign-expression-language",
            element,
            f"{where} is written in {language}.",
            "Write it in FEEL and remove the attribute expressionLanguage.",
        )
        return False

    def _oddities(self, element: etree._Element, where: str, parsed: Parsed) -> None:
        for word in dict.fromkeys(parsed.python_words):
            self.report.warning(
                "python-word",
                element,
                f"{where}: {word} is read as {_FEEL_WORDS[word]}.",
                f"Write {_FEEL_WORDS[word]}.",
            )
        if parsed.chained:
            self.report.warning(
                "chained-comparison",
                element,
                f"{where}: comparisons in a row are read as all of them at once; other tools read null.",
                "Write a range such as [1..5], or join two comparisons with and.",
            )


_FEEL_WORDS = {"True": "true", "False": "false", "None": "null"}
