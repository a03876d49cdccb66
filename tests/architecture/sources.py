"""What the house rules are asked about: the files of the repository, and their syntax trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.shared import ROOT

PACKAGES = ("storage", "trail", "forms", "access", "engine", "complaints", "escalation", "queries", "api", "app")
"""The product, from the ground floor up."""


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: str
    """Relative to the root, with slashes."""

    @property
    def text(self) -> str:
        """The file as text."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        """The file as a syntax tree."""
        return parsed(self.path)

    @property
    def package(self) -> str:
        """The top-level folder."""
        return self.path.split("/")[0]


@cache
def files() -> tuple[str, ...]:
    """Return every file that is, or is about to be, in the repository."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in set(output.split("\0")) if name and (ROOT / name).is_file()))


@cache
def parsed(path: str) -> ast.Module:
    """Return the syntax tree of a file, parsed once."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=path)


def python_files(*folders: str) -> Iterator[Source]:
    """Yield the Python files in the given top-level folders, by default all."""
    for name in files():
        if name.endswith(".py") and (not folders or name.split("/")[0] in folders):
            yield Source(name)


def product() -> Iterator[Source]:
    """Yield the Python files of the product."""
    yield from python_files(*PACKAGES)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` for an attribute chain on a name, and the empty string for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        front = dotted(node.value)
        return f"{front}.{node.attr}" if front else ""
    return ""


def imports(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted names of the modules that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def place(source: Source, node: ast.AST) -> str:
    """Return `file:line` of a node."""
    return f"{source.path}:{getattr(node, 'lineno', 1)}"


def lines_of(path: Path) -> int:
    """Return how many lines a file has."""
    return len(path.read_text(encoding="utf-8").splitlines())
