"""What is secret is compared in a time that tells nothing of how far it was right: by `hmac.compare_digest` alone.

A comparison is found by the names of what it compares. The database looks digests of random secrets up by an index:
what such a look-up takes tells of the digest, from which nobody gets back to the secret.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.architecture.sources import place, product

SECRET = re.compile(
    r"(?:^|_)(?:secrets?|codes?|digests?|tokens?|passwords?|hash(?:es|ed)?|signatures?|macs?|csrf|verifier|nonce|marks?"
    r"|pins?|credentials?|receipts?)(?:$|_)",
    re.IGNORECASE,
)
NO_SECRETS: dict[str, tuple[int, str]] = {
    "api/web/my_pages.py": (1, "a new password, typed twice by the same person in the same form"),
    "complaints/incidents/move.py": (1, "a token of the process: the place in a diagram"),
    "complaints/intake/categories.py": (2, "codes of categories"),
    "engine/kernel/case_run.py": (1, "a token of the process"),
    "engine/versions.py": (1, "the digest of a published process, which everybody may read"),
    "escalation/calendar_change.py": (2, "the digest of the calendars"),
    "forms/page.py": (1, "codes of currencies"),
    "queries/trail_check.py": (3, "hashes of the trail, which are handed out"),
    "storage/paging.py": (1, "which list a cursor belongs to: a hash without a key, of what was asked"),
    "trail/checking.py": (10, "hashes of the trail, which are handed out"),
}
"""Files whose names sound like secrets: how often they compare such, and why that is none."""


def compared_names(node: ast.Compare) -> Iterator[str]:
    """Yield what each side of a comparison is called."""
    for side in (node.left, *node.comparators):
        yield called(side)


def called(node: ast.AST) -> str:
    """Return the last name of an expression: of a value, a function, a key."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return called(node.value) if node.attr in ("hexdigest", "encode", "strip", "lower", "upper") else node.attr
    if isinstance(node, ast.Call):
        return called(node.func)
    if isinstance(node, ast.Subscript):
        key = node.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else called(node.value)
    if isinstance(node, ast.Await | ast.NamedExpr):
        return called(node.value)
    return ""


def is_constant(node: ast.AST) -> bool:
    """Say whether an expression stands in the program itself, where nothing secret may stand."""
    return isinstance(node, ast.Constant) or bool(re.fullmatch(r"[A-Z][A-Z0-9_]*", called(node)))


def is_column(node: ast.AST) -> bool:
    """Say whether an expression is a column of a table: then the database compares."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"


def openly_compared(tree: ast.AST) -> Iterator[ast.Compare]:
    """Yield the comparisons by == and != of what sounds secret."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            continue
        sides = (node.left, *node.comparators)
        if any(is_constant(side) or is_column(side) for side in sides):
            continue
        if any(SECRET.search(name) for name in compared_names(node)):
            yield node


def test_secrets_are_compared_in_a_time_that_tells_nothing() -> None:
    found: dict[str, list[str]] = {}
    for source in product():
        for node in openly_compared(source.tree):
            found.setdefault(source.path, []).append(f"{place(source, node)} {ast.unparse(node)}")
    allowed = Counter({path: times for path, (times, _) in NO_SECRETS.items()})
    wrong = {path: told for path, told in found.items() if len(told) != allowed[path]}
    assert wrong == {}
    assert allowed.keys() - found.keys() == set()


@pytest.mark.parametrize(
    "line",
    [
        "token == expected", "row.digest != digest(secret)", "kept['csrf'] == sent", "a.hash.hexdigest() == b",
        "given.encode() == self._secret", "not code == typed", "hashed(x) == y", "x == y == password",
        "get_secret_value() == shown", "(await token()) == shown",
    ],
)  # fmt: skip
def test_such_a_comparison_is_found(line: str) -> None:
    assert len(list(openly_compared(ast.parse(line)))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "code == 'rule'", "web_session.c.digest == digest(secret)", "hmac.compare_digest(token, shown)",
        "decode(x) == y", "codec == other", "token is None", "error.smtp_code != TOO_LARGE", "tokenize(a) == b",
    ],
)  # fmt: skip
def test_what_is_no_secret_is_none(line: str) -> None:
    assert list(openly_compared(ast.parse(line))) == []
