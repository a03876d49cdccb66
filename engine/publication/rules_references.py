"""References: what the diagram names is there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from engine.publication.bundle import Bundle
from engine.publication.names import bpmn, tag, text_of, words
from engine.publication.registry import Finding, rule

_REFERENCES: Final = ("message", "error", "escalation", "signal")


@rule(
    "reference-missing",
    "error",
    "An event or task names a message, error, signal or escalation that the file does not hold.",
    "Choose one that exists, or create it.",
)
def reference_missing(bundle: Bundle) -> Iterator[Finding]:
    for document, node in bundle.nodes():
        for definition in node.definitions:
            reference = definition.element.get(f"{definition.kind}Ref")
            if definition.kind not in _REFERENCES or reference is None:
                continue
            if reference not in document.declared(definition.kind):
                yield Finding(
                    node.element,
                    f"The {words(node.element)} names the {definition.kind} {reference or 'without an id'}, "
                    "which the file does not hold.",
                    f"Choose a {definition.kind} that exists, or create it, in its properties.",
                )


@rule(
    "called-process-missing",
    "error",
    "A call activity calls a process that is not there or cannot run.",
    "Add the file that holds it, or correct the id.",
)
def called_process_missing(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag != "callActivity":
            continue
        called = node.element.get("calledElement") or ""
        found = bundle.process(called) if called else None
        if not called:
            yield Finding(
                node.element,
                f"The {words(node.element)} does not say which process it calls.",
                "Enter the id of the process to call.",
            )
        elif found is None and called not in bundle.context.known_processes and bundle.diagrams_whole:
            yield Finding(
                node.element,
                f"The {words(node.element)} calls the process {called}, which is not in the files.",
                "Check it together with the file that holds that process, or correct the id.",
            )
        elif found is not None and not found.executable:
            yield Finding(
                node.element,
                f"The {words(node.element)} calls the process {called}, which is not marked as executable.",
                "Mark that process as executable in its properties.",
            )


@rule(
    "decision-missing",
    "error",
    "A business rule task names no decision table, or one that is not there.",
    "Enter the id of a decision, and add its file.",
)
def decision_missing(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if node.tag != "businessRuleTask":
            continue
        decision = text_of(node.extension("calledDecisionId")).strip()
        if not decision:
            yield Finding(
                node.element,
                f"The {words(node.element)} names no decision table.",
                "Enter the id of a decision (calledDecisionId) in its properties.",
            )
        elif decision not in {*bundle.decisions, *bundle.context.known_decisions} and bundle.tables_whole:
            yield Finding(
                node.element,
                f"The {words(node.element)} asks the decision {decision}, which is not in the files.",
                "Check it together with the file of that decision table, or correct the id.",
            )


@rule(
    "decision-twice",
    "error",
    "Two files hold a decision with the same id, so one would decide in place of the other.",
    "Give one of them another id, and remove files that are copies.",
)
def decision_twice(bundle: Bundle) -> Iterator[Finding]:
    for id_, places in bundle.decisions.items():
        for file, line in places[1:]:
            yield Finding(
                line,
                f"The id {id_} is already used by a decision in {places[0][0]}.",
                "Give one of the two another id, and remove files that are copies.",
                file=file,
            )


@rule(
    "data-store",
    "error",
    "Data stores are not kept.",
    "Keep what is needed as facts or in a form; remove the data store.",
)
def data_store(bundle: Bundle) -> Iterator[Finding]:
    used = (scope.element.iterchildren(bpmn("dataStoreReference")) for _, scope in bundle.scopes())
    declared = (document.root.iterchildren(bpmn("dataStore")) for document in bundle.documents)
    for store in chain.from_iterable((*used, *declared)):
        yield Finding(store, f"The data store {store.get('name') or store.get('id')} would not keep anything.")


@rule(
    "data-object-missing",
    "error",
    "A step reads or writes a data object that is not there.",
    "Draw the data object, or remove the dotted arrow.",
)
def data_object_missing(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        objects = {found.get("id") for found in document.root.iter(bpmn("dataObject"))}
        references = {
            found.get("id"): found.get("dataObjectRef") for found in document.root.iter(bpmn("dataObjectReference"))
        }
        stores = {found.get("id") for found in document.root.iter(bpmn("dataStoreReference"))}
        for kind, side in (("dataInputAssociation", "sourceRef"), ("dataOutputAssociation", "targetRef")):
            for association in document.root.iter(bpmn(kind)):
                owner = association.getparent()
                if owner is None or not tag(owner):
                    continue
                for end in association.iterchildren(bpmn(side)):
                    named = text_of(end).strip()
                    if named not in stores and references.get(named) not in objects:
                        yield Finding(
                            association,
                            f"The {words(owner)} uses the data object {named or 'without an id'}, which is not there.",
                        )
