"""Every file, folder, test and name of the program that a page names in code is there.

The changelog is left out: it tells of what was.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import signature
from itertools import chain
from pathlib import PurePosixPath

import pytest

from tests.architecture.pages import CODE, pages
from tests.architecture.sources import PACKAGES, files, product, python_files

ENDINGS = ("bpmn", "css", "dmn", "html", "js", "json", "lock", "md", "po", "py", "toml", "yaml")
WORD = re.compile(r"(?<![\w./$:-])(?:[\w<>*-]+/)*[\w<>*-][\w<>*.-]*/?")

MADE = {
    "my-diagram.bpmn": "of whoever reads",
    "scenarios/refund_of_8000_01.yaml": "the first change adds it",
    "var/": "an installation keeps its files there",
    "var/demo.json": "the demo writes it",
}
"""What a page names and a reader makes, each with how it comes about."""


@cache
def folders() -> frozenset[str]:
    return frozenset(str(folder) for path in files() for folder in PurePosixPath(path).parents)


def named() -> Iterator[tuple[str, str]]:
    """Yield page and word for each file and folder that a page names in code; `<key>` and `*` stand for any name."""
    tops = {folder for folder in folders() if "/" not in folder}
    for path, text in current():
        for code in CODE.findall(re.sub(r"\]\([^)]*\)", "]", text)):
            for word in WORD.findall(code):
                ended = word.rstrip(".")
                in_repository = "/" in ended and ended.split("/")[0] in tops
                if in_repository or re.search(r"\w\w/$", ended) or PurePosixPath(ended).suffix[1:] in ENDINGS:
                    yield path, ended


def current() -> Iterator[tuple[str, str]]:
    yield from ((path, text) for path, text in pages() if path != "CHANGELOG.md")


def is_there(word: str) -> bool:
    """Say whether a path is there: from the root where it begins with a folder of it, else anywhere."""
    pattern = re.sub(r"<\w+>|\\\*", "[^/]+", re.escape(word.rstrip("/")))
    anywhere = "" if word.split("/")[0] in folders() and "/" in word.rstrip("/") else "(?:.*/)?"
    found = re.compile(anywhere + pattern)
    return any(found.fullmatch(path) for path in (folders() if word.endswith("/") else {*files(), *folders()}))


def test_every_file_and_folder_that_is_named_is_there() -> None:
    words = list(named())
    assert len(words) > 200
    assert [(path, word) for path, word in words if word not in MADE and not is_there(word)] == []


def test_every_exception_is_named_and_none_is_there() -> None:
    assert MADE.keys() - {word for _, word in named()} == set()
    assert [word for word in MADE if is_there(word)] == []


@pytest.mark.parametrize(
    ("word", "there"),
    [
        ("engine/kernel/step.py", True), ("engine/kernel.py", False), ("engine/kernel/", True), ("engine/core/", False),
        ("step.py", True), ("kernel/step.py", True), ("tep.py", False), ("bpmn/<key>/process.toml", True),
        ("bpmn/<key>/process.tom", False), ("docs/cases/*.md", True), ("kernel/", True), ("kernel.py/", False),
    ],
)  # fmt: skip
def test_a_path_is_told_from_one_that_is_not_there(word: str, there: bool) -> None:
    assert is_there(word) is there


def test_every_test_that_is_named_exists() -> None:
    tests = {name for s in python_files("tests") for name in re.findall(r"^def (test_\w+)", s.text, re.MULTILINE)}
    modules = {PurePosixPath(path).stem for path in files() if path.startswith("tests/")}
    said = [(path, name) for path, text in current() for name in re.findall(r"\b(test_\w+)\b", text)]
    assert len(said) > 50
    assert [(path, name) for path, name in said if name not in tests | modules] == []


def test_every_dotted_name_of_the_program_is_there_and_takes_what_is_said() -> None:
    dotted = re.compile(rf"`((?:{'|'.join(PACKAGES)})(?:\.\w+)+)(?:\(([^`]*)\))?`")
    said = [(path, *found) for path, text in current() for found in dotted.findall(text)]
    assert len(said) >= 10
    assert [(path, name) for path, name, given in said if not resolves(name, re.findall(r"\w+", given))] == []


def resolves(name: str, given: list[str]) -> bool:
    """Say whether a dotted name is a module, or something in one that takes the named arguments and no other."""
    module, _, last = name.rpartition(".")
    modules = {source.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for source in product()}
    if module not in modules or not hasattr(import_module(module), last):
        return name in modules and not given
    return not given or list(signature(getattr(import_module(module), last)).parameters) == given


def test_every_class_and_constant_that_developers_are_told_of_is_there() -> None:
    defined = set(definitions())
    said = [
        (path, name)
        for path, text in current()
        if path.startswith(("docs/developer/", "docs/adr/"))
        for dotted in re.findall(r"`((?:[A-Z]\w*[a-z_]\w*|[A-Z]+_[A-Z_]+)(?:\.\w+)?)(?:\([^`]*\))?`", text)
        for name in dotted.split(".")
    ]
    assert len(said) >= 15
    assert [(path, name) for path, name in said if name not in defined] == []


def definitions() -> Iterator[str]:
    """Yield the name of everything that a module of the product, or a class in one, defines."""
    for source in product():
        for node in chain(source.tree.body, *(n.body for n in source.tree.body if isinstance(n, ast.ClassDef))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                yield node.name
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from (target.id for target in targets if isinstance(target, ast.Name))
