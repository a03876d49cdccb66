"""Finds what the code refuses with: the message of each refusal, with `%(1)s`, `%(2)s` where a value stands in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import app.cli as _everything_is_loaded
from access.errors import AccessError
from engine.errors import Refusal, StepFailed
from escalation.refusals import ConfigProblem
from storage.errors import SchemaMissing, StoreError, StoreHeld, UnknownStore

ROOT = Path(_everything_is_loaded.__file__).resolve().parents[1]
FOLDERS = ("access", "engine", "complaints", "escalation", "queries", "api", "storage")
NEVER_ANSWERED = (StepFailed, ConfigProblem, AccessError, StoreHeld, SchemaMissing, UnknownStore)
"""Classes whose own messages no client reads: what a step failed at, and what only the command line says."""
AT_PUBLICATION = ("engine/publication", "engine/decisions", "engine/expressions", "engine/spiff")
"""Where texts of a diagram are refused while it is checked: findings of a bundle, not answers to a request."""
FILES = (
    "complaints/intake/categories.py",
    "complaints/notices/notices.py",
    "complaints/notices/delivery.py",
    "storage/migrate.py",
)
"""What is refused here is about files of the process owner, or in a loop that answers nobody."""


def classes(root: type[Exception]) -> Iterator[type[Exception]]:
    """Yield a class and all that refine it, those of tests left out."""
    yield root
    for kind in root.__subclasses__():
        if not kind.__module__.startswith("tests"):
            yield from classes(kind)


def answered() -> dict[str, type[Exception]]:
    """Return the classes of refusals that clients may read in their own words, by name."""
    every = [*classes(Refusal), *classes(StoreError)]
    return {kind.__name__: kind for kind in every if not issubclass(kind, NEVER_ANSWERED) and _own(kind)}


def defaults() -> set[str]:
    """Return what each class says where nothing else is said; those of failed steps, too."""
    every = [*classes(Refusal), *classes(StoreError)]
    kept = [
        kind
        for kind in every
        if _own(kind) and not issubclass(kind, (ConfigProblem, StoreHeld, SchemaMissing, UnknownStore))
    ]
    return {(kind.__doc__ or "").strip().splitlines()[0] for kind in kept if kind is not StoreError}


def raised() -> dict[str, str]:
    """Return every message that is raised with one of these classes, with the file where it is."""
    names, found = answered().keys(), {}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            where = file.relative_to(ROOT).as_posix()
            if where.startswith(AT_PUBLICATION) or where in FILES:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    said = [_text(each) for each in node.args if node.func.id in names or node.func.id == "_unfit"]
                    found.update({text: where for text in said if text and " " in text})
    return found


def _own(kind: type[Exception]) -> bool:
    return (
        not (ROOT / f"{kind.__module__.replace('.', '/')}.py").relative_to(ROOT).as_posix().startswith(AT_PUBLICATION)
    )


def _text(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    places = iter(range(1, 99))
    return "".join(str(part.value) if isinstance(part, ast.Constant) else f"%({next(places)})s" for part in node.values)
