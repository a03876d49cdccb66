"""What can come after what in a case: along arrows, into subprocesses and called processes, and out of them again.

Every arrow counts as one that may be taken, so "can come after" errs on the side of yes.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope


class CaseOrder:
    """The order of all steps of a bundle, over the borders of subprocesses and processes."""

    def __init__(self, bundle: Bundle) -> None:
        self._next: dict[Node, set[Node]] = {}
        processes = {process.scope.id: process.scope for _, process in bundle.processes()}
        for _, node in bundle.nodes():
            self._next.setdefault(node, set()).update(node.next())
            called = processes.get(node.element.get("calledElement") or "") if node.tag == "callActivity" else None
            for scope in (node.inside, called):
                if scope is not None:
                    self._enter(node, scope)

    def _enter(self, host: Node, scope: Scope) -> None:
        self._next[host].update(scope.starts)
        for inner in scope.nodes:
            # A boundary event may end the host wherever it stands; the regular way out is where a path stops.
            out = set(host.boundaries) if inner.outgoing else set(host.next())
            self._next.setdefault(inner, set()).update(out)

    def behind(self, nodes: Iterable[Node]) -> set[Node]:
        """Return every step that can come after one of these; one of these itself only where a way leads back."""
        seen: set[Node] = set()
        todo = [after for node in nodes for after in self._next.get(node, ())]
        while todo:
            node = todo.pop()
            if node not in seen:
                seen.add(node)
                todo.extend(self._next.get(node, ()))
        return seen
