"""Sizes, names and places of files."""

from __future__ import annotations

import ast
import re
from pathlib import Path, PurePosixPath

import alembic

from tests.architecture.sources import PACKAGES, files, imports, lines_of, product, python_files
from tests.support.shared import ROOT

LIMIT = 400
"""Lines of a Python file at most; aim at 60 to 200."""

NAMES_THAT_SAY_NOTHING = {
    "util",
    "utils",
    "helper",
    "helpers",
    "manager",
    "managers",
    "common",
    "misc",
    "service",
    "services",
    "shared_code",
    "stuff",
}


def test_no_file_outgrows_its_idea() -> None:
    """Migrations are written by a command and list every column; they are no place for ideas."""
    sizes = {
        source.path: lines_of(ROOT / source.path)
        for source in python_files()
        if not source.path.startswith("alembic/versions/")
    }
    assert {path: size for path, size in sizes.items() if size > LIMIT} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    parts = {path: set(PurePosixPath(path).with_suffix("").parts) for path in files() if path.endswith(".py")}
    assert [path for path, names in parts.items() if names & NAMES_THAT_SAY_NOTHING] == []


def test_the_folder_alembic_is_no_package() -> None:
    """With an `__init__.py` it would shadow the library of the same name."""
    assert not (ROOT / "alembic" / "__init__.py").exists()
    assert alembic.__file__ is not None
    assert not Path(alembic.__file__).is_relative_to(ROOT / "alembic")


def test_the_folder_bpmn_holds_no_python() -> None:
    assert [path for path in files() if path.startswith("bpmn/") and path.endswith(".py")] == []


def test_every_folder_of_code_is_a_package_with_a_docstring() -> None:
    folders = {str(PurePosixPath(source.path).parent) for source in product()}
    assert sorted(folder for folder in folders if not (ROOT / folder / "__init__.py").is_file()) == []
    packages = [source for source in product() if source.path.endswith("__init__.py")]
    assert [source.path for source in packages if ast.get_docstring(source.tree) is None] == []
    assert set(PACKAGES) <= folders


def test_nothing_imports_the_composition_root() -> None:
    outside = [source for source in python_files() if source.package not in ("app", "tests")]
    assert [
        source.path for source in outside if any(re.match(r"app(\.|$)", name) for name in imports(source.tree))
    ] == []


def test_only_the_engine_touches_the_library_that_runs_diagrams() -> None:
    outside = [source for source in product() if not source.path.startswith("engine/spiff/")]
    guilty = [
        source.path for source in outside if any(name.startswith("SpiffWorkflow") for name in imports(source.tree))
    ]
    assert guilty == []
