"""Questions about arrows: what can be reached, where a path stops, and which joins wait for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.publication.diagram import Flow, Node, Scope

MAX_STATES = 4_000
"""Beyond this many states the search for waiting joins gives up and says nothing."""


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


@dataclass
class _Game:
    """Plays every choice of a scope with tokens on arrows; joins fire when they may, inclusive joins last."""

    scope: Scope
    flows: list[Flow] = field(default_factory=list)
    fired: set[Node] = field(default_factory=set)
    starved: set[Node] = field(default_factory=set)
    gave_up: bool = False

    def play(self) -> None:
        self.flows = [flow for node in self.scope.nodes for flow in node.outgoing]
        index = {flow: at for at, flow in enumerate(self.flows)}
        alternatives = [[start] for start in self.scope.starts]
        todo = [_marking(index[flow] for start in starts for flow in start.outgoing) for starts in alternatives]
        seen: set[tuple[int, ...]] = set()
        while todo:
            state = todo.pop()
            if state in seen or any(state.count(at) > 2 for at in state):
                continue
            seen.add(state)
            if len(seen) > MAX_STATES:
                self.gave_up = True
                return
            todo.extend(self._moves(state, index))

    def _moves(self, state: tuple[int, ...], index: dict[Flow, int]) -> list[tuple[int, ...]]:
        later: list[Node] = []
        for at in dict.fromkeys(state):
            node = self.flows[at].target
            if node is None or node.scope is not self.scope:
                return [_without(state, [at])]  # a broken arrow is another rule's matter
            if len(node.incoming) > 1 and node.tag == "inclusiveGateway":
                later.append(node)
                continue
            used = [at]
            if len(node.incoming) > 1 and node.tag == "parallelGateway":
                used = [index[flow] for flow in node.incoming if flow in index]
                if len(used) < len(node.incoming) or not set(used) <= set(state):
                    continue
                self.fired.add(node)
            return self._after(node, _without(state, used), index)
        for node in later:
            waiting = {index[flow] for flow in node.incoming if flow in index}
            upstream = [self.flows[at].target for at in set(state) - waiting]
            if not any(node in reachable([other]) for other in upstream if other is not None):
                return self._after(node, _without(state, sorted(waiting & set(state))), index)
        self.starved |= {
            target for at in state if (target := self.flows[at].target) is not None and target.tag == "parallelGateway"
        }
        return []

    def _after(self, node: Node, rest: tuple[int, ...], index: dict[Flow, int]) -> list[tuple[int, ...]]:
        if node.tag == "endEvent":
            ends_all = any(definition.kind == "terminate" for definition in node.definitions)
            return [() if ends_all else rest]
        found = [_marking([*rest, *choice]) for choice in _choices(node, index)]
        for event in node.boundaries:
            outs = [index[flow] for flow in event.outgoing if flow in index]
            if event.interrupting:
                found.append(_marking([*rest, *outs]))
            else:
                found += [_marking([*rest, *choice, *outs]) for choice in _choices(node, index)]
        return found


def _choices(node: Node, index: dict[Flow, int]) -> list[list[int]]:
    outs = [index[flow] for flow in node.outgoing if flow in index]
    if node.tag in ("exclusiveGateway", "eventBasedGateway"):
        return [[out] for out in outs] or [[]]
    if node.tag == "inclusiveGateway" and len(outs) > 1:
        sizes = range(1, len(outs) + 1) if len(outs) <= 4 else (1, len(outs))
        return [list(chosen) for size in sizes for chosen in combinations(outs, size)]
    return [outs]


def _marking(tokens: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(tokens))


def _without(state: tuple[int, ...], used: Iterable[int]) -> tuple[int, ...]:
    rest = list(state)
    for at in used:
        rest.remove(at)
    return tuple(rest)


def waiting_joins(scope: Scope) -> tuple[list[Node], list[Node]]:
    """Return the parallel joins that can never fire, and those that in some cases wait for ever.

    Every choice of every gateway counts as possible. Says nothing where there are too many states to look at.
    """
    if not any(node.tag == "parallelGateway" and len(node.incoming) > 1 for node in scope.nodes):
        return [], []
    game = _Game(scope)
    game.play()
    if game.gave_up:
        return [], []
    starved = [node for node in scope.nodes if node in game.starved]
    return [node for node in starved if node not in game.fired], [node for node in starved if node in game.fired]
