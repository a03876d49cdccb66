"""Which parallel joins wait for ever: found by playing every choice of a scope with tokens on its arrows.

Tokens on different arrows do not hinder each other, so only one of them is moved at a time, with every choice that it
has: which goes first changes nothing about where a case can come to stand still (stubborn sets, Valmari 1991). What
depends on others is left for when its turn is certain: an inclusive join fires once no other token can reach it, a
terminate end last of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.publication.diagram import Flow, Node, Scope
from engine.publication.graph import on_a_loop, reachable

MAX_STATES = 10_000
"""Beyond this many states the search stops, and says so."""
MOST_ON_AN_ARROW = 2
"""More tokens than this on one arrow teach nothing new."""
_State = tuple[int, ...]
"""The places of the arrows that hold a token, sorted, each as often as it holds one."""


@dataclass(frozen=True)
class WaitingJoins:
    """What the search found in one scope."""

    never: tuple[Node, ...] = ()
    """Parallel joins that can never fire."""
    sometimes: tuple[Node, ...] = ()
    """Parallel joins that in some cases wait for ever."""
    whole: bool = True
    """False: there are too many states to look at all of them; more joins may wait."""


def waiting_joins(scope: Scope) -> WaitingJoins:
    """Return the parallel joins of a scope that wait for ever, every choice of every gateway being possible.

    What is returned is certain even where the search was not whole; then none is said to wait in every case.
    """
    if not any(node.tag == "parallelGateway" and len(node.incoming) > 1 for node in scope.nodes):
        return WaitingJoins()
    game = _Game(scope)
    whole = game.play()
    starved = [node for node in scope.nodes if node in game.starved]
    never = tuple(node for node in starved if whole and node not in game.fired)
    return WaitingJoins(never, tuple(node for node in starved if node not in never), whole)


class _Game:
    """Plays every choice of a scope; joins fire when they may."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.flows: list[Flow] = [flow for node in scope.nodes for flow in node.outgoing]
        self.index = {flow: at for at, flow in enumerate(self.flows)}
        self.fired: set[Node] = set()
        self.starved: set[Node] = set()
        self._reach = {node: reachable([node]) for node in scope.nodes}
        self._after: dict[Node, list[list[int]]] = {}
        depth = {node: len(self._reach[node]) for node in scope.nodes}
        looping = {node for node in scope.nodes if on_a_loop(node)}
        # First what lies on no loop, so that nobody waits for a token that goes round; and what is furthest.
        self._rank = [
            (flow.target in looping, depth.get(flow.target, 0)) if flow.target is not None else (False, 0)
            for flow in self.flows
        ]

    def play(self) -> bool:
        """Look at every state; return whether there were few enough."""
        todo: list[_State] = [_marking(self.index[flow] for flow in start.outgoing) for start in self.scope.starts]
        seen: set[_State] = set()
        while todo:
            state = todo.pop()
            if state in seen or any(state.count(at) > MOST_ON_AN_ARROW for at in set(state)):
                continue
            seen.add(state)
            if len(seen) > MAX_STATES:
                return False
            todo.extend(self._moves(state))
        return True

    def _moves(self, state: _State) -> list[_State]:
        ends_all = False
        for at in sorted(set(state), key=lambda at: (self._rank[at], at)):
            node = self.flows[at].target
            if node is None or node.scope is not self.scope:
                return [_without(state, [at])]  # a broken arrow is another rule's matter
            if _terminates(node):
                ends_all = True
                continue
            used: Sequence[int] = [at]
            if len(node.incoming) > 1 and node.tag == "parallelGateway":
                used = [self.index[flow] for flow in node.incoming if flow in self.index]
                if len(used) < len(node.incoming) or not set(used) <= set(state):
                    continue
                self.fired.add(node)
            elif len(node.incoming) > 1 and node.tag == "inclusiveGateway":
                waiting = {self.index[flow] for flow in node.incoming if flow in self.index}
                upstream = (self.flows[other].target for other in set(state) - waiting)
                if any(node in self._reach.get(other, ()) for other in upstream if other is not None):
                    continue
                used = sorted(waiting & set(state))
            rest = _without(state, used)
            return [_marking([*rest, *more]) for more in self._what_follows(node)]
        if ends_all:
            return [()]
        self.starved |= {
            target for at in state if (target := self.flows[at].target) is not None and target.tag == "parallelGateway"
        }
        return []

    def _what_follows(self, node: Node) -> list[list[int]]:
        """Return the arrows that get a token when the node is done, for each choice."""
        found = self._after.get(node)
        if found is None:
            regular = found = _choices(node, self.index)
            for event in node.boundaries:
                outs = [self.index[flow] for flow in event.outgoing if flow in self.index]
                found = [*found, *([outs] if event.interrupting else ([*choice, *outs] for choice in regular))]
            self._after[node] = found
        return found


def _terminates(node: Node) -> bool:
    return node.tag == "endEvent" and any(definition.kind == "terminate" for definition in node.definitions)


def _choices(node: Node, index: dict[Flow, int]) -> list[list[int]]:
    outs = [index[flow] for flow in node.outgoing if flow in index]
    if node.tag == "endEvent":
        return [[]]
    if node.tag in ("exclusiveGateway", "eventBasedGateway"):
        return [[out] for out in outs] or [[]]
    if node.tag == "inclusiveGateway" and len(outs) > 1:
        sizes = range(1, len(outs) + 1) if len(outs) <= 4 else (1, len(outs))
        return [list(chosen) for size in sizes for chosen in combinations(outs, size)]
    return [outs]


def _marking(tokens: Iterable[int]) -> _State:
    return tuple(sorted(tokens))


def _without(state: _State, used: Iterable[int]) -> _State:
    rest = list(state)
    for at in used:
        rest.remove(at)
    return tuple(rest)
