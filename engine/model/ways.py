"""Where a token may be put by hand: only to where nobody waits for it in vain, and nobody comes twice.

Behind a parallel or inclusive gateway branches wait for each other, and beside a boundary event that does not interrupt
two tokens run. A token that jumped over one of these would leave a join waiting for ever, or pass it twice. So it moves
only within the stretch of the drawing around it, forwards or backwards, that neither of them bounds.

There it goes to where people act, so that what comes of the case is decided by them and by the diagram: nobody ends
a case as satisfied, or records a payment, by hand (docs/adr/0025).
"""

from __future__ import annotations

from engine.model.elements import Diagram, Element

BETWEEN_BRANCHES = frozenset({"parallelGateway", "inclusiveGateway"})
NEVER_ENTERED = frozenset({"startEvent", "boundaryEvent"})
"""Kinds that no sequence flow leads to."""
ACTED_ON = frozenset({"userTask", "manualTask", "callActivity", "subProcess"})
"""Kinds at which people act, or within which they do."""


def ways_from(diagram: Diagram, element: str) -> tuple[str, ...]:
    """Return the ids of the elements to which a token at `element` may be moved, itself too, in the drawing's order.

    All of them lie in its own scope: the same process, or the same embedded subprocess. Empty for an unknown element.
    """
    start = diagram.elements.get(element)
    if start is None:
        return ()
    beside: dict[str, set[str]] = {}
    for one, other in _links(diagram):
        if _open_way(diagram.elements.get(one), start) and _open_way(diagram.elements.get(other), start):
            beside.setdefault(one, set()).add(other)
            beside.setdefault(other, set()).add(one)
    found, todo = {element}, [element]
    while todo:
        for each in beside.get(todo.pop(), ()):
            if each not in found:
                found.add(each)
                todo.append(each)
    return tuple(
        id_
        for id_, each in diagram.elements.items()
        if id_ in found and each.kind not in NEVER_ENTERED and (each.kind in ACTED_ON or id_ == element)
    )


def _links(diagram: Diagram) -> list[tuple[str, str]]:
    flows = [(flow.source, flow.target) for flow in diagram.flows.values()]
    hosts = [(each.attached_to, each.id) for each in diagram.elements.values() if each.attached_to is not None]
    return flows + hosts


def _open_way(element: Element | None, start: Element) -> bool:
    if element is None or element.scope != start.scope or element.kind in BETWEEN_BRANCHES:
        return False
    return element.kind != "boundaryEvent" or element.interrupting
