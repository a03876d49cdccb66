"""Questions about the arrows of one scope: what can be reached, where a path stops, what never gets out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.publication.diagram import Node, Scope


def reachable(nodes: Iterable[Node]) -> set[Node]:
    """Return these nodes and all that a token can reach from them, boundary events included."""
    seen: set[Node] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(node.next())
    return seen


def reachable_by_arrows(nodes: Iterable[Node]) -> set[Node]:
    """Return these nodes and all that follow by arrows alone."""
    seen: set[Node] = set()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo.extend(flow.target for flow in node.outgoing if flow.target is not None)
    return seen


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


def _follow(node: Node) -> Iterator[Node]:
    """Yield where the one token goes: by arrows, or by an interrupting boundary event."""
    for flow in node.outgoing:
        if flow.target is not None:
            yield flow.target
    for event in node.boundaries:
        if event.interrupting:
            yield event


def paths_that_stop(scope: Scope) -> tuple[list[Node], list[Node]]:
    """Return the nodes (not end events) where a path stops: those that leave the scope unfinished, and the harmless.

    Harmless: beside it another path surely comes to an end event (behind a parallel gateway, or beside a
    non-interrupting boundary event). Only nodes that a token can reach are looked at.
    """
    missing = _may_miss_the_end(scope)
    here = alive(scope)
    bad: set[Node] = set()
    todo = [start for start in scope.starts if start in missing]
    while todo:
        node = todo.pop()
        if node not in bad:
            bad.add(node)
            todo.extend(after for after in _follow(node) if after in missing)
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
            targets = [flow.target for flow in node.outgoing if flow.target is not None]
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
    out: set[Node] = set()
    todo = [node for node in scope.nodes if node.tag == "endEvent" or not node.outgoing]
    while todo:
        node = todo.pop()
        if node not in out:
            out.add(node)
            todo.extend(before.get(node, ()))
    here = alive(scope)
    return [node for node in scope.nodes if node in here and node not in out]
