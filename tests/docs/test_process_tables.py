"""The tables of docs/process-owner/complaint-process.md are what the files of the process say today."""

from __future__ import annotations

from tests.docs.process_tables import MARKED, PAGE, TABLES, refreshed


def test_the_tables_are_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == refreshed(page), "write them again: python -m tests.docs.process_tables"


def test_every_table_stands_on_the_page_once() -> None:
    assert sorted(found[2] for found in MARKED.finditer(PAGE.read_text(encoding="utf-8"))) == sorted(TABLES)
