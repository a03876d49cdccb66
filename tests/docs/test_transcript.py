"""The transcript on the first page is what the program answers today."""

from __future__ import annotations

from tests.docs.transcript import BLOCK, PAGE, commands, refreshed
from tests.support.application import house


def test_the_transcript_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert refreshed(page, house(demo=True)) == page, "write it again: python -m tests.docs.transcript"


def test_there_is_one_transcript_and_it_says_something() -> None:
    (found,) = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    assert len(list(commands(found[2]))) == 8
