"""Each promise of SECURITY.md names tests that are there."""

from __future__ import annotations

import ast
import re

from app.settings import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_is_held_by_tests_that_exist() -> None:
    table = (ROOT / "SECURITY.md").read_text(encoding="utf-8").split("## What is promised")[1].split("\n## ")[0]
    rows = [row for row in table.splitlines() if row.startswith("| ")][2:]
    assert len(rows) > 10
    assert [row for row in rows if not NAMED.search(row)] == []
    for file, name in NAMED.findall(table):
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"
