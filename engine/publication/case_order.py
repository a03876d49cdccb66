"""What comes before what in a case: along arrows, into subprocesses and called processes, and out of them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope
from engine.publication.graph import follow, spread

Marks = frozenset[str]
"""What has happened: names that were set, for instance."""


@dataclass(frozen=True, eq=False)
class _Step:
    """One way by which a token comes to a node."""

    source: Node
    done: bool
    """False: the source has begun and not ended, as at a boundary event or at the beginning of a subprocess."""
    out_of: Node | None = None
    """The subprocess or call that ends on the way."""
    into: Node | None = None
    """The subprocess or call that begins on the way."""


class CaseOrder:
    """The order of all steps of a bundle, over the borders of subprocesses and processes.

    Every arrow counts as one that may be taken, whatever its condition says.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        everything = (node for _, process in bundle.processes() for node in process.scope.all_nodes())
        self._next: dict[Node, set[Node]] = {node: set() for node in everything}
        self._sure: dict[Node, list[_Step]] = {node: [] for node in self._next}
        processes = {process.scope.id: process.scope for _, process in bundle.processes()}
        called: set[Scope] = set()
        for node in self._next:
            inside = node.inside
            if node.tag == "callActivity":
                inside = processes.get(node.element.get("calledElement") or "")
                called |= {inside} if inside is not None else set()
            for event in node.boundaries:
                self._connect(event, _Step(node, done=False))
            if inside is None:
                self._leave(node, _Step(node, done=True))
            else:
                self._pass_through(node, inside)
        main = processes.get(bundle.context.main_process or "")
        begun = [scope for scope in processes.values() if scope not in called or scope is main]
        self._begin = {start for scope in begun for start in scope.starts}

    def before_first(self, node: Node) -> set[Node]:
        """Return every step that a case can do before it comes to `node` for the first time; all where none comes."""
        seen: set[Node] = set()
        todo = [start for start in self._begin if start is not node]
        reached = node in self._begin
        while todo:
            found = todo.pop()
            if found not in seen:
                seen.add(found)
                reached = reached or node in self._next.get(found, ())
                todo.extend(after for after in self._next.get(found, ()) if after is not node)
        return seen if reached else set(self._next)

    def behind(self, nodes: Iterable[Node]) -> set[Node]:
        """Return every step that can come after one of these; one of these itself only where a way leads back."""
        begun = (after for node in nodes for after in self._next.get(node, ()))
        return spread(begun, lambda node: self._next.get(node, ()))

    def stretch(self, begins: Iterable[Node] | None, ends: Iterable[Node]) -> set[Node]:
        """Return every step that can be open between one of `begins` (None: the opening of the case) and one of `ends`.

        Both count, and what stands inside an end that is a subprocess or call; what follows once it is done does not.
        """
        inside = {end: self._bundle.inside(end) for end in ends}

        def onward(node: Node) -> Iterator[Node]:
            over = [end for end, held in inside.items() if node is end or node in held]
            for after in self._next.get(node, ()):
                if all(after in inside[end] or after in end.boundaries for end in over):
                    yield after

        return spread(self._begin if begins is None else begins, onward)

    def surely(
        self, made: Mapping[Node, Marks | None], within: Mapping[Node, Marks]
    ) -> Mapping[Node, tuple[Marks | None, Marks | None]]:
        """Return what has happened on every way to a step: before it begins, and once it is done.

        `made` says what each step makes happen, None where nobody knows; `within`, what is so inside a subprocess or
        call. None in the answer: not known, or no case comes there. Of branches that are joined each has done its part.
        """
        before: dict[Node, Marks | None] = dict.fromkeys(self._next)
        before.update((start, Marks()) for start in self._begin if start in before)
        moved = True
        while moved:
            moved = False
            for node in before:
                found = self._meet(node, before, made, within)
                if found != before[node]:
                    before[node], moved = found, True
        return {node: (found, _add(found, made.get(node, Marks()))) for node, found in before.items()}

    def _meet(
        self,
        node: Node,
        before: Mapping[Node, Marks | None],
        made: Mapping[Node, Marks | None],
        within: Mapping[Node, Marks],
    ) -> Marks | None:
        if node in self._begin:
            return Marks()
        ways: list[Marks] = []
        for step in self._sure[node]:
            found = before.get(step.source)
            if step.done:
                found = _add(found, made.get(step.source, Marks()))
            if step.into is not None:
                found = _add(found, within.get(step.into, Marks()))
            if step.out_of is not None:
                found = _add(found, made.get(step.out_of, Marks()))
            if found is not None:
                ways.append(found)
        if not ways:
            return None
        return Marks().union(*ways) if node.tag == "parallelGateway" else ways[0].intersection(*ways)

    def _pass_through(self, host: Node, inside: Scope) -> None:
        for start in inside.starts:
            self._connect(start, _Step(host, done=False, into=host))
        if host.loop is not None:
            self._leave(host, _Step(host, done=False, out_of=host))  # there may be nothing to do it for
        main = _main_nodes(inside)
        for inner in inside.nodes:
            # A boundary event may end the host wherever a token stands inside.
            self._next[inner].update(host.boundaries)
            if inner.outgoing:
                continue
            if inner in main:
                self._leave(host, _Step(inner, done=True, out_of=host))
            else:
                self._next[inner].update(host.by_arrows())

    def _leave(self, node: Node, step: _Step) -> None:
        for after in node.by_arrows():
            self._connect(after, step)

    def _connect(self, target: Node, step: _Step) -> None:
        self._next[step.source].add(target)
        if target in self._sure:
            self._sure[target].append(step)


def _main_nodes(scope: Scope) -> set[Node]:
    """Return what is reached without a non-interrupting event: paths behind those go along beside the main one."""
    return spread(scope.starts, follow)


def _add(found: Marks | None, more: Marks | None) -> Marks | None:
    return None if found is None or more is None else found | more
