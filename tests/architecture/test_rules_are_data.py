"""The diagram decides: no name of a team, a post or an element of a shipped diagram stands in the product.

Code that knows one of them decides something that a process owner could not change.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import chain

from lxml import etree

from tests.architecture.sources import Source, files, product
from tests.support.shared import ROOT

TELLS_STORIES = ("app/demo", "app/roster.py", "app/case_file")
"""Where the demo and the told cases are made: they play the institution that ships."""

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
NODES = ("Task", "task", "Event", "Gateway", "subProcess", "callActivity", "transaction")

VOCABULARY = {
    "case_owner": "a column of the case, and a field of the API",
    "resolved": "a public status (DESIGN: registered, in progress, resolved, closed)",
    "retyped": "a line of the log, and how an instance ends that was moved",
    "ended": "a field of an answer and of a scenario",
    "route": "a path of the API",
    "approved": "the state of a refund line, and a line of the log",
    "refunds": "a field of the API and of the plan's form",
}
"""Words of the product that a shipped diagram happens to use as an id too, each with what it is here."""

BY_FILE = {
    ("complaints/tables.py", "answer"): "a column: what somebody said to an offer",
    ("api/web/templates/case.html", "received"): "beside `sent`: which way a letter went",
}
"""A word that is none of the product's, at the one place where it may stand."""


@cache
def names() -> dict[str, str]:
    """Return the names of the institution that ships, each with what it is."""
    posts = tomllib.loads((ROOT / "bpmn" / "posts.toml").read_text(encoding="utf-8"))
    found = {name: kind.removesuffix("s") for kind in ("teams", "posts") for name in posts[kind]}
    for file in sorted((ROOT / "bpmn").glob("*/*.bpmn")):
        for element in etree.parse(str(file)).getroot().iter(f"{BPMN}*"):
            kind = etree.QName(element).localname
            if kind.endswith(NODES) and element.get("id"):
                found.setdefault(str(element.get("id")), kind)
    return found


def literals(source: Source) -> Iterator[ast.Constant]:
    """Yield the texts of a file that are no documentation."""
    told = {
        id(node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def named() -> Iterator[tuple[str, int, str]]:
    """Yield file, line and name wherever the product writes one of the names as a text, `team:<name>` too."""
    for source in product():
        if source.path.startswith(TELLS_STORIES):
            continue
        for node in literals(source):
            kind, _, name = str(node.value).rpartition(":")
            if name in names() and kind in ("", "team", "post", "deputy"):
                yield source.path, node.lineno, name


def test_the_product_names_no_team_no_post_and_no_element_of_the_institution() -> None:
    guilty = [
        f"{path}:{line}: {name} is a {names()[name]} of bpmn/"
        for path, line, name in chain(named(), on_pages())
        if name in names() and name not in VOCABULARY and (path, name) not in BY_FILE
    ]
    assert guilty == []


def on_pages() -> Iterator[tuple[str, int, str]]:
    """Yield file, line and name wherever the code of a page writes one of the names as a text."""
    for path in files():
        if path.endswith(".html"):
            for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), start=1):
                for code in re.findall(r"\{[{%].*?[%}]\}", line):
                    yield from ((path, number, name) for name in re.findall(r"""["']([^"']*)["']""", code))


def test_every_exception_is_needed() -> None:
    found = {name for _, _, name in named()}
    assert VOCABULARY.keys() - found == set()
    assert BY_FILE.keys() - {(path, name) for path, _, name in chain(named(), on_pages())} == set()


def test_teams_and_posts_are_never_an_exception() -> None:
    excused = {*VOCABULARY, *(name for _, name in BY_FILE)}
    assert {name for name in excused if names()[name] in ("team", "post")} == set()


def test_the_names_are_those_of_the_files() -> None:
    kinds = set(names().values())
    assert {"team", "post", "userTask", "serviceTask", "boundaryEvent", "exclusiveGateway"} <= kinds
    assert names()["leadership"] == "team"
    assert len(names()) > 200
