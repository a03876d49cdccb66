"""docs/operator/README.md lists every setting, metric and command as the program has them."""

from __future__ import annotations

import re
from typing import Any

import typer

from app.cli import app
from tests.docs.operator_tables import PAGE, refreshed

TEXT = PAGE.read_text(encoding="utf-8")


def commands() -> set[str]:
    root: Any = typer.main.get_command(app)
    return set(root.commands)


def test_the_tables_are_current() -> None:
    assert refreshed(TEXT) == TEXT, "write them again: python -m tests.docs.operator_tables"


def test_every_command_is_listed_and_no_other() -> None:
    listed = re.findall(r"^\| `redress ([a-z]+)` \|", TEXT, re.MULTILINE)
    assert sorted(listed) == sorted(commands())
