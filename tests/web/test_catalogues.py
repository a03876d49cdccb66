"""Every text of the pages exists in three languages."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize("locale", ["zh_CN", "ko", "en"])
def test_every_text_of_the_pages_is_translated(locale: str) -> None:
    found = catalogue(locale)
    missing = [each for each in sorted(used(), key=str) if (m := found.get(each)) is None or not all_of(m.string)]
    assert len(used()) > 400
    assert missing == []


@pytest.mark.parametrize("locale", ["zh_CN", "ko", "en"])
def test_translations_name_what_the_text_names_and_nothing_is_left_over(locale: str) -> None:
    known = {each if isinstance(each, str) else each[0] for each in used()}
    for message in catalogue(locale):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert ids[0] in known, ids[0]
        for text in texts:
            assert set(PLACEHOLDER.findall(text or "")) == set(PLACEHOLDER.findall(ids[-1])), ids[0]


def all_of(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)
