"""What is prepared for a complainant who reads another language is worded from what the page has read already."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from tests.support.application import House
from tests.web.visitor import staff


@pytest.mark.parametrize("language", ["zh-CN", "ko", "en"])
def test_a_task_is_read_once_whatever_language_the_complainant_reads(redress: House, language: str) -> None:
    case = redress.file("li.na", channel="phone", language=language)["id"]
    task = redress.task("li.na", "acknowledge", case)["id"]
    seen: list[str] = []
    with redress.application.database.read() as connection:
        engine = connection.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    li_na = staff(redress, "li.na")
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert li_na.get(f"/tasks/{task}").status == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([each for each in seen if "work_item.draft" in each and "undo_until" in each]) == 1
