"""Every command on a case is looked at as a whole, so that none has to remember what others are told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from complaints.change_facts import ChangeFacts
from complaints.correspondence.messages import ReceiveMessage
from engine.case_work import CaseWork
from engine.commands.complete import CompleteTask
from tests.complaints.office import Office


def test_each_command_is_looked_at_once_at_its_end_with_what_was_written_and_why(office: Office) -> None:
    seen: list[tuple[Any, str, tuple[Any, Any]]] = []

    def look(work: CaseWork) -> None:
        people = work.facts_at_start["people"], work.row["facts"]["people"]
        seen.append((dict(work.form_data), work.reason, people))

    office.pipeline.services = replace(office.pipeline.services, changed=look)
    case = office.file()
    assert seen == []
    office.do(CompleteTask(office.task(case, "look").id, {"next": "ask"}))
    office.do(ChangeFacts(case, {"people": 3}, office.case(case).facts_version, "They told us."))
    office.do(ReceiveMessage(case, "It was Monday."), None)
    assert seen == [({"next": "ask"}, "", (1, 1)), ({}, "They told us.", (1, 3)), ({}, "", (3, 3))]
