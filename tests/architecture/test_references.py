"""What a file points to is in the repository: pages of docs/, never notes that only some of us have."""

from __future__ import annotations

import re

from tests.architecture.pages import anchors
from tests.architecture.sources import files
from tests.support.shared import ROOT

ELSEWHERE = re.compile(
    "|".join(f"{name}[.]md" for name in ("DESIGN", "ENGINE-NOTES", "REQUIREMENTS", "ANCHORS", "STYLE"))
)
PAGE = re.compile(r"\bdocs/[\w/-]+\.md(?:#[\w-]+)?|\bdocs/adr/\d{4}\b")
TEXTS = (".py", ".toml", ".yaml", ".bpmn", ".dmn", ".md", ".json", ".html", ".css", ".js", ".po", "Makefile")


def texts() -> list[tuple[str, str]]:
    return [(p, (ROOT / p).read_text(encoding="utf-8", errors="replace")) for p in files() if p.endswith(TEXTS)]


def test_no_file_points_to_notes_outside_the_repository() -> None:
    assert [(path, found[0]) for path, text in texts() if (found := ELSEWHERE.search(text))] == []


def test_every_page_that_a_file_points_to_exists() -> None:
    known, lost = set(files()), []
    for path, text in texts():
        for reference in PAGE.findall(text):
            page, _, anchor = reference.partition("#")
            found = [each for each in known if each == page or each.startswith(f"{page}-")]
            if not found or (anchor and anchor not in anchors(ROOT / found[0])):
                lost.append(f"{path}: {reference}")
    assert lost == []


def test_every_module_that_code_names_exists() -> None:
    named = re.compile(r"`((?:[\w-]+/)*[\w-]+\.py)`")
    lost = [
        f"{path}: {name}"
        for path, text in texts()
        if not path.endswith(".md")
        for name in named.findall(text)
        if not any(f"/{known}".endswith(f"/{name}") for known in files())
    ]
    assert lost == []
