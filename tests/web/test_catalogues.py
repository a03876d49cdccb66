"""Every text of the pages, and every refusal that a page can show, exists in three languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "api" / "web"
KEYWORDS = {"_": None, "say": None, "said": None, "marked": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
UNSEEN = {"NotFound", "UnknownCalendar"}
"""Refusals whose own words no page shows."""
Id = str | tuple[str, str]


@lru_cache
def catalogue(locale: str) -> Catalog:
    with (ROOT / "locale" / locale / "LC_MESSAGES" / "web.po").open("rb") as source:
        return read_po(source, locale=locale, abort_invalid=True)


@lru_cache
def used() -> frozenset[Id]:
    """Return every message id that templates and code name."""
    found: set[Id] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(WEB), method_map=[("**.py", "python"), ("templates/**.html", "jinja2")], keywords=KEYWORDS,
        options_map={"templates/**.html": {"newstyle_gettext": "true", "silent": "false"}},
    ):  # fmt: skip
        found.add((message[0], message[1]) if isinstance(message, tuple) else message)
    # What dates and lengths are said with is worded in the catalogue of the due times too.
    return frozenset(found | {("%(n)d minute", "%(n)d minutes")})


def refusals() -> Iterator[tuple[str, str]]:
    """Yield class and message of every refusal that is written out in the code."""
    for folder in ("complaints", "engine", "engine/commands"):
        for file in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield node.func.id, first.value
    for node in ast.parse((ROOT / "engine" / "errors.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and (doc := ast.get_docstring(node)):
            yield node.name, doc.splitlines()[0]


def shown_refusals() -> set[str]:
    names = {"Refusal", "Conflict", "Forbidden", "Unfit", "Stale", "Unsafe", "Busy", "StepFailed", "MatchRequired",
             "SignInRequired", "TooMany", "NotPublishable"}  # fmt: skip
    return {message for name, message in refusals() if name in names - UNSEEN} - LINKS


LINKS = {
    "There is no such case.", "This is no kind of link.", "A case is not linked to itself.",
    "The other case is linked to this one the other way round.",
}  # fmt: skip
"""Refusals of linking, for which there is no form on the pages."""


@pytest.mark.parametrize("locale", ["zh_CN", "ko", "en"])
def test_every_text_of_the_pages_is_translated(locale: str) -> None:
    found = catalogue(locale)
    missing = [each for each in sorted(used(), key=str) if (m := found.get(each)) is None or not all_of(m.string)]
    assert len(used()) > 400
    assert missing == []


@pytest.mark.parametrize("locale", ["zh_CN", "ko"])
def test_every_refusal_that_a_page_shows_is_translated(locale: str) -> None:
    found = catalogue(locale)
    wanted = shown_refusals()
    assert len(wanted) > 50
    assert [each for each in sorted(wanted) if found.get(each) is None or not found.get(each).string] == []  # type: ignore[union-attr]


@pytest.mark.parametrize("locale", ["zh_CN", "ko", "en"])
def test_translations_name_what_the_text_names_and_nothing_is_left_over(locale: str) -> None:
    known = (
        {each if isinstance(each, str) else each[0] for each in used()}
        | {text for _, text in refusals()}
        | WEB_REFUSALS
    )
    for message in catalogue(locale):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert ids[0] in known, ids[0]
        for text in texts:
            assert set(PLACEHOLDER.findall(text or "")) == set(PLACEHOLDER.findall(ids[-1])), ids[0]


WEB_REFUSALS = {
    "This form was not sent from our own page, or the page is too old. Open the page again and repeat.",
    "Type your tracking code again: this page was open for too long.",
    "Nothing was changed: the page shows the facts as they are.",
}
"""Refusals of the pages themselves."""


def all_of(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)
