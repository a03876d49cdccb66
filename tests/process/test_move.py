"""A case that belongs to the other process goes on there, on the processes that ship (X-09)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from access.principals import principal
from api.context import shared_by
from api.metrics import Metrics
from app.scenarios.file import instant, read_scenario
from app.scenarios.play import play
from app.scenarios.stage import Stage
from app.settings import Settings
from complaints.intake.retype import Retype
from complaints.notices.delivery_loop import run_once as deliver_once
from complaints.tables import complaint, message
from engine.case_work import SYSTEM
from engine.errors import Conflict, Unfit
from engine.tables import case_clock, deadline, event_log, instance, past_instance, work_item
from engine.versions import Versions
from queries.reader import Reader
from queries.timeline import timeline
from storage.outbox import outbox
from tests.support.keys import opened

SETTINGS = Settings()
HEAD = """
title: {en: t}
at: 2026-03-03T10:30:00+08:00
complaint:
  channel: phone
  type: %s
  category: teaching.content
  text: 第五章
  subject: 第五章
  people: 3
  language: zh-CN
  complainant: {name: 王晓, phone: "13800000001"}
steps:
"""
ACKNOWLEDGED = """
  - do: acknowledge
    by: li.na
    data: {acknowledgement_text: 我会一直跟进到底。}
"""
PLANNED = (
    ACKNOWLEDGED
    + """
  - do: verify
    by: li.na
    data: {outcome: complete, verification_summary: 属实。}
  - do: respond
    by: li.na
    data: {response_text: 正在核实。}
  - do: academic_evidence
    by: zhao.lei
    data: {evidence_summary: 已核对。}
  - do: inspection
    by: zhou.qiang
    data: {quality_problem: "yes", inspection_report: 不符。}
  - do: plan
    by: li.na
    data:
      next: submit
      root_cause: content_outdated
      root_cause_text: 没有同步。
      finding: 属实。
      remedy: 更正课件。
      actions: [{title: 更正课件, owner_team: academic, due_on: "2026-03-20", blocking: true}]
"""
)
IN_DANGER = """
  - facts: {safety: true}
    by: li.na
"""
RECORDED = """
  - do: external_procedure
    by: gao.yan
    data: {procedures: [none], procedure_note: 已核实，无须启动。}
"""
ANSWERED = """
  - do: answer
    by: li.na
    data: {next: send, answer_text: 请看平台公告。}
"""
ASKED = """
  - do: answer
    by: li.na
    data: {next: ask, department: academic, department_question: 是否有误？, acknowledgement_text: 正在核实。}
