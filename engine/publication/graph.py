"""Questions about the arrows of one scope: what can be reached, where a path stops, what never gets out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from engine.publication.diagram import Node, Scope


def spread(nodes: Iterable[Node], onward: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """Return these nodes and all that `onward` leads to from them, however often it is asked."""
    seen: set[Node] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(onward(node))
    return seen


def reachable(nodes: Iterable[Node]) -> set[Node]:
    """Return these nodes and all that a token can reach from them, boundary events included."""
    return spread(nodes, Node.next)


def reachable_by_arrows(nodes: Iterable[Node]) -> set[Node]:
    """Return these nodes and all that follow by arrows alone."""
    return spread(nodes, Node.by_arrows)


def alive(scope: Scope) -> set[Node]:
    """Return what a token can reach in a scope. The landing place of a link counts: the link itself is refused."""
    return reachable([*scope.starts, *(node for node in scope.nodes if links(node) and not node.incoming)])


def links(node: Node) -> bool:
    """Say whether the node is a link event."""
    return any(definition.kind == "link" for definition in node.definitions)


def on_a_loop(node: Node) -> bool:
    """Say whether a token can come back to the node."""
    return node in reachable(node.next())


def splits(node: Node) -> bool:
    """Say whether a token at the node goes out on every arrow."""
    return len(node.outgoing) > 1 and node.tag in ("parallelGateway", "startEvent")


def follow(node: Node) -> Iterator[Node]:
    """Yield where the one token goes: by arrows, or by an interrupting boundary event."""
    yield from node.by_arrows()
    yield from (event for event in node.boundaries if event.interrupting)


def paths_that_stop(scope: Scope) -> tuple[list[Node], list[Node]]:
    """Return the nodes (not end events) where a path stops: those that leave the scope unfinished, and the harmless.

    Harmless: beside it another path surely comes to an end event (behind a parallel gateway, or beside a
    non-interrupting boundary event). Only nodes that a token can reach are looked at.
    """
    missing = _may_miss_the_end(scope)
    here = alive(scope)
    begun = (start for start in scope.starts if start in missing)
    bad = spread(begun, lambda node: (after for after in follow(node) if after in missing))
    stops = [
        node
        for node in scope.nodes
        if node in here and not node.outgoing and node.tag != "endEvent" and not links(node)
    ]
    return [node for node in stops if node in bad], [node for node in stops if node not in bad]


def _may_miss_the_end(scope: Scope) -> set[Node]:
    """Return the nodes from which a token may be used up without any of its parts reaching an end event."""
    missing: set[Node] = set()
    changed = True
    while changed:
        changed = False
        for node in scope.nodes:
            if node in missing or node.tag == "endEvent":
                continue
            targets = list(node.by_arrows())
            gather = all if splits(node) else any
            by_event = any(event in missing for event in node.boundaries if event.interrupting)
            if not targets or gather(target in missing for target in targets) or by_event:
                missing.add(node)
                changed = True
    return missing


def traps(scope: Scope) -> list[Node]:
    """Return reachable nodes from which nothing that stops can be reached: loops without a way out."""
    before: dict[Node, list[Node]] = {}
    for node in scope.nodes:
        for after in node.next():
            before.setdefault(after, []).append(node)
    stops = (node for node in scope.nodes if node.tag == "endEvent" or not node.outgoing)
    out = spread(stops, lambda node: before.get(node, ()))
    here = alive(scope)
    return [node for node in scope.nodes if node in here and node not in out]
