"""Where cases would hang: paths that stop and loops without a way out, told from those that are fine."""

from __future__ import annotations

from collections.abc import Sequence

from engine.publication.diagram import Node
from engine.publication.graph import paths_that_stop, traps
from tests.publication.drawn import drawn as _scope


def _ids(found: tuple[Sequence[Node], Sequence[Node]]) -> tuple[list[str], list[str]]:
    return [node.id for node in found[0]], [node.id for node in found[1]]


def test_a_path_that_stops_beside_another_that_ends_is_harmless() -> None:
    scope = _scope("S:s +:a T:b T:c E:e", "s>a a>b a>c c>e")
    assert _ids(paths_that_stop(scope)) == ([], ["b"])


def test_a_path_that_stops_after_a_choice_leaves_the_case_open() -> None:
    scope = _scope("S:s X:a T:b T:c E:e", "s>a a>b a>c c>e")
    assert _ids(paths_that_stop(scope)) == (["b"], [])


def test_a_loop_without_a_way_out_is_a_trap() -> None:
    scope = _scope("S:s X:a T:b X:c T:d E:e", "s>a a>b a>e b>c c>d d>c")
    assert [node.id for node in traps(scope)] == ["b", "c", "d"]
