"""Which parallel joins wait for ever: found by playing every choice of a scope with tokens on its arrows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from engine.publication.diagram import Flow, Node, Scope
from engine.publication.graph import reachable

MAX_STATES = 4_000
"""Beyond this many states the search gives up and says nothing."""


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
