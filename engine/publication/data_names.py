"""Which names have a value where: what each step sets, and what can be set by the time another step reads it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from engine.expressions.language import ExpressionError, Script
from engine.model.elements import FORM
from engine.publication.bundle import Bundle, Document
from engine.publication.case_order import CaseOrder, Marks
from engine.publication.diagram import Node
from engine.publication.names import HUMAN, bpmn, spiff, tag, text_of
from engine.publication.texts import node_texts

_OBJECTS = ("dataObject", "dataInput", "dataOutput")


class DataNames:
    """The names of a bundle: facts and data objects everywhere, everything else behind the step that sets it."""

    def __init__(self, bundle: Bundle) -> None:
        self._order = CaseOrder(bundle)
        self.everywhere = {*(bundle.context.known_facts or ()), *data_objects(bundle)}
        self.fields = {
            name for fields in (bundle.context.forms or {}).values() if fields is not None for name in fields
        }
        """Fields of all forms: the engine reads them as empty where no form has set them."""
        self.set: dict[Node, set[str] | None] = {
            node: set_by(bundle, document, node) for document, node in bundle.nodes()
        }
        """What each step sets; None where that cannot be known, as behind a form that is missing."""

    @cached_property
    def known(self) -> set[str]:
        """Every name that something provides, wherever it stands."""
        found = self.everywhere | self.fields
        return found.union(*(names for names in self.set.values() if names), *map(items_of, self.set))

    def at(self, node: Node, *, done: bool) -> set[str] | None:
        """Return the names that can have a value at a step, once it is `done` or before; None: that is not known."""
        found = self.data_at(node, done=done)
        return None if found is None else self.everywhere | items_of(node) | found

    def data_at(self, node: Node, *, done: bool) -> set[str] | None:
        """Return the same without facts and data objects: what stands in the data that goes from step to step."""
        found: set[str] = set()
        for setter in (self._before.get(node, set()) & self._order.before_first(node)) | ({node} if done else set()):
            names = self.set[setter]
            if names is None:
                return None
            found |= names | items_of(setter)
        return found

    def surely(self, node: Node, *, done: bool) -> set[str] | None:
        """Return the names that have a value at a step on whatever way a case came; None: that is not known."""
        found = self._surely[node][done]
        return None if found is None else self.everywhere | items_of(node) | found

    @cached_property
    def _surely(self) -> Mapping[Node, tuple[Marks | None, Marks | None]]:
        made = {node: None if names is None else Marks(names) for node, names in self.set.items()}
        return self._order.surely(made, {node: Marks(items_of(node)) for node in self.set})

    @cached_property
    def _before(self) -> dict[Node, set[Node]]:
        """For each step those before it that set something, or may."""
        found: dict[Node, set[Node]] = {}
        for setter, names in self.set.items():
            if names is None or names or items_of(setter):
                for node in self._order.behind([setter]):
                    found.setdefault(node, set()).add(setter)
        return found


def set_by(bundle: Bundle, document: Document, node: Node) -> set[str] | None:
    """Return the names that a step gives a value, or None where that cannot be known."""
    found: set[str] = set()
    for names in (_by_scripts(node), _by_form(bundle, node), _by_decision(bundle, node), _by_call(bundle, node)):
        if names is None:
            return None
        found |= names
    found |= carried_by(document, node)
    loop = node.loop
    found.add(text_of(loop.find(bpmn("loopDataOutputRef"))).strip() if loop is not None else "")
    return found - {""}


def carried_by(document: Document, node: Node) -> set[str]:
    """Return the names that take what a message or signal brings to a step."""
    found: set[str] = set()
    for definition in node.definitions:
        declared = document.declared(definition.kind).get(definition.element.get(f"{definition.kind}Ref") or "")
        for source in (definition.element, declared):
            for name in ("messageVariable", "variableName"):
                found.update(text_of(each).strip() for each in (source.iter(spiff(name)) if source is not None else ()))
    return found - {""}


def items_of(node: Node) -> set[str]:
    """Return the name under which a step that is done for a list finds the entry it is done for."""
    item = node.loop.find(bpmn("inputDataItem")) if node.loop is not None else None
    return {item.get("id") or ""} - {""} if item is not None else set()


def _by_scripts(node: Node) -> set[str] | None:
    found: set[str] = set()
    for text in node_texts(node):
        if text.script:
            try:
                compiled = text.compile()
            except ExpressionError:
                return None
            if isinstance(compiled, Script):
                found.update(step.name for step in compiled.assignments)
    return found


def _by_form(bundle: Bundle, node: Node) -> set[str] | None:
    form = node.properties.get(FORM) if node.tag in HUMAN else None
    if not form:
        return set()
    fields = (bundle.context.forms or {}).get(form)
    return None if fields is None else set(fields)


def _by_decision(bundle: Bundle, node: Node) -> set[str] | None:
    if node.tag != "businessRuleTask":
        return set()
    id_ = text_of(node.extension("calledDecisionId")).strip()
    if id_ in bundle.context.fact_tables:
        return set()
    decision = bundle.tables.get(id_)
    if decision is None:
        return None
    listed = decision.hit_policy in ("RULE ORDER", "OUTPUT ORDER", "COLLECT") and decision.aggregation is None
    return {decision.name} if listed else {output.name for output in decision.outputs}


def _by_call(bundle: Bundle, node: Node) -> set[str] | None:
    called = node.tag != "callActivity" or bundle.process(node.element.get("calledElement") or "") is not None
    return set() if called else None


def data_objects(bundle: Bundle) -> set[str]:
    """Return the names of the data objects of a bundle."""
    return {
        element.get("id") or ""
        for document in bundle.documents
        for element in document.root.iter()
        if tag(element) in _OBJECTS
    }
