"""Settings of this engine inside the diagram: complete, so that they can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.publication.bundle import Bundle
from engine.publication.names import bpmn, spiff, tag, words
from engine.publication.registry import Finding, rule

_NEEDED: Final = {
    spiff("property"): ("name", "value"),
    spiff("taskMetadataValue"): ("name",),
    spiff("unitTest"): ("id",),
}
_WHOLE_NUMBERS: Final = ("retries", "backoff_base")


@rule(
    "setting-incomplete",
    "error",
    "A setting in the properties of an element lacks its name, type or value.",
    "Complete it in the editor, or remove it.",
)
def setting_incomplete(bundle: Bundle) -> Iterator[Finding]:
    advice = "Complete it in the properties of the element, or remove it."
    for document in bundle.documents:
        for element in document.root.iter(*_NEEDED, spiff("parameter"), spiff("retry")):
            local = str(element.tag).rpartition("}")[2]
            if element.tag == spiff("parameter"):
                needed: tuple[str, ...] = ("id", "type") if element.get("value") is not None else ()
            else:
                needed = _NEEDED.get(str(element.tag), ())
            missing = [name for name in needed if element.get(name) is None]
            if missing:
                yield Finding(
                    element, f"The {local} of the {_owner(element)} lacks its {' and '.join(missing)}.", advice
                )
            wrong = [name for name in _WHOLE_NUMBERS if not _whole(element.get(name, "1"))]
            if element.tag == spiff("retry") and wrong:
                yield Finding(element, f"The retry of the {_owner(element)} has no whole number as {wrong[0]}.", advice)
            parts = [spiff("inputJson"), spiff("expectedOutputJson")] if element.tag == spiff("unitTest") else []
            if any(next(element.iter(part), None) is None for part in parts):
                message = f"The unitTest of the {_owner(element)} lacks its input or expected output."
                yield Finding(element, message, advice)


def _owner(element: etree._Element) -> str:
    """Return the step that a setting belongs to, in words."""
    found = next((each for each in element.iterancestors() if tag(each) and each.get("id")), None)
    return words(found) if found is not None else "file"


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


@rule(
    "correlation-broken",
    "error",
    "A correlation property is not complete, so the file cannot be read.",
    "Remove it; messages are delivered to the case they belong to without it.",
)
def correlation_broken(bundle: Bundle) -> Iterator[Finding]:
    advice = "Remove it; messages are delivered to the case they belong to without it."
    for document in bundle.documents:
        for found in document.root.iter(bpmn("correlationProperty")):
            retrievals = list(found.iter(bpmn("correlationPropertyRetrievalExpression")))
            if not found.get("id") or not retrievals or any(each.get("messageRef") is None for each in retrievals):
                yield Finding(found, f"The {words(found)} does not say from which message it is taken.", advice)
        for found in document.root.iter(spiff("processVariableCorrelation")):
            owner = found.getparent()
            if any(len(found.findall(spiff(part))) != 1 for part in ("propertyId", "expression")):
                yield Finding(
                    found if owner is None or not tag(owner) else owner,
                    "A correlation in the properties of a message does not have one property and one expression.",
                    advice,
                )
