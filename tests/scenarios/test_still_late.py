"""What is told again every day: it names its refund, and stands for what was told of the same duty before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.scenarios.stage import Stage
from app.settings import ROOT, Settings
from complaints.tables import notice
from engine.versions import Versions
from tests.support.delivery import deliver_all
from tests.support.keys import opened

SCENARIOS = ROOT / "bpmn" / "complaint" / "scenarios"
REFUND = 'refunds: [{payee: 王晓, amount: {amount: "300.00", currency: CNY}}]'
TWO = REFUND.replace("]", ', {payee: Mina, amount: {amount: "200.00", currency: CNY}}]')


@pytest.fixture
def stage(versions: Versions, tmp_path: Path) -> Iterator[Stage]:
    """Return a case with two refunds whose review is late."""
    text = (SCENARIOS / "refund_review_reminded_daily.yaml").read_text(encoding="utf-8")
    start, _, _ = text.partition("  - advance_to: ")
    (tmp_path / "two.yaml").write_text(start.replace(REFUND, TWO), encoding="utf-8")
    stage = play(read_scenario(tmp_path / "two.yaml"), Settings(), versions=versions)
    yield stage
    stage.application.database.close()


def told(stage: Stage, template: str, *, until: str) -> list[Any]:
    """Move to an instant, deliver, and return the notices, in order."""
    stage.move_to(datetime.fromisoformat(f"{until}T18:00:00+08:00"))
    deliver_all(stage.application)
    table = notice.c
    with stage.application.database.read() as connection:
        mine = select(notice).where(table.case_id == stage.case_id, table.template == template)
        return opened(stage.application.keys, connection, connection.execute(mine.order_by(table.at, table.id)))


def test_two_refunds_that_are_late_together_are_told_in_one_notice_that_names_both(stage: Stage) -> None:
    (one,) = told(stage, "still_late", until="2026-03-09")
    assert one.person == "chen.jing"
    assert "王晓 300.00 CNY; Mina 200.00 CNY" in one.text
    first, second = told(stage, "refund_overdue", until="2026-03-09")
    assert ("王晓 300.00 CNY" in first.text, "Mina" in first.text) == (True, False)
    assert ("王晓" in second.text, "Mina 200.00 CNY" in second.text) == (False, True)


def test_a_notice_of_every_day_stands_for_the_earlier_ones_of_the_same_duty(stage: Stage) -> None:
    told(stage, "still_late", until="2026-03-09")
    told(stage, "still_late", until="2026-03-10")
    days = told(stage, "still_late", until="2026-03-11")
    assert [each.read_at is None for each in days] == [False, False, True]
    # Counted as read when the next one came, and kept as they were told.
    assert [each.read_at for each in days[:2]] == [each.at for each in days[1:]]
    # What is told once waits to be read.
    assert [each.read_at for each in told(stage, "refund_overdue", until="2026-03-11")] == [None, None]
