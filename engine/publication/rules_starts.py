"""Where a process and its subprocesses begin: once, at once, and by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope
from engine.publication.names import words
from engine.publication.registry import Finding, rule


def _title(scope: Scope) -> str:
    return f"The {words(scope.element)}"


def _at_once(scope: Scope) -> list[Node]:
    """Return the plain start events."""
    return [start for start in scope.starts if not start.definitions]


def _by_event(scope: Scope) -> list[Node]:
    """Return the start events that wait for a message, a signal or a time."""
    return [start for start in scope.starts if start.definitions]


@rule("no-start", "error", "A process or subprocess has no start event.", "Draw a start event before the first step.")
def no_start(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.starts:
            yield Finding(scope.element, f"{_title(scope)} has no start event.")


@rule(
    "several-starts",
    "error",
    "There are several plain start events, which would all begin at once.",
    "Keep one plain start event, and let a gateway choose.",
)
def several_starts(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        extra = _at_once(scope)[1:] or (scope.starts[1:] if scope.parent is not None else [])
        for start in extra:
            yield Finding(
                start.element,
                f"{_title(scope)} has a second start event; both would begin at once.",
                "Keep one start event, and let a gateway behind it choose.",
            )


@rule(
    "start-waits",
    "warning",
    "A new case does nothing until a message, a signal or a time arrives.",
    "Use a plain start event if the case should begin at once.",
)
def start_waits(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if scope.parent is None and scope.starts and not _at_once(scope):
            yield Finding(
                scope.starts[0].element,
                f"{_title(scope)} waits for an event before its first step.",
                "Use a plain start event if a case should begin at once.",
            )


@rule(
    "start-never-used",
    "warning",
    "A start event is never used, because a plain one beside it begins at once.",
    "Remove one of the two.",
)
def start_never_used(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        for start in _by_event(scope) if scope.parent is None and _at_once(scope) else ():
            yield Finding(
                start.element,
                f"The {words(start.element)} is never used: the plain start event begins at once.",
                "Remove one of the two start events.",
            )


@rule(
    "subprocess-start-waits",
    "error",
    "A subprocess begins with an event that it would wait for.",
    "Use a plain start event in the subprocess and a catching event after it.",
)
def subprocess_start_waits(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        for start in _by_event(scope) if scope.parent is not None else ():
            yield Finding(start.element, f"{_title(scope)} begins with an event that nothing starts.")
