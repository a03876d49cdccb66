"""Everything that is checked together: the diagrams, what they refer to, and what is known around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from engine.publication.context import CheckContext
from engine.publication.diagram import Definition, Node, Process, Scope, read_processes
from engine.publication.names import bpmn
from engine.publication.waiting_joins import WaitingJoins, waiting_joins

if TYPE_CHECKING:
    from engine.decisions import Decision  # the reader of FEEL is costly to load, and not every check needs it


@dataclass(eq=False)
class Document:
    """One diagram file."""

    file: str
    root: etree._Element
    processes: list[Process]

    def declared(self, name: str) -> dict[str, etree._Element]:
        """Return what the file declares at its top, by id: `message`, `error`, `signal`, `escalation`."""
        return {child.get("id") or "": child for child in self.root.iterchildren(bpmn(name))}

    def message_of(self, definition: Definition) -> str:
        """Return the name of the message that an event definition refers to, empty where there is none."""
        found = self.declared("message").get(definition.element.get("messageRef") or "")
        return (found.get("name") or "") if found is not None else ""

    @property
    def checked(self) -> list[Process]:
        """The processes that run; all of them where none does (the file is refused anyway, and more is learnt)."""
        running = [process for process in self.processes if process.executable]
        return running or self.processes


@dataclass(eq=False)
class Bundle:
    """The set of files under check."""

    context: CheckContext
    documents: list[Document] = field(default_factory=list)
    decisions: dict[str, list[tuple[str, int | None]]] = field(default_factory=dict)
    """Decision id -> the files and lines that hold it, sound or not."""
    tables: dict[str, Decision] = field(default_factory=dict)
    """The decisions that can be evaluated, by id."""
    unread: set[str] = field(default_factory=set)
    """Files that could not be read. They may hold whatever seems to be missing, so nobody is told that it is."""

    @property
    def diagrams_whole(self) -> bool:
        """Say whether every diagram could be read: only then is what no diagram holds missing."""
        return not any(name.lower().endswith(".bpmn") for name in self.unread)

    @property
    def tables_whole(self) -> bool:
        """Say whether every file of decision tables could be read."""
        return not any(name.lower().endswith(".dmn") for name in self.unread)

    def add(self, file: str, root: etree._Element) -> None:
        """Take a parsed diagram in."""
        self.documents.append(Document(file, root, read_processes(root, file)))

    def processes(self) -> Iterator[tuple[Document, Process]]:
        """Yield the processes that are checked, with their files."""
        for document in self.documents:
            for process in document.checked:
                yield document, process

    def scopes(self) -> Iterator[tuple[Document, Scope]]:
        """Yield the scopes whose content is checked: not the inside of what is refused as a whole."""
        for document, process in self.processes():
            for scope in process.scope.all():
                if not _refused(scope):
                    yield document, scope

    def nodes(self) -> Iterator[tuple[Document, Node]]:
        """Yield every node of every scope that is checked, with its file."""
        for document, scope in self.scopes():
            for node in scope.nodes:
                yield document, node

    def events(self, kind: str) -> Iterator[Node]:
        """Yield every event with a definition of this kind: `timer`, `error`, `link`."""
        for _, node in self.nodes():
            if any(definition.kind == kind for definition in node.definitions):
                yield node

    def cases(self) -> dict[str, str]:
        """Return process id -> the same word for all processes that run in one case: those that call each other."""
        found = {process.scope.id: process.scope.id for _, process in self.processes()}
        for _, process in self.processes():
            for node in process.scope.all_nodes():
                called = found.get(node.element.get("calledElement") or "")
                if node.tag == "callActivity" and called is not None:
                    mine = found[process.scope.id]
                    found = {id_: mine if word == called else word for id_, word in found.items()}
        return found

    def inside(self, node: Node) -> set[Node]:
        """Return every step that stands in a subprocess or in a called process, calls of calls included."""
        found: set[Node] = set()
        todo = [node]
        while todo:
            current = todo.pop()
            called = self.process(current.element.get("calledElement") or "") if current.tag == "callActivity" else None
            for scope in (current.inside, called.scope if called is not None else None):
                fresh = {inner for inner in scope.nodes if inner not in found} if scope is not None else set[Node]()
                found |= fresh
                todo.extend(fresh)
        return found

    def around(self, node: Node, holds: Callable[[Node], bool], seen: frozenset[str] = frozenset()) -> bool:
        """Say whether something holds of a step or of what it stands in: in its process, or at each call of that."""
        if holds(node):
            return True
        if node.scope.parent is not None:
            return self.around(node.scope.parent, holds, seen)
        process = node.scope.id
        if process in seen:  # a circle of calls: what leads into it decides
            return True
        calls = [each for _, each in self.nodes() if each.element.get("calledElement") == process]
        return bool(calls) and all(self.around(each, holds, seen | {process}) for each in calls)

    @cached_property
    def joins(self) -> list[tuple[Scope, WaitingJoins]]:
        """Every scope with those of its parallel joins that wait for ever; a long search, done once."""
        return [(scope, waiting_joins(scope)) for _, scope in self.scopes()]

    def process(self, id_: str) -> Process | None:
        """Return the process of this id in the files."""
        for document in self.documents:
            for process in document.processes:
                if process.scope.id == id_:
                    return process
        return None


def _refused(scope: Scope) -> bool:
    """Event and ad-hoc subprocesses are refused as a whole; what is inside follows other rules."""
    while True:
        if scope.event_triggered or scope.ad_hoc:
            return True
        if scope.parent is None:
            return False
        scope = scope.parent.scope
