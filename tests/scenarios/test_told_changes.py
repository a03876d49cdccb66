"""What the owner changes by hand past whoever decides is told them, with what was and what is, played as shipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.scenarios.file import read_scenario
from app.scenarios.play import play
from app.scenarios.stage import Stage
from app.settings import ROOT, Settings
from complaints.change_facts import ChangeFacts
from complaints.tables import notice
from engine.tables import instance
from engine.versions import Versions
from tests.support.delivery import deliver_all

HELD = timedelta(minutes=1)
SCENARIOS = ROOT / "bpmn" / "complaint" / "scenarios"


@dataclass
class Case:
    """A case as a scenario leaves it."""

    stage: Stage
    seen: int = 0

    def change(self, reason: str = "", **changes: Any) -> None:
        """Let the owner change facts."""
        with self.stage.application.database.read() as connection:
            version = connection.execute(
                select(instance.c.facts_version).where(instance.c.case_id == self.stage.case_id)
            ).scalar_one()
        self.stage.run(ChangeFacts(self.stage.case_id, changes, version, reason), "li.na")

    def told(self, *templates: str) -> list[tuple[str, str, str]]:
        """Deliver what is held no more; return (person, template, text) of what is new, by person."""
        self.stage.move_to(self.stage.clock.now() + HELD)
        deliver_all(self.stage.application)
        table = notice.c
        with self.stage.application.database.read() as connection:
            mine = select(table.person, table.template, table.text).where(
                table.case_id == self.stage.case_id, table.template.in_(templates)
            )
            rows = connection.execute(mine.order_by(table.at, table.id))
            keys = self.stage.application.keys
            found = [tuple(row) for row in keys.opened_rows(connection, self.stage.case_id, rows)]
        new, self.seen = sorted(found[self.seen :]), len(found)
        return new


@pytest.fixture
def played(versions: Versions) -> Iterator[Any]:
    """Return what plays a scenario of the process that ships."""
    stages: list[Stage] = []

    def played(name: str | Path) -> Case:
        file = name if isinstance(name, Path) else SCENARIOS / f"{name}.yaml"
        stages.append(play(read_scenario(file), Settings(), versions=versions))
        return Case(stages[-1])

    yield played
    for stage in stages:
        stage.application.database.close()


def test_an_exchange_of_the_payee_names_case_payees_and_amounts_to_all_who_decide(played: Any) -> None:
    told = played("another_payee_within_the_approval_is_told").told("refunds_replanned")
    assert [person for person, _, _ in told] == ["chen.jing", "huang.lan", "liu.gang"]
    assert told[0][2] == (
        "您批准过的方案中，计划退费有变动，仍在批准的范围内，因此没有再次提请审批。\n"
        "计划中的退费: 王晓 12,000.00 CNY → 亲友 12,000.00 CNY\n"
        "变更人：李娜"
    )


def test_the_head_who_approved_is_told_and_neither_the_leadership_group_nor_who_would_decide_today(
    played: Any, tmp_path: Path
) -> None:
    text = (SCENARIOS / "important_goes_to_the_head.yaml").read_text(encoding="utf-8")
    remedy = '      remedy: "更正课件并补课。"\n'
    refund = '      refunds: [{payee: 王晓, amount: {amount: "500.00", currency: CNY}}]\n'
    tasks = "tasks: {carry_out: service", "tasks: {carry_out: service, review_refund: service"
    (tmp_path / "head.yaml").write_text(text.replace(remedy, remedy + refund).replace(*tasks), encoding="utf-8")
    case = played(tmp_path / "head.yaml")
    case.change("about the course", category="teaching.content")
    assert case.told("refunds_replanned") == []
    case.change("wrong name", refunds=[{"payee": "Mina", "amount": {"amount": "499.00", "currency": "CNY"}}])
    ((person, _, text),) = case.told("refunds_replanned")
    assert (person, text.splitlines()[1:]) == (
        "wu.min", ["计划中的退费: 王晓 500.00 CNY → Mina 499.00 CNY", "变更人：李娜", "理由：wrong name"],
    )  # fmt: skip


def test_a_grade_below_the_tables_is_told_with_both_grades_and_the_reason(played: Any) -> None:
    case = played("grade_lowered_by_hand_is_told")
    told = case.told("grade_lowered")
    assert [person for person, _, _ in told] == ["chen.jing", "huang.lan", "liu.gang"]
    assert told[0][2] == (
        "这件投诉中，决定由谁审批的内容被人工下调：\n影响等级: 重大 → 一般\n变更人：李娜\n理由：金额有误。"
    )
    # Said again, raised and raised further, nobody hears of it; lowered again they do.
    case.change("again", impact_override="general")
    case.change("up", impact_override="important")
    case.change("up", impact_override="major")
    assert case.told("grade_lowered") == []
    case.change("down", impact_override="important")
    assert [text.splitlines()[1:] for _, _, text in case.told("grade_lowered")] == [
        ["影响等级: 重大 → 重要", "变更人：李娜", "理由：down"]
    ] * 3


def test_fewer_people_are_told_with_both_numbers(played: Any) -> None:
    case = played("fewer_people_by_hand_is_told")
    (one, *others) = [text for _, _, text in case.told("grade_lowered")]
    assert others == [one, one]
    assert one.splitlines()[1:] == ["投诉中写明的人数: 12 → 5", "变更人：李娜"]


def test_a_low_grade_that_was_harmless_is_told_when_the_tables_say_more(played: Any) -> None:
    case = played("acknowledging_ends_the_late_task")
    case.change("one slip", impact_override="general")
    assert case.told("grade_lowered") == []
    case.change(refund={"amount": "50000.00", "currency": "CNY"})
    assert {text.splitlines()[1] for _, _, text in case.told("grade_lowered")} == {"影响等级: 重大 → 一般"}
