"""Processes as wholes: one of them runs, the others are called, none is larger than a person can follow."""

from __future__ import annotations

from collections.abc import Iterator

from engine.publication.bundle import Bundle
from engine.publication.diagram import Node
from engine.publication.names import words
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
    if found is None and not bundle.diagrams_whole:
        return
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
    if main is None or bundle.process(main) is None or not bundle.diagrams_whole:
        return
    cases = bundle.cases()
    for _, process in bundle.processes():
        if cases.get(process.scope.id) != cases.get(main):
            yield Finding(
                process.scope.element,
                f"The {words(process.scope.element)} is never called, so it never runs.",
                f"Call it from {main} or from a process that it calls, or remove it.",
            )


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
                yield Finding(node.element, f"The {words(node.element)} leads back to its own process {id_}.")


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
                process.scope.element, f"The {words(process.scope.element)} has {count} steps, more than {LARGE}."
            )
