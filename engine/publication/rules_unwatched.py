"""Steps of people that no time watches over: nobody would be reminded of them, however long they lie."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.config import OPENING
from engine.publication.bundle import Bundle
from engine.publication.case_order import CaseOrder
from engine.publication.diagram import Node
from engine.publication.names import HUMAN, words
from engine.publication.registry import Finding, rule


@rule(
    "step-without-time",
    "warning",
    "A step of a person lies under no clock of process.toml and has no timer: nobody is ever reminded of it.",
    "Let a clock start at the step or before it and be met by it, or put a timer on its border.",
)
def step_without_time(bundle: Bundle) -> Iterator[Finding]:
    clocks = bundle.context.clocks
    if bundle.context.mode != "bundle" or clocks is None or not bundle.diagrams_whole:
        return
    watched = _under_a_clock(bundle)
    people = [node for _, node in bundle.nodes() if node.tag in HUMAN and node not in watched]
    bare = [node for node in people if not bundle.around(node, _has_timer)]
    if not clocks and len(bare) > 1:  # one cause, told once
        yield Finding(
            bare[0].element,
            f"The process has no clock, so nobody is ever reminded of {len(bare)} steps, the first of them the "
            f"{words(bare[0].element)}.",
            "Add a clock to process.toml that starts with the case, or put timers on the borders of the steps.",
        )
        return
    for node in bare:
        yield Finding(
            node.element,
            f"The {words(node.element)} lies under no clock and has no timer: nobody is ever reminded of it.",
            f"Name {node.id} in starts and met_by of a clock in process.toml, or put a timer on its border.",
        )


def _under_a_clock(bundle: Bundle) -> set[Node]:
    """Return the steps that can be open while some clock runs: from its start to where it is met or dropped."""
    order = CaseOrder(bundle)
    nodes: dict[str, list[Node]] = {}
    for document in bundle.documents:
        for process in document.processes:
            for node in process.scope.all_nodes():
                nodes.setdefault(node.id, []).append(node)
    found: set[Node] = set()
    for name, starts in (bundle.context.clocks or {}).items():
        ends = [node for id_ in bundle.context.clock_ends.get(name, ()) for node in nodes.get(id_, ())]
        if OPENING in starts:
            found |= order.stretch(None, ends)
        found |= order.stretch([node for id_ in starts for node in nodes.get(id_, ())], ends)
    return found


def _has_timer(node: Node) -> bool:
    return any(each.kind == "timer" for event in node.boundaries for each in event.definitions)
