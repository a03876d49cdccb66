"""Ids: every element has one, once, in a form that nothing else uses (work in progress is found again by it)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.publication.bundle import Bundle, Document
from engine.publication.names import NODES, kind_in_words, tag, words
from engine.publication.registry import Finding, rule

_INTERNAL = re.compile(
    r"Start|End|StartEventSplit|StartEventJoin|.*\.(EndJoin|BoundaryEventSplit|BoundaryEventJoin)|.* \[child\]"
)
_FORM = re.compile(r"[^\W\d][\w.-]*")
_NEEDS_ID = NODES | {"process", "sequenceFlow", "message", "error", "signal", "escalation"}


def _elements(document: Document) -> Iterator[etree._Element]:
    for element in document.root.iter():
        if tag(element):
            yield element


@rule(
    "id-missing",
    "error",
    "An element has no id, so work that stands on it could not be found again.",
    "Open and save the diagram in the editor: it gives every element an id.",
)
def id_missing(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        for element in _elements(document):
            if tag(element) in _NEEDS_ID and not element.get("id"):
                yield Finding(element, f"The {words(element)} cannot be found again by the engine.")


@rule(
    "id-malformed",
    "error",
    "An id has characters that ids cannot have.",
    "Use letters, digits, underscore, hyphen and dot, beginning with a letter.",
)
def id_malformed(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        for element in _elements(document):
            id_ = element.get("id")
            if id_ and tag(element) in _NEEDS_ID and (not _FORM.fullmatch(id_) or len(id_) > 200):
                yield Finding(element, f"The id {id_[:60]!r} has characters that ids cannot have.")


@rule(
    "id-twice",
    "error",
    "Two elements of a file have the same id, so one of them is ignored.",
    "Give one of them another id.",
)
def id_twice(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        seen: dict[str, etree._Element] = {}
        for element in _elements(document):
            id_ = element.get("id")
            if not id_:
                continue
            if id_ in seen:
                yield Finding(
                    element,
                    f"The id {id_} is already used in line {seen[id_].sourceline} ({words(seen[id_])}).",
                    "Give one of the two another id.",
                )
            else:
                seen[id_] = element


@rule(
    "id-in-two-files",
    "error",
    "Two files use the same id for a process, a step or an arrow, so one would be taken for the other.",
    "Give one of them another id, and remove files that are copies.",
)
def id_in_two_files(bundle: Bundle) -> Iterator[Finding]:
    seen: dict[str, Document] = {}
    for document in bundle.documents:
        own: dict[str, Document] = {}
        for element in _elements(document):
            id_ = element.get("id")
            if not id_ or tag(element) not in NODES | {"process", "sequenceFlow"}:
                continue
            if id_ in seen:
                yield Finding(
                    element,
                    f"The id {id_} is already used in {seen[id_].file}.",
                    "Give one of the two another id, and remove files that are copies.",
                )
            own[id_] = document
        seen.update(own)


@rule(
    "id-reserved",
    "error",
    "An id is one that the engine uses for its own hidden steps.",
    "Give the element another id, for instance start_event.",
)
def id_reserved(bundle: Bundle) -> Iterator[Finding]:
    for _, node in bundle.nodes():
        if _INTERNAL.fullmatch(node.id):
            yield Finding(
                node.element,
                f"The id {node.id} is used by the engine for its own hidden steps.",
                f"Give the {words(node.element)} another id, for instance {node.id.split('.')[0].lower()}_event.",
            )


@rule(
    "id-reused",
    "error",
    "An id stood for another kind of element in the version that is in force; running cases would be confused.",
    "Give the new element a new id.",
)
def id_reused(bundle: Bundle) -> Iterator[Finding]:
    before = bundle.context.previous_elements or {}
    for _, node in bundle.nodes():
        was = before.get(node.id)
        if was is not None and was != node.tag:
            yield Finding(
                node.element,
                f"The id {node.id} was a {kind_in_words(was)} in the version in force and is now a "
                f"{kind_in_words(node.tag)}.",
                "Give the new element a new id, so that running cases are not confused.",
            )
