"""The tables of the pages about the processes that ship are what the files of each say today."""

from __future__ import annotations

import pytest

from tests.docs.process_tables import MARKED, PAGES, TABLES, refreshed


@pytest.mark.parametrize("page", TABLES)
def test_the_tables_are_current(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    assert text == refreshed(page, text), "write them again: python -m tests.docs.process_tables"


@pytest.mark.parametrize("page", TABLES)
def test_every_table_stands_on_the_page_once(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    assert sorted(found[2] for found in MARKED.finditer(text)) == sorted(TABLES[page])
