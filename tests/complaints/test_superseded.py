"""A notice of every day stands for its earlier ones: for each of its readers, and after the case has moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from complaints.intake.retype import Retype
from complaints.notices.delivery import Desk, deliver
from complaints.tables import notice
from engine.case_work import SYSTEM
from engine.commands.publish import PublishBundle
from storage.counting import counted
from storage.outbox import Message
from tests.complaints.office import DAY, MONDAY, Office, bundle

CONFIG = "bpmn/care/process.toml"
RUNG = """
[[clocks.resolve.rungs]]
name = "nag"
at = "due"
to = ["owner"]
template = "{}"
repeat = "daily"
"""


def reminded_daily(office: Office, template: str) -> str:
    """Return a case whose process reminds of the clock `resolve` every day, in the words of a template."""
    files = dict(bundle("care"))
    text = files[CONFIG].decode()
    place = text.index("[facts.type]")
    files[CONFIG] = (text[:place] + RUNG.format(template) + text[place:]).encode()
    office.pipeline.run(PublishBundle(files), SYSTEM)
    return office.file()


def remind(office: Office, case: str, template: str, to: str = "team:service", **values: Any) -> None:
    """Deliver one notice now."""
    now = office.clock.now()
    one = Message(
        id=office.ids.new(), case_id=case, cause=office.ids.new(), kind=template, recipient=to,
        payload={"to": to, "values": {"clock": "resolve", **values}}, created_at=now, deliver_after=now,
    )  # fmt: skip
    with office.database.write() as unit:
        deliver(unit.connection, one, Desk(office.versions, office.notices), now=now, ids=office.ids)
        unit.commit()


def read(office: Office, case: str) -> Mapping[str, list[tuple[datetime, datetime | None]]]:
    """Return of each reader when a notice came and when it counted as read, in order."""
    names = {person: name for name, person in office.people.items()}
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    for row in sorted(office.rows(notice, case), key=lambda row: row.at):
        found.setdefault(names[row.person], []).append((row.at, row.read_at))
    return found


@pytest.mark.parametrize("template", ["many", "noted"])
def test_todays_notice_stands_for_yesterdays_whether_its_words_are_its_own_or_those_for_staff(
    office: Office, template: str
) -> None:
    case = reminded_daily(office, template)
    remind(office, case, template)
    office.clock.advance(DAY)
    remind(office, case, template)
    both = [(MONDAY, MONDAY + DAY), (MONDAY + DAY, None)]
    assert read(office, case) == {"ann": both, "bea": both}


def test_what_comes_from_the_process_before_the_move_still_comes_daily(office: Office) -> None:
    case = reminded_daily(office, "many")
    remind(office, case, "many")
    office.do(Retype(case, "wish", "suggestion", "She proposes a new book."))
    office.clock.advance(DAY)
    remind(office, case, "many")
    both = [(MONDAY, MONDAY + DAY), (MONDAY + DAY, None)]
    assert read(office, case) == {"ann": both, "bea": both}


def test_another_clock_another_refund_or_another_reader_keeps_what_it_was_told(office: Office) -> None:
    case = reminded_daily(office, "many")
    remind(office, case, "many", refunds=[1])
    remind(office, case, "many", clock="")
    office.clock.advance(DAY)
    remind(office, case, "many", f"person:{office.people['ann']}", refunds=[2])
    untold = [(MONDAY, None), (MONDAY, None)]
    assert read(office, case) == {"ann": [*untold, (MONDAY + DAY, None)], "bea": untold}


def test_more_readers_cost_no_further_questions(office: Office) -> None:
    case = reminded_daily(office, "many")
    remind(office, case, "many")
    asked = []
    for new in ("hal", "ida"):
        office.clock.advance(DAY)
        with counted(office.database) as count:
            remind(office, case, "many")
        asked.append(count.statements)
        office.join(new, "service")
    # A row for each reader, and nothing else besides.
    assert asked[1] - asked[0] == 1
