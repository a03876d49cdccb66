"""Parallel joins that wait for ever: the search finds what trying everything finds, and says where it had to stop."""

from __future__ import annotations

from itertools import combinations
from random import Random
from time import perf_counter

import pytest

from engine.publication import waiting_joins as module
from engine.publication.diagram import Node, Scope
from engine.publication.graph import reachable
from engine.publication.waiting_joins import waiting_joins
from tests.publication.drawn import drawn


def _found(scope: Scope) -> tuple[list[str], list[str]]:
    found = waiting_joins(scope)
    assert found.whole
    return [node.id for node in found.never], [node.id for node in found.sometimes]


def test_a_fork_and_its_join_are_fine() -> None:
    scope = drawn("S:s +:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    assert _found(scope) == ([], [])


def test_a_parallel_join_behind_an_exclusive_choice_never_fires() -> None:
    scope = drawn("S:s X:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    assert _found(scope) == (["d"], [])


def test_a_parallel_join_behind_an_inclusive_choice_fires_only_sometimes() -> None:
    scope = drawn("S:s O:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    assert _found(scope) == ([], ["d"])


def test_an_inclusive_join_waits_for_nothing_that_does_not_come() -> None:
    scope = drawn("S:s O:a T:b T:c O:d +:f T:g T:h +:i E:e", "s>a a>b a>c b>d c>d d>f f>g f>h g>i h>i i>e")
    assert _found(scope) == ([], [])


def test_a_round_of_rework_around_fork_and_join_is_fine() -> None:
    scope = drawn("S:s X:r +:a T:b T:c +:d X:x E:e", "s>r r>a a>b a>c b>d c>d d>x x>r x>e")
    assert _found(scope) == ([], [])


def test_a_fork_with_a_choice_that_leaves_one_branch_makes_the_join_wait() -> None:
    scope = drawn("S:s +:a T:b X:c +:d E:e E:f", "s>a a>b a>c b>d c>d c>f d>e")
    assert _found(scope) == ([], ["d"])


def test_an_interrupting_timer_that_leaves_one_branch_makes_the_join_wait() -> None:
    event = '<boundaryEvent id="l" attachedToRef="b"><timerEventDefinition/></boundaryEvent>'
    scope = drawn("S:s +:a T:b T:c +:d E:e E:f", "s>a a>b a>c b>d c>d d>e l>f", event)
    assert _found(scope) == ([], ["d"])


def test_a_terminate_end_sets_the_waiting_join_free() -> None:
    end = '<endEvent id="f"><terminateEventDefinition/></endEvent>'
    scope = drawn("S:s +:a T:b X:c +:d E:e", "s>a a>b a>c b>d c>d c>f d>e", end)
    assert _found(scope) == ([], [])


def _blocks(count: int, *, of: str, branches: int) -> Scope:
    """Build `count` blocks, side by side between a fork and its join; each parts and joins again with `of`."""
    nodes, flows = ["S:s", "+:a", "+:z", "E:e"], ["s>a", "z>e"]
    for block in range(count):
        nodes += [f"{of}:g{block}", f"{of}:k{block}"]
        flows += [f"a>g{block}", f"k{block}>z"]
        for at in range(branches):
            nodes.append(f"T:t{block}_{at}")
            flows += [f"g{block}>t{block}_{at}", f"t{block}_{at}>k{block}"]
    return drawn(" ".join(nodes), " ".join(flows))


@pytest.mark.parametrize("of", ["+", "O", "X"])
def test_a_diagram_of_a_hundred_elements_with_many_blocks_at_once_is_searched_to_the_end(of: str) -> None:
    scope = _blocks(20, of=of, branches=4)
    assert len(scope.nodes) > 120
    begun = perf_counter()
    assert _found(scope) == ([], [])
    assert perf_counter() - begun < 1


def test_the_one_wrong_join_among_twenty_blocks_is_found() -> None:
    scope = _blocks(20, of="O", branches=4)
    next(node for node in scope.nodes if node.id == "k13").tag = "parallelGateway"
    assert _found(scope) == ([], ["z", "k13"])


_KNOTTED = (
    "S:s +:a +:z E:e " + " ".join(f"X:x{at}" for at in range(16)),
    "s>a z>e " + " ".join(f"a>x{at} x{at}>z x{at}>z" for at in range(16)),
)


def test_what_cannot_be_searched_to_the_end_says_so_and_how_to_help() -> None:
    begun = perf_counter()
    assert not waiting_joins(drawn(*_KNOTTED)).whole
    assert perf_counter() - begun < 2


def test_what_was_found_before_the_search_stopped_is_certain_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    scope = drawn("S:s X:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    whole = waiting_joins(scope)
    assert ([node.id for node in whole.never], whole.whole) == (["d"], True)
    monkeypatch.setattr(module, "MAX_STATES", 4)
    cut = waiting_joins(scope)
    assert (cut.never, [node.id for node in cut.sometimes], cut.whole) == ((), ["d"], False)


@pytest.mark.parametrize("seed", range(300))
def test_moving_one_token_at_a_time_finds_what_trying_every_order_finds(seed: int) -> None:
    scope = _at_random(Random(seed))
    found = waiting_joins(scope)
    assert {node.id for node in (*found.never, *found.sometimes)} == _every_order(scope)


def _at_random(random: Random) -> Scope:
    ids = [f"n{at}" for at in range(random.randrange(4, 8))]
    kinds = [random.choice("X+O++T") for _ in ids]
    flows = {f"s>{ids[0]}"}
    for at, (kind, id_) in enumerate(zip(kinds, ids, strict=True)):
        for _ in range(1 if kind == "T" else random.choice([1, 2, 2, 3])):
            target = random.choice([*ids[at + 1 :], "e"] if random.random() < 0.9 else ids)
            flows |= {f"{id_}>{target}"} - {f"{id_}>{id_}"}
    end = '<endEvent id="t"><terminateEventDefinition/></endEvent>' if random.random() < 0.3 else ""
    flows |= {f"{random.choice(ids)}>t"} if end else set()
    nodes = " ".join(f"{kind}:{id_}" for kind, id_ in zip(kinds, ids, strict=True))
    return drawn(f"S:s {nodes} E:e", " ".join(sorted(flows)), end)


def _every_order(scope: Scope) -> set[str]:
    """Return the ids of the parallel joins at which some case stands still: every token moves in every order."""
    (start,) = scope.starts
    todo, seen, starved = [tuple(sorted(flow.id for flow in start.outgoing))], set[tuple[str, ...]](), set[str]()
    flows = {flow.id: flow for node in scope.nodes for flow in node.outgoing}
    while todo:
        state = todo.pop()
        if state in seen or any(state.count(id_) > 2 for id_ in state):
            continue
        seen.add(state)
        after = [
            following
            for id_ in set(state)
            if (target := flows[id_].target) is not None
            for following in _moves(state, id_, target)
        ]
        todo += after
        if not after:
            targets = [flows[id_].target for id_ in state]
            starved |= {node.id for node in targets if node is not None and node.tag == "parallelGateway"}
    return starved


def _moves(state: tuple[str, ...], id_: str, node: Node) -> list[tuple[str, ...]]:
    rest, incoming = list(state), [flow.id for flow in node.incoming]
    used = [id_]
    if node.definitions:
        return [()]
    if node.tag == "parallelGateway":
        if not set(incoming) <= set(state):
            return []
        used = incoming
    elif node.tag == "inclusiveGateway" and len(incoming) > 1:
        others = {
            flow.target for each in node.scope.nodes for flow in each.outgoing if flow.id in {*state} - {*incoming}
        }
        if any(node in reachable([other]) for other in others if other is not None):
            return []
        used = sorted(set(incoming) & set(state))
    for each in used:
        rest.remove(each)
    outs = [flow.id for flow in node.outgoing]
    if node.tag == "exclusiveGateway":
        return [tuple(sorted([*rest, out])) for out in outs] or [tuple(rest)]
    sizes = range(1, len(outs) + 1) if node.tag == "inclusiveGateway" and outs else [len(outs)]
    return [tuple(sorted([*rest, *chosen])) for size in sizes for chosen in combinations(outs, size)]
