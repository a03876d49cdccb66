"""The shape of a process: what runs, where it begins and ends, and that every step has a way to both."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node, Scope
from engine.publication.graph import alive, on_a_loop, paths_that_stop, traps
from engine.publication.names import HUMAN, words
from engine.publication.registry import Finding, rule

LARGE = 120
"""More nodes than a person can keep in view (R-002-04: few, simple steps)."""


@rule(
    "nothing-to-run",
    "error",
    "No process of the file can run.",
    "Mark the process as executable, or add one.",
)
def nothing_to_run(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        if not any(process.executable for process in document.processes):
            some = bool(document.processes)
            yield Finding(
                document.processes[0].scope.element if some else document.root,
                "No process of this file is marked as executable, so nothing would run."
                if some
                else "The file holds no process, so nothing would run.",
                "Mark the process as executable in its properties." if some else "Draw a process, or remove the file.",
            )


@rule(
    "process-not-executable",
    "warning",
    "One of several processes is only drawn and will not run.",
    "Mark it as executable if it should run.",
)
def process_not_executable(bundle: Bundle) -> Iterator[Finding]:
    for document in bundle.documents:
        if any(process.executable for process in document.processes):
            for process in document.processes:
                if not process.executable:
                    yield Finding(
                        process.scope.element,
                        f"The {words(process.scope.element)} is not marked as executable and will not run.",
                        "Mark it as executable in its properties if it should run.",
                    )


@rule(
    "main-process-missing",
    "error",
    "The process that a new case is to run is not in the files, or is not executable.",
    "Correct the name of the process in process.toml, or mark it as executable.",
)
def main_process_missing(bundle: Bundle) -> Iterator[Finding]:
    main = bundle.context.main_process
    if main is None or not bundle.documents:
        return
    found = bundle.process(main)
    if found is None or not found.executable:
        yield Finding(
            bundle.documents[0].root if found is None else found.scope.element,
            f"A new case is to run the process {main}, which is "
            f"{'not in the files' if found is None else 'not marked as executable'}.",
            "Correct the name of the process in process.toml, or mark the process as executable.",
        )


@rule(
    "process-never-called",
    "warning",
    "A process is neither the one that a new case runs nor called by it, so it never runs.",
    "Call it, or remove it.",
)
def process_never_called(bundle: Bundle) -> Iterator[Finding]:
    main = bundle.context.main_process
    if main is None or bundle.process(main) is None:
        return
    cases = bundle.cases()
    for _, process in bundle.processes():
        if cases.get(process.scope.id) != cases.get(main):
            yield Finding(
                process.scope.element,
                f"The {words(process.scope.element)} is never called, so it never runs.",
                f"Call it from {main} or from a process that it calls, or remove it.",
            )


def _title(scope: Scope) -> str:
    return f"The {words(scope.element)}"


@rule("no-start", "error", "A process or subprocess has no start event.", "Draw a start event before the first step.")
def no_start(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.starts:
            yield Finding(
                scope.element, f"{_title(scope)} has no start event.", "Draw a start event before the first step."
            )


@rule(
    "several-starts",
    "error",
    "There are several plain start events, which would all begin at once.",
    "Keep one plain start event, and let a gateway choose.",
)
def several_starts(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        plain = [start for start in scope.starts if not start.definitions]
        extra = plain[1:] or (scope.starts[1:] if scope.parent is not None else [])
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
        if scope.parent is None and scope.starts and all(start.definitions for start in scope.starts):
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
        if scope.parent is None and any(not start.definitions for start in scope.starts):
            for start in scope.starts:
                if start.definitions:
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
        if scope.parent is not None:
            for start in scope.starts:
                if start.definitions:
                    yield Finding(
                        start.element,
                        f"{_title(scope)} begins with an event that nothing starts.",
                        "Use a plain start event in the subprocess and a catching event after it.",
                    )


@rule("no-end", "error", "A process or subprocess has no end event, so it never finishes.", "Draw an end event.")
def no_end(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            yield Finding(
                scope.element,
                f"{_title(scope)} has no end event, so it never finishes.",
                "Draw an end event at the end of every path.",
            )


@rule(
    "unreachable",
    "error",
    "A step can never be reached: the work it stands for would reach nobody.",
    "Draw the arrow that leads to it, or remove it.",
)
def unreachable(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        reached = alive(scope)
        for node in scope.nodes if scope.starts else ():
            if node in reached or (node.tag == "boundaryEvent" and (node.host is None or node.host not in reached)):
                continue
            if node.element.get("isForCompensation") == "true" or (node.inside and node.inside.event_triggered):
                continue
            yield Finding(
                node.element,
                f"The {words(node.element)} can never be reached from the start.",
                "Draw the arrow that leads to it, or remove it.",
            )


@rule(
    "no-way-to-end",
    "error",
    "From here no end event is reached, so the case would stay open for ever.",
    "Draw the arrow to the next step or to an end event.",
)
def no_way_to_end(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            continue
        unfinished, _ = paths_that_stop(scope)
        for node in unfinished:
            yield Finding(
                node.element,
                f"After the {words(node.element)} nothing follows, and the {words(scope.element)} would never finish.",
                "Draw the arrow to the next step or to an end event.",
            )
        caught = traps(scope)
        if caught:
            yield Finding(
                caught[0].element,
                f"From the {words(caught[0].element)} no way leads out of the loop to an end event.",
                "Let a gateway in the loop lead to an end event.",
            )


@rule(
    "path-just-stops",
    "warning",
    "A path stops without an end event; the rest of the process goes on.",
    "Draw an end event, so that everybody sees that the path ends here.",
)
def path_just_stops(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        if not scope.ends:
            continue
        _, harmless = paths_that_stop(scope)
        for node in harmless:
            yield Finding(
                node.element,
                f"The path stops after the {words(node.element)} without an end event.",
                "Draw an end event, so that everybody sees that the path ends here.",
            )


_WAITS = HUMAN | {
    "receiveTask",
    "intermediateCatchEvent",
    "eventBasedGateway",
    "callActivity",
    "subProcess",
    "transaction",
}


@rule(
    "loop-without-pause",
    "warning",
    "A loop holds only automatic steps; if its condition never changes, it never ends.",
    "Put a step of a person or a waiting event into the loop, or make sure that its condition changes.",
)
def loop_without_pause(bundle: Bundle) -> Iterator[Finding]:
    for _, scope in bundle.scopes():
        loop = [node for node in scope.nodes if node.tag not in _WAITS and on_a_loop(node)]
        automatic = set(loop)
        for node in loop:
            if node in _reach_within(node, automatic):
                yield Finding(
                    node.element,
                    f"The loop through the {words(node.element)} holds only automatic steps.",
                    "Put a step of a person or a waiting event into the loop, or make sure that its condition changes.",
                )
                break


def _reach_within(node: Node, allowed: set[Node]) -> set[Node]:
    seen: set[Node] = set()
    todo = [after for after in node.next() if after in allowed]
    while todo:
        found = todo.pop()
        if found not in seen:
            seen.add(found)
            todo.extend(after for after in found.next() if after in allowed)
    return seen


@rule(
    "call-circle",
    "warning",
    "A process calls itself, directly or through others; if nothing stops it, it never ends.",
    "Make sure that a gateway before the call ends the circle.",
)
def call_circle(bundle: Bundle) -> Iterator[Finding]:
    calls: dict[str, list[Node]] = {}
    for _, process in bundle.processes():
        calls[process.scope.id] = [node for node in process.scope.all_nodes() if node.tag == "callActivity"]
    for id_, nodes in calls.items():
        for node in nodes:
            seen: set[str] = set()
            todo = [node.element.get("calledElement") or ""]
            while todo:
                called = todo.pop()
                if called not in seen:
                    seen.add(called)
                    todo.extend(inner.element.get("calledElement") or "" for inner in calls.get(called, ()))
            if id_ in seen:
                yield Finding(
                    node.element,
                    f"The {words(node.element)} leads back to its own process {id_}.",
                    "Make sure that a gateway before the call ends the circle.",
                )


@rule(
    "large-diagram",
    "warning",
    "A process has more steps than a person can keep in view.",
    "Move parts of it into processes of their own and call them.",
)
def large_diagram(bundle: Bundle) -> Iterator[Finding]:
    for _, process in bundle.processes():
        count = sum(1 for _ in process.scope.all_nodes())
        if count > LARGE:
            yield Finding(
                process.scope.element,
                f"The {words(process.scope.element)} has {count} steps, more than {LARGE}.",
                "Move parts of it into processes of their own and call them.",
            )
