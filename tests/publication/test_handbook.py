"""The page for process owners tells every check, and nothing that is not checked."""

from __future__ import annotations

from engine.publication import RULES
from tests.publication.handbook import PAGE, render


def test_the_page_is_what_the_registry_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "refresh it: python -m tests.publication.handbook"


def test_every_rule_stands_on_the_page_once() -> None:
    text = render()
    for code in RULES:
        assert text.count(f"| `{code}` |") == 1