"""


@pytest.fixture
def told(tmp_path: Path, versions: Versions) -> Iterator[Callable[[str, str], Stage]]:
    """Play steps on a case of a type and stand on the stage."""
    stages = []

    def tell(type_: str, steps: str) -> Stage:
        file = tmp_path / "story.yaml"
        file.write_text(HEAD % type_ + steps, encoding="utf-8")
        stages.append(play(read_scenario(file), SETTINGS, versions=versions))
        return stages[-1]

    yield tell
    for stage in stages:
        stage.application.database.close()


def rows(stage: Stage, table: Table) -> list[Any]:
    with stage.application.database.read() as connection:
        found = connection.execute(select(table).where(table.c.case_id == stage.case_id))
        return opened(stage.application.keys, connection, found)


def move(stage: Stage, to: str, type_: str, *, after: timedelta = timedelta(hours=1)) -> None:
    stage.move_to(stage.clock.now() + after)
    stage.run(Retype(stage.case_id, to, type_, "属于另一个流程。"), "li.na")


def process_of(stage: Stage, version_id: str) -> tuple[str, int]:
    with stage.application.database.read() as connection:
        (found,) = [v for v in stage.application.versions.all(connection) if v.id == version_id]
    return found.process_key, found.number


Told = Callable[[str, str], Stage]
BOTH = pytest.mark.parametrize(
    ("was", "steps", "to", "type_"),
    [("inquiry", ASKED, "complaint", "complaint"), ("complaint", ACKNOWLEDGED, "inquiry", "suggestion")],
    ids=["to-complaints", "to-inquiries"],
)


@BOTH
def test_who_it_is_about_and_when_it_came_stay(told: Told, was: str, steps: str, to: str, type_: str) -> None:
    stage = told(was, steps)
    (before,), (case,) = rows(stage, complaint), rows(stage, instance)
    move(stage, to, type_)
    (after,), (now,) = rows(stage, complaint), rows(stage, instance)
    assert dict(after._mapping) == {**before._mapping, "type": type_}
    assert (now.case_owner, now.ended_at, now.closure) == ("li.na", None, None)
    kept = {name: value for name, value in case.facts.items() if name in now.facts}
    changed = {name for name, value in kept.items() if now.facts[name] != value}
    # What the tables of each process decide is decided anew; what people said is not touched.
    assert changed - {"priority", "priority_rules", "impact", "department"} == {"type", "moves"}
    assert (now.facts["type"], now.facts["moves"], now.facts["people"]) == (type_, 1, 3)
    assert process_of(stage, now.version_id) == (to, 1)


@BOTH
def test_the_old_instance_is_put_aside_and_its_work_called_off(
    told: Told, was: str, steps: str, to: str, type_: str
) -> None:
    stage = told(was, steps)
    opened = {row.id for row in rows(stage, work_item) if row.state == "open"}
    (case,) = rows(stage, instance)
    move(stage, to, type_)
    (past,) = rows(stage, past_instance)
    assert (past.number, past.version_id, past.ended_as) == (1, case.version_id, "retyped")
    assert (past.facts, past.started_at, past.ended_at) == (case.facts, case.started_at, stage.clock.now())
    items = {row.id: row for row in rows(stage, work_item)}
    assert {items[each].state for each in opened} == {"cancelled"}
    assert {row.element for row in items.values() if row.state == "open"} == {
        "verify" if to == "complaint" else "answer"
    }


@BOTH
def test_clocks_start_where_the_case_did_and_deadlines_are_those_of_the_new_process(
    told: Told, was: str, steps: str, to: str, type_: str
) -> None:
    stage = told(was, steps)
    move(stage, to, type_)
    received = instant("2026-03-03T10:30:00+08:00", "")
    running = {row.name: row.started_at for row in rows(stage, case_clock) if row.state == "running"}
    assert running == dict.fromkeys(("respond", "resolve") if to == "complaint" else ("answer",), received)
    met = {row.name: row for row in rows(stage, case_clock) if row.state == "met"}
    assert (met["acknowledge"].met_at, met["acknowledge"].late) == (received, False)
    assert {row.name.partition("/")[0] for row in rows(stage, deadline) if row.source == "clock"} == set(running)
    stage.move_to(stage.clock.now() + timedelta(days=2))
    fired = [row.name for row in rows(stage, event_log) if row.kind == "fired"]
    assert [name for name in fired if name.startswith("acknowledge")] == []


@BOTH
def test_the_timeline_tells_both_processes_with_their_versions(
    told: Told, was: str, steps: str, to: str, type_: str
) -> None:
    stage = told(was, steps)
    move(stage, to, type_)
    application = stage.application
    with application.database.read() as connection:
        reader = Reader(
            connection, shared_by(application, Metrics(since=stage.clock.now())).library, stage.clock.now(), "en",
            principal(connection, "li.na", now=stage.clock.now(), rules=application.posts.rules),
        )  # fmt: skip
        items = timeline(reader, stage.case_id).items
    moved = next(n for n, item in enumerate(items) if item.kind == "retyped")
    lines = [(item.process.key, item.process.version) for item in items if item.source == "event"]
    assert set(lines) == {(was, 1), (to, 1)}
    assert items[moved].process.key == was
    assert {item.process.key for item in items[:moved]} == {was}


@pytest.mark.parametrize("steps", ["  - advance: 1 min", PLANNED], ids=["before-verification", "after-the-plan"])
def test_only_in_verification_a_complaint_is_moved(told: Told, steps: str) -> None:
    stage = told("complaint", steps)
    before = rows(stage, instance)
    with pytest.raises(Conflict) as refused:
        move(stage, "inquiry", "inquiry")
    assert "does not let the case be moved" in refused.value.message
    assert (rows(stage, instance)[0].version_id, rows(stage, past_instance)) == (before[0].version_id, [])
    assert rows(stage, instance)[0].facts["moves"] == 0


def test_a_case_is_not_moved_while_its_external_procedure_is_open(told: Told) -> None:
    stage = told("complaint", ACKNOWLEDGED + IN_DANGER)
    with pytest.raises(Conflict) as refused:
        move(stage, "inquiry", "inquiry")
    assert "keeps the case" in refused.value.message
    assert [row.element for row in rows(stage, work_item) if row.state == "open"] == ["verify", "external_procedure"]


def test_a_case_that_comes_back_goes_on_with_what_it_knew(told: Told) -> None:
    stage = told("complaint", ACKNOWLEDGED + IN_DANGER + RECORDED)
    assert rows(stage, instance)[0].facts["external_state"] == "recorded"
    move(stage, "inquiry", "inquiry", after=timedelta(minutes=1))
    assert "external_state" not in rows(stage, instance)[0].facts
    move(stage, "complaint", "complaint", after=timedelta(minutes=1))
    (after,) = rows(stage, instance)
    # What is on record already does not open once more.
    assert (after.facts["external_state"], after.facts["moves"]) == ("recorded", 2)
    # Nor is it acknowledged once more.
    assert [row.element for row in rows(stage, work_item) if row.state == "open"] == ["verify"]
    assert [row.ended_as for row in rows(stage, past_instance)] == ["retyped", "retyped"]


def test_a_letter_on_its_way_is_delivered_in_the_words_of_the_process_that_wrote_it(told: Told) -> None:
    stage = told("inquiry", ANSWERED)
    move(stage, "complaint", "complaint", after=timedelta(seconds=10))
    stage.move_to(stage.clock.now() + timedelta(minutes=5))
    application = stage.application
    for _ in range(5):
        deliver_once(
            application.database, now=application.now(), ids=application.ids, versions=application.versions,
            keys=application.keys, notices=application.library.notices,
        )  # fmt: skip
    letters = {row.template: row.text for row in rows(stage, message) if row.direction == "out"}
    assert {"receipt", "answer", "moved"} <= letters.keys()
    assert letters["answer"].startswith("请看平台公告。")
    assert "现在转入投诉流程处理" in letters["moved"]
    assert [row.kind for row in rows(stage, outbox) if row.recipient == "complainant" and row.given_up_at] == []


def test_a_type_of_the_other_process_is_refused(told: Told) -> None:
    stage = told("inquiry", ASKED)
    refusals = []
    for to, type_ in (("complaint", "suggestion"), ("inquiry", "opinion")):
        with pytest.raises(Unfit) as caught:
            stage.application.pipeline.run(Retype(stage.case_id, to, type_, "x"), SYSTEM)
        refusals += [(each["field"], each["code"]) for each in caught.value.details["fields"]]
    assert refusals == [("type", "not-of-this-process"), ("process", "same-process")]
    assert rows(stage, past_instance) == []
