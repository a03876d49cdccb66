"""Which decision or function of a file needs which: references resolved, cycles refused, an order in which to build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from engine.decisions.xml_source import Report, child, children

_REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")
_TARGETS = ("requiredDecision", "requiredInput", "requiredKnowledge")


@dataclass(frozen=True)
class Requirement:
    """One arrow of the drawing, seen from the element that needs something."""

    element: etree._Element
    target: str
    """Id of the element that is needed."""


def requirements(element: etree._Element, namespace: str, report: Report) -> list[Requirement]:
    """Return what a decision or function requires inside the file; references to other files are reported."""
    found = []
    for requirement in children(element, *_REQUIREMENTS):
        target = child(requirement, *_TARGETS)
        href = "" if target is None else (target.get("href") or "")
        file, mark, wanted = href.rpartition("#")
        if not mark or not wanted:
            report.error(
                "requirement-unclear",
                requirement,
                f"The requirement refers to `{href}`, which names no element.",
                "Draw the arrow again.",
            )
        elif file and file != namespace:
            report.error(
                "requirement-elsewhere",
                requirement,
                f"The requirement refers to `{href}` in another file.",
                "Copy what is needed into this file.",
            )
        else:
            found.append(Requirement(requirement, wanted))
    return found


def check_targets(needed: Mapping[str, list[Requirement]], known: Iterable[str], report: Report) -> None:
    """Report requirements whose element is not in the file."""
    ids = set(known)
    for arrows in needed.values():
        for arrow in arrows:
            if arrow.target not in ids:
                report.error(
                    "requirement-missing",
                    arrow.element,
                    f"The requirement refers to `{arrow.target}`, which is not in the file.",
                    "Draw the arrow again, or add what is missing.",
                )


def build_order(
    elements: Mapping[str, etree._Element], needed: Mapping[str, list[Requirement]], report: Report
) -> list[str]:
    """Return the ids, each after what it requires; those in or behind a circle are reported and left out."""
    waiting = {key: {arrow.target for arrow in needed[key] if arrow.target in elements} for key in elements}
    order: list[str] = []
    while waiting:
        ready = [key for key, targets in waiting.items() if not targets]
        if not ready:
            break
        for key in ready:
            del waiting[key]
        order.extend(ready)
        for targets in waiting.values():
            targets.difference_update(ready)
    for key in waiting:
        report.error(
            "requirement-circle",
            elements[key],
            f"{elements[key].get('name') or key!r} needs itself, directly or through others.",
            "Break the circle of requirements.",
        )
    return order
