"""What the walks through a process came to, told as findings: where it fails, why, and on which way."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, Literal

from engine.errors import Refusal
from engine.expressions.language import ExpressionFailed
from engine.model.elements import Element
from engine.model.problem import Problem
from engine.process import CompiledProcess
from engine.rehearsal.walks import Failure, Walks

FAILS: Final = "walk-fails"
HANGS: Final = "walk-hangs"
_SHOWN: Final = 8
"""The last steps of a walk that are told."""
_CIRCLES: Final = "The process"


def rehearse(
    process: CompiledProcess, *, file: str, known: Collection[str] = (), filed: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Walk through a process that passed the other checks and return what failed, each cause once.

    `file` is named where a failure belongs to no step; of the elements in `known` something was told already, and no
    warning is told besides. `filed`: the facts that an ordinary filing gives. Walks 600 steps of the kernel at most, in
    memory, always in the same way. Never raises for what the process does. Pure, so repeating is safe.
    """
    walks = Walks(process, filed or {})
    walks.walk()
    found: dict[tuple[str | None, str], Problem] = {}
    for failure in sorted(walks.failures, key=lambda each: (len(each.path), each.path)):
        for problem in _told(process, failure, file):
            if problem.severity == "error" or problem.element not in known:
                found.setdefault((problem.element, problem.code), problem)
    return list(found.values())


def _told(process: CompiledProcess, failure: Failure, file: str) -> Iterator[Problem]:
    path = " > ".join(failure.path[-_SHOWN:])
    refusal = failure.refusal
    if refusal is None:
        yield _problem(
            None, file, HANGS, "warning",
            f"A case can come to stand where nobody and nothing goes on, on this way: {path}.",
            "Follow the way in the diagram and see what it waits for at its end.",
        )  # fmt: skip
        return
    table = process.decisions.get(str(refusal.details.get("decision") or ""))
    if table is not None:
        why = refusal.message.rstrip(".")
        if failure.opening:
            says = f"No case could be taken in, since a table fails, on this way: {path}. {why}."
            advice = "Add a rule or a default for it."
        else:
            says = f"A table fails, on this way: {path}. {why}."
            advice = "Add a rule or a default for it, unless no case can open with such facts."
        severity: Literal["error", "warning"] = "error" if failure.opening else "warning"
        yield Problem(table.file, table.line, severity, FAILS, table.id, table.name, says, advice)
        return
    element = process.diagram.elements.get(str(refusal.details.get("element") or ""))
    why = refusal.message.rstrip(".")
    at = f'The step "{element.name}"' if element is not None else _CIRCLES
    yield _problem(
        element, file, FAILS, _severity(failure, refusal),
        f"{at} fails, on this way: {path}. {why}.",
        "Set what the step needs on every way that leads to it, or let it do without.",
    )  # fmt: skip


def _severity(failure: Failure, refusal: Refusal) -> Literal["error", "warning"]:
    """Return `error` only for what is certain: no case opens, or a name has no value after answers that forms take.

    What came in a message is not known here, and facts that a case opens with may keep it from ever going this way.
    """
    missing = isinstance(refusal, ExpressionFailed) and refusal.details.get("name") is not None
    return "error" if failure.opening or (missing and not failure.by_message) else "warning"


def _problem(
    element: Element | None,
    file: str,
    code: str,
    severity: Literal["error", "warning"],
    message: str,
    advice: str,
) -> Problem:
    if element is None:
        return Problem(file, None, severity, code, None, None, message, advice)
    return Problem(element.file, element.line, severity, code, element.id, element.name, message, advice)
