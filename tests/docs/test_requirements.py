"""docs/requirements.md explains every requirement number that the repository names, and no other."""

from __future__ import annotations

import re

from tests.architecture.sources import files
from tests.support.shared import ROOT

PAGE = "docs/requirements.md"
NUMBER = r"(?:R-00\d-\d\d|X-\d\d|section 9\.\d+)"
RANGE = re.compile(r"(R-00\d-)(\d\d)(?: to |\.\.)(\d\d)\b")
TEXTS = (".py", ".toml", ".yaml", ".bpmn", ".dmn", ".md", ".json", ".html", ".css", ".js")


def listed() -> list[str]:
    return re.findall(rf"^\| ({NUMBER}) \|", (ROOT / PAGE).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_number_that_is_named_is_explained() -> None:
    named: dict[str, str] = {}
    for path in files():
        if path.endswith(TEXTS) and path != PAGE:
            text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
            named.update(dict.fromkeys(re.findall(rf"\b{NUMBER}\b", text), path))
            for stem, first, last in RANGE.findall(text):
                named.setdefault(f"{stem}{last}", path)
                assert int(first) < int(last), path
    assert {number: path for number, path in named.items() if number not in listed()} == {}
    assert [number for number in listed() if number not in named and number not in SPOKEN] == []


SPOKEN = ("R-002-05",)
"""Asked of everything, so that no single place names it."""


def test_each_is_explained_once() -> None:
    assert len(listed()) == len(set(listed())) > 70


def test_each_says_what_is_asked() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    said = dict(re.findall(rf"^\| ({NUMBER}) \| (.*) \|$", text, re.MULTILINE))
    assert [number for number in listed() if len(said.get(number, "").split()) < 3] == []
