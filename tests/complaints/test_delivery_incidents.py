"""What an operator does about a message that could not be delivered: nothing while it is tried, then either way."""

from __future__ import annotations

import pytest

from access.keys.sealed_rows import seal
from complaints.incidents.dismiss import DismissIncident
from complaints.incidents.retry import RetryIncident
from complaints.notices.delivery_loop import RETRY_AFTER
from engine.case_work import SYSTEM
from engine.errors import Conflict
from engine.tables import event_log, incident
from queries.incidents import IncidentItem, one_incident
from storage.outbox import outbox
from tests.complaints.office import Office
from tests.complaints.test_delivery import due, letters, tell

STILL = "still tried by itself"


def shown_incident(office: Office, found: str) -> IncidentItem:
    """Return an incident as whoever runs the machine sees it."""
    with office.database.read() as connection:
        services, now = office.pipeline.services, office.clock.now()
        return one_incident(connection, None, found, services=services, now=now).incident


def given_up(office: Office) -> tuple[str, str]:
    """Return a case with a letter that was given up, and its incident; what can be done meanwhile is nothing."""
    case = office.file()
    tell(office, case, "paid", "complainant")
    assert due(office) == 0
    (row,) = office.rows(incident, case)
    shown = shown_incident(office, row.id)
    assert (shown.kind, shown.state) == ("delivery", "retrying")
    assert shown.next_try_at is not None
    assert office.clock.now() < shown.next_try_at <= office.clock.now() + RETRY_AFTER[0]
    for command in (RetryIncident(row.id), DismissIncident(row.id, "r")):
        with pytest.raises(Conflict, match=STILL):
            office.pipeline.run(command, SYSTEM)
    for pause in RETRY_AFTER:
        office.clock.advance(pause)
        assert due(office) == 0
    assert shown_incident(office, row.id).state == "waiting"
    return case, row.id


def test_a_message_that_was_given_up_goes_out_once_it_can(office: Office) -> None:
    case, found = given_up(office)
    with office.database.write() as unit:
        key = office.keys.of_case(unit.connection, case)
        unit.connection.execute(outbox.update().values(payload=seal(key, {"values": {"amount": "20.00 CNY"}})))
        unit.commit()
    assert office.pipeline.run(RetryIncident(found), SYSTEM)["outcome"] == "queued"
    assert due(office) == 1
    assert letters(office, case)[0][1] == "We pay 20.00 CNY."
    assert [row.detail for row in office.rows(event_log, case, kind="incident-retried")] == [{"outcome": "queued"}]


def test_a_message_that_was_given_up_may_be_let_go_with_a_reason(office: Office) -> None:
    case, found = given_up(office)
    office.pipeline.run(DismissIncident(found, "Told by telephone."), SYSTEM)
    (row,) = office.rows(incident, case)
    assert (row.dismissed_by, row.dismissed_reason, row.resolved_at) == (
        "system", "Told by telephone.", office.clock.now(),
    )  # fmt: skip
    office.clock.advance(RETRY_AFTER[-1] * 10)
    assert (due(office), letters(office, case)) == (0, [])
