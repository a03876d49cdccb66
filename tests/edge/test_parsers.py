"""Whatever reads input from outside stands in the table of parsers, with a test that throws noise at it."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache

import pytest

from tests.architecture.sources import dotted, parsed, product
from tests.edge.parsers import BY_FILE, BY_KIND, NOT_FROM_OUTSIDE
from tests.support.shared import ROOT

TAKES_APART = re.compile(
    r"tomllib\.loads?|orjson\.loads|json\.loads?|\w+\.fromstring|(?:zipfile\.)?ZipFile|tarfile\.\w+|base64\.\w*decode|"
    r"urlsplit|urlparse|parse_qsl?|unquote\w*|(?:\w+\.)*form|(?:\w+\.)*cookies\.get|(?:\w+\.)*request\.headers\.get|"
    r"headers\.get|ipaddress\.\w+|ip_address|email\.\w+|message_from_\w+|jwt\.\w+|Lark|csv\.\w+|pickle\.\w+|yaml\.\w+"
)
"""Calls that take apart what somebody has written."""
TESTS = sorted({test for _, test in BY_KIND.values()} | set(BY_FILE.values()))


def takes_apart(tree: ast.AST) -> bool:
    """Say whether a file calls what takes apart texts and bytes."""
    return any(isinstance(node, ast.Call) and TAKES_APART.fullmatch(dotted(node.func)) for node in ast.walk(tree))


@cache
def function_of(test: str) -> ast.FunctionDef:
    """Return a test by its address. Fails where there is none."""
    path, _, name = test.partition("::")
    (found,) = [node for node in parsed(path).body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found


def test_every_file_that_takes_apart_what_comes_from_outside_is_in_the_table() -> None:
    found = {source.path for source in product() if takes_apart(source.tree)}
    assert found - BY_FILE.keys() - NOT_FROM_OUTSIDE.keys() == set()
    # Nothing stands in it that is gone; no file is both.
    assert (BY_FILE.keys() | NOT_FROM_OUTSIDE.keys()) - found == set()
    assert BY_FILE.keys() & NOT_FROM_OUTSIDE.keys() == set()


@pytest.mark.parametrize("test", TESTS)
def test_what_the_table_names_throws_noise(test: str) -> None:
    function = function_of(test)
    decorators = {dotted(each.func) if isinstance(each, ast.Call) else dotted(each) for each in function.decorator_list}
    endless = "parametrize" in str(decorators) and "endless" in test
    assert "given" in decorators or endless, decorators


@pytest.mark.parametrize("kind", sorted(BY_KIND))
def test_what_the_table_says_reads_it_is_there(kind: str) -> None:
    name, _ = BY_KIND[kind]
    module, _, thing = name.rpartition(".")
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        assert hasattr(importlib.import_module(module), thing)


@pytest.mark.parametrize(
    "line",
    [
        "json.loads(x)",
        "request.cookies.get('a')",
        "here.request.headers.get('b')",
        "etree.fromstring(x)",
        "urlsplit(x)",
    ],
)
def test_such_a_call_is_noticed(line: str) -> None:
    assert takes_apart(ast.parse(line))


def test_the_noise_lies_in_tests() -> None:
    assert all((ROOT / test.partition("::")[0]).is_file() for test in TESTS)
