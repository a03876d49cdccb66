"""Where a token may be put by hand: only to where nobody waits for it in vain, and nobody comes twice.

Behind a parallel or inclusive gateway branches wait for each other, and beside a boundary event that does not interrupt
two tokens run. A token that jumped over one of these would leave a join waiting for ever, or pass it twice. So it moves
only within the stretch of the drawing around it, forwards or backwards, that neither of them bounds.

There it goes to where somebody acts or something waits, so that what comes of the case is decided by people and by
the diagram: nobody ends a case as satisfied, or pays, by hand. What no person does, and cannot be done, may be left
out: the token then goes where it would have come to, as far as no gateway decides on the way (docs/adr/0025).
"""

from __future__ import annotations

from engine.model.elements import Diagram, Element

BETWEEN_BRANCHES = frozenset({"parallelGateway", "inclusiveGateway"})
NEVER_ENTERED = frozenset({"startEvent", "boundaryEvent"})
"""Kinds that no sequence flow leads to."""
BY_PEOPLE = frozenset({"userTask", "manualTask"})
RESTING = BY_PEOPLE | {"receiveTask", "intermediateCatchEvent", "eventBasedGateway", "callActivity", "subProcess"}
"""Kinds at which a token rests until somebody acts or something comes, or within which it does."""


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
    open_to = {element, *_straight_ahead(diagram, start)}
    return tuple(
        id_
        for id_, each in diagram.elements.items()
        if id_ in found and each.kind not in NEVER_ENTERED and (each.kind in RESTING or id_ in open_to)
    )


def _straight_ahead(diagram: Diagram, start: Element) -> list[str]:
    """Return where a token comes to once what no person does is done, before it rests or a gateway decides."""
    found: list[str] = []
    at = start
    while at.kind not in RESTING or (at is start and at.kind not in BY_PEOPLE):
        onward = [diagram.elements[flow.target] for flow in diagram.flows.values() if flow.source == at.id]
        if len(onward) != 1 or onward[0].kind.endswith("Gateway") or onward[0].id in found:
            break
        at = onward[0]
        found.append(at.id)
    return found


def _links(diagram: Diagram) -> list[tuple[str, str]]:
    flows = [(flow.source, flow.target) for flow in diagram.flows.values()]
    hosts = [(each.attached_to, each.id) for each in diagram.elements.values() if each.attached_to is not None]
    return flows + hosts


def _open_way(element: Element | None, start: Element) -> bool:
    if element is None or element.scope != start.scope or element.kind in BETWEEN_BRANCHES:
        return False
    return element.kind != "boundaryEvent" or element.interrupting
