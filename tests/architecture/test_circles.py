"""No module needs, in the end, itself: what stands in a circle can neither be read nor changed one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import grimp
import pytest

from tests.architecture.sources import PACKAGES

Needs = Mapping[str, frozenset[str]]
"""Module -> the modules it imports, also those that only its types need."""


def circles(needs: Needs) -> Iterator[list[str]]:
    """Yield the groups of modules of which each needs, in the end, every other."""
    left, moved = dict(needs), True
    while moved:
        free = [name for name, others in left.items() if not others & left.keys() - {name}]
        free += [name for name in left if not any(name in others for other, others in left.items() if other != name)]
        moved = bool(free)
        for name in free:
            left.pop(name, None)
    while left:
        first = min(left)
        group = sorted(name for name in left if first in _behind(name, left) and name in _behind(first, left))
        if first in group:
            yield group
        for name in group or [first]:
            del left[name]


def _behind(name: str, needs: Needs) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        for other in needs[todo.pop()] & needs.keys() - found:
            found.add(other)
            todo.append(other)
    return found


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"a"}, "c": {"a"}}, [["a", "b"]]),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"e", "a"}, "e": {"d"}}, [["a", "b", "c"], ["d", "e"]]),
        ({"a": {"b"}, "b": {"a", "c"}, "c": {"d"}, "d": {"e"}, "e": {"d"}}, [["a", "b"], ["d", "e"]]),
    ],
)
def test_a_circle_is_found(needs: dict[str, set[str]], expected: list[list[str]]) -> None:
    assert list(circles({name: frozenset(others) for name, others in needs.items()})) == expected


def test_no_module_of_the_product_stands_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    needs = {name: frozenset(graph.find_modules_directly_imported_by(name)) for name in graph.modules}
    assert {"engine.publication.registry", "app.cli"} <= needs.keys()
    assert list(circles(needs)) == []
