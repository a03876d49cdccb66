"""What each name of a bundle can be: everything that gives it a value, taken together, wherever it stands.

Whatever is not certain counts as anything: free text, what a message carries, facts that the house writes, lists that
are collected, and every name of a bundle of which a part cannot be read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from engine.expressions.language import ExpressionError, Script
from engine.expressions.syntax import parse
from engine.model.elements import FORM
from engine.publication.bundle import Bundle
from engine.publication.data_names import carried_by, data_objects, items_of, set_by
from engine.publication.diagram import Node
from engine.publication.names import HUMAN, bpmn, spiff, text_of
from engine.publication.possible import (
    NOTHING,
    NUMBER,
    TEXT,
    TRUTH,
    Kind,
    Possible,
    answer_named,
    any_of,
    constant,
    one_of,
    only,
    value_of_tree,
)
from engine.publication.texts import node_texts

if TYPE_CHECKING:
    from engine.decisions.syntax import Node as Cell  # the reader of FEEL is costly to load, as bundle.py says

_KINDS: Final[dict[str, Kind]] = {
    "integer": "number",
    "amount": "number",
    "boolean": "truth",
    "list": "list",
    "instant": "instant",
}
"""Type of a fact, apart from texts -> its kind."""
_ANSWERS: Final[dict[str, Possible]] = {"integer": NUMBER, "number": NUMBER, "boolean": TRUTH, "string": TEXT}
"""Type of a field in JSON -> what its answer can be."""
_LISTED: Final = ("RULE ORDER", "OUTPUT ORDER", "COLLECT")
"""Hit policies that answer with a list, or with what becomes of it."""
_DEEPEST: Final = 8
"""Names that are followed from one to the next; each may stand in an expression of forty levels."""
_MOST_LOOKS: Final = 10_000
"""Names that are followed for one bundle, so that no circle of names can hold up a check."""
_Source = Possible | ast.expr | None
"""A value that a name is given: known, worked out by an expression, or not known."""


class Sources:
    """The names of a bundle with what they can be. Facts are read before what steps set."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle, self._context = bundle, bundle.context
        self._given: dict[str, list[_Source]] = {}
        self._known: dict[str, Possible | None] = {}
        self._open: list[str] = []
        self._leads_to = 0
        """How far up the open names a circle has led back."""
        self._looks = 0
        self._whole = bundle.diagrams_whole and self._context.known_facts is not None
        for document, node in bundle.nodes():
            self._whole = self._whole and set_by(bundle, document, node) is not None
            for name, source in self._of_node(node):
                self._given.setdefault(name, []).append(source)
            for name in carried_by(document, node):
                self._given.setdefault(name, []).append(None)
        for name in data_objects(bundle):
            self._given.setdefault(name, []).append(None)

    def of(self, name: str) -> Possible | None:
        """Return what a name can be where it is read; None: not known. Pure, so repeating is safe."""
        if not self._whole:
            return None
        if name in self._known:
            return self._known[name]
        depth = len(self._open)
        if name in self._open:  # it is set from itself: that adds nothing to what else it can be
            self._leads_to = min(self._leads_to, self._open.index(name))
            return Possible(frozenset())
        self._looks += 1
        if depth >= _DEEPEST or self._looks > _MOST_LOOKS:
            return None
        before, self._leads_to = self._leads_to, depth
        self._open.append(name)
        try:
            found = self._find(name)
        finally:
            self._open.pop()
        if self._leads_to == depth:  # else what a circle has left out is still to come
            self._known[name] = found
        self._leads_to = min(before, self._leads_to)
        return found

    def at(self, node: Node, name: str) -> Possible | None:
        """Return the same in the `requires` of a step, where `form["decision"]` is an answer of its own form."""
        answers = {answer_named(key): can for key, can in self._of_form(node.properties.get(FORM) or "")}
        if name not in answers:
            return self.of(name)
        return any_of([answers[name], NOTHING]) if self._whole else None

    def tree(self, tree: ast.expr) -> Possible | None:
        """Return what an expression comes to."""
        return value_of_tree(tree, self.of)

    def _find(self, name: str) -> Possible | None:
        context = self._context
        sources = self._given.get(name, ())
        given = [self.tree(source) if isinstance(source, ast.expr) else source for source in sources]
        if name in context.derived:
            return any_of([self.tree(parse(context.derived[name], ())[0]), *given])
        if name in (context.known_facts or ()):
            return self._fact(name, given)
        return any_of([*given, NOTHING]) if given else None

    def _fact(self, name: str, given: list[Possible | None]) -> Possible | None:
        type_ = (self._context.fact_types or {}).get(name)
        if type_ in _KINDS:
            return only(_KINDS[type_]) | NOTHING
        if type_ != "string":
            return None
        words = self._context.fact_words.get(name)
        if words is None:
            return TEXT | NOTHING
        written = [self._output(decision, name) for decision in self._context.fact_writers.get(name, ())]
        found = any_of([one_of(words), NOTHING, *written, *given])
        # Whatever else stands there, a fact of texts is a text.
        return TEXT | NOTHING if found is None or found.said != {"text"} else found

    def _of_node(self, node: Node) -> Iterator[tuple[str, _Source]]:
        for text in node_texts(node):
            try:
                compiled = text.compile() if text.script else None
            except ExpressionError:
                continue
            for step in compiled.assignments if isinstance(compiled, Script) else ():
                yield step.name, parse(step.value.source, ())[0]
        if node.tag in HUMAN:
            yield from self._of_form(node.properties.get(FORM) or "")
        if node.tag == "businessRuleTask":
            yield from self._of_decision(text_of(node.extension("calledDecisionId")).strip())
        operator = node.extension("serviceTaskOperator") if node.tag == "serviceTask" else None
        if operator is not None and operator.get("id") == "set_facts":
            for parameter in operator.iter(spiff("parameter")):
                yield parameter.get("id") or "", _parsed(parameter.get("value") or "")
        if node.loop is not None:
            yield text_of(node.loop.find(bpmn("loopDataOutputRef"))).strip(), None
            yield from ((name, None) for name in items_of(node))

    def _of_form(self, form: str) -> Iterator[tuple[str, Possible | None]]:
        options = self._context.options.get(form, {})
        for name, type_ in ((self._context.forms or {}).get(form) or {}).items():
            listed = options.get(name)
            if type_ == "array":
                yield name, Possible(frozenset({"list"}), frozenset(), None if listed is None else frozenset(listed))
            elif type_ == "string" and listed is not None:
                yield name, one_of(listed)
            else:
                yield name, _ANSWERS.get(type_)

    def _of_decision(self, id_: str) -> Iterator[tuple[str, _Source]]:
        decision = self._bundle.tables.get(id_)
        if decision is not None and id_ not in self._context.fact_tables:
            for name in {decision.name} if decision.hit_policy in _LISTED else {o.name for o in decision.outputs}:
                yield name or decision.name, self._output(id_, name or decision.name)

    def _output(self, id_: str, name: str) -> Possible | None:
        decision = self._bundle.tables.get(id_)
        if decision is None or decision.hit_policy in (None, *_LISTED):
            return None
        at = next((n for n, output in enumerate(decision.outputs) if (output.name or decision.name) == name), None)
        if at is None:
            return None
        output = decision.outputs[at]
        listed = output.values.listed if output.values is not None else None
        cells = [rule.output_nodes[at] for rule in decision.rules]
        cells += [output.default_node] if output.default_node is not None else []
        return any_of([NOTHING, *(self._cell(cell, listed) for cell in cells)])

    def _cell(self, cell: Cell, listed: tuple[object, ...] | None) -> Possible | None:
        from engine.decisions.syntax import Constant, Name  # there is a table, so it is loaded already

        if isinstance(cell, Constant):
            return constant(cell.value)
        if listed is not None:  # what a table answers against its declared values is refused where it runs
            return any_of([constant(value) for value in listed])
        return self.of(cell.name) if isinstance(cell, Name) and cell.name in (self._context.known_facts or ()) else None


def _parsed(source: str) -> ast.expr | None:
    try:
        return parse(source, ())[0]
    except ExpressionError:
        return None
