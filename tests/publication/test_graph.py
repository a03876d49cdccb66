"""Where cases would hang: joins that starve and paths that stop, told from those that are fine."""

from __future__ import annotations

from lxml import etree

from engine.publication.diagram import Node, Scope, read_processes
from engine.publication.graph import paths_that_stop, traps
from engine.publication.names import BPMN
from engine.publication.waiting_joins import waiting_joins

_TAGS = {"X": "exclusiveGateway", "+": "parallelGateway", "O": "inclusiveGateway", "T": "task", "S": "startEvent"}


def _scope(nodes: str, flows: str, more: str = "") -> Scope:
    """Build a process: nodes as `kind:id`, flows as `a>b`."""
    body = "".join(
        f'<{_TAGS.get(kind, "endEvent")} id="{id_}"/>'
        for kind, _, id_ in (word.partition(":") for word in nodes.split())
    )
    arrows = "".join(
        f'<sequenceFlow id="f{at}" sourceRef="{pair.split(">")[0]}" targetRef="{pair.split(">")[1]}"/>'
        for at, pair in enumerate(flows.split())
    )
    root = etree.fromstring(f'<definitions xmlns="{BPMN}"><process id="p">{body}{more}{arrows}</process></definitions>')
    return read_processes(root, "a.bpmn")[0].scope


def _ids(found: tuple[list[Node], list[Node]]) -> tuple[list[str], list[str]]:
    return [node.id for node in found[0]], [node.id for node in found[1]]


def test_a_fork_and_its_join_are_fine() -> None:
    scope = _scope("S:s +:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    assert _ids(waiting_joins(scope)) == ([], [])


def test_a_parallel_join_behind_an_exclusive_choice_never_fires() -> None:
    scope = _scope("S:s X:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    assert _ids(waiting_joins(scope)) == (["d"], [])


def test_a_parallel_join_behind_an_inclusive_choice_fires_only_sometimes() -> None:
    scope = _scope("S:s O:a T:b T:c +:d E:e", "s>a a>b a>c b>d c>d d>e")
    assert _ids(waiting_joins(scope)) == ([], ["d"])


def test_an_inclusive_join_waits_for_nothing_that_does_not_come() -> None:
    scope = _scope("S:s O:a T:b T:c O:d +:f T:g T:h +:i E:e", "s>a a>b a>c b>d c>d d>f f>g f>h g>i h>i i>e")
    assert _ids(waiting_joins(scope)) == ([], [])


def test_a_round_of_rework_around_fork_and_join_is_fine() -> None:
    scope = _scope("S:s X:r +:a T:b T:c +:d X:x E:e", "s>r r>a a>b a>c b>d c>d d>x x>r x>e")
    assert _ids(waiting_joins(scope)) == ([], [])


def test_a_fork_with_a_choice_that_leaves_one_branch_makes_the_join_wait() -> None:
    scope = _scope("S:s +:a T:b X:c +:d E:e E:f", "s>a a>b a>c b>d c>d c>f d>e")
    assert _ids(waiting_joins(scope)) == ([], ["d"])


def test_an_interrupting_timer_that_leaves_one_branch_makes_the_join_wait() -> None:
    event = '<boundaryEvent id="l" attachedToRef="b"><timerEventDefinition/></boundaryEvent>'
    scope = _scope("S:s +:a T:b T:c +:d E:e E:f", "s>a a>b a>c b>d c>d d>e l>f", event)
    assert _ids(waiting_joins(scope)) == ([], ["d"])


def test_a_terminate_end_sets_the_waiting_join_free() -> None:
    end = '<endEvent id="f"><terminateEventDefinition/></endEvent>'
    scope = _scope("S:s +:a T:b X:c +:d E:e", "s>a a>b a>c b>d c>d c>f d>e", end)
    assert _ids(waiting_joins(scope)) == ([], [])


def test_very_many_choices_are_given_up_in_good_time() -> None:
    nodes = "S:s +:a +:z E:e " + " ".join(f"O:g{i} T:h{i} T:i{i} T:j{i} O:k{i}" for i in range(12))
    flows = "s>a z>e " + " ".join(
        f"a>g{i} g{i}>h{i} g{i}>i{i} g{i}>j{i} h{i}>k{i} i{i}>k{i} j{i}>k{i} k{i}>z" for i in range(12)
    )
    assert _ids(waiting_joins(_scope(nodes, flows))) == ([], [])


def test_a_path_that_stops_beside_another_that_ends_is_harmless() -> None:
    scope = _scope("S:s +:a T:b T:c E:e", "s>a a>b a>c c>e")
    assert _ids(paths_that_stop(scope)) == ([], ["b"])


def test_a_path_that_stops_after_a_choice_leaves_the_case_open() -> None:
    scope = _scope("S:s X:a T:b T:c E:e", "s>a a>b a>c c>e")
    assert _ids(paths_that_stop(scope)) == (["b"], [])


def test_a_loop_without_a_way_out_is_a_trap() -> None:
    scope = _scope("S:s X:a T:b X:c T:d E:e", "s>a a>b a>e b>c c>d d>c")
    assert [node.id for node in traps(scope)] == ["b", "c", "d"]
