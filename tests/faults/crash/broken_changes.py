"""Changes that are wrong on purpose, so that it can be seen that the comparison finds them; and few that are right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from complaints.outward.keys import idempotency_key
from complaints.tables import note
from engine.tables import instance, work_item
from storage import outbox
from tests.faults.crash.change import DONE, Answer, Change, Found, Step
from tests.faults.crash.changes import CHANGES, filed, owned
from tests.faults.crash.loops import SENT, to_send
from tests.support.application import House
from tests.support.keys import put


def in_two_transactions(house: House, found: Found, _step: Step) -> Answer:
    """Give a task to somebody in one transaction and count the case's version in another."""
    database = house.application.database
    with database.write() as unit:
        unit.connection.execute(update(work_item).where(work_item.c.id == found["task"]).values(assignee="li.na"))
        unit.commit()
    with database.write() as unit:
        counted = update(instance).where(instance.c.case_id == found["case"])
        unit.connection.execute(counted.values(row_version=100))
        unit.commit()
    return DONE


def without_a_key(house: House, found: Found, _step: Step) -> Answer:
    """Write a note down, however often one is asked."""
    application = house.application
    with application.database.write() as unit:
        values = {"id": application.ids.new(), "case_id": found["case"], "author": "li.na", "text": "x",
                  "at": application.clock.now()}  # fmt: skip
        put(application.keys, unit.connection, note, values)
        unit.commit()
    return DONE


def marked_before_it_is_sent(house: House, _found: Found, step: Step) -> Answer:
    """Note of each mail that it went out, and send it afterwards."""
    application = house.application
    file = Path(application.settings.var_folder) / SENT
    while True:
        with application.database.read() as connection:
            waiting = outbox.due(connection, application.clock.now(), 1, channel="mail")
        if not waiting:
            return DONE
        (message,) = waiting
        with application.database.write() as unit:
            outbox.mark_delivered(unit.connection, message.id, now=application.clock.now())
            unit.commit()
        step("send")
        with file.open("a", encoding="ascii") as opened:
            opened.write(f"{idempotency_key(message)}\n")
        step("sent")


def by_the_wrong_row(house: House, found: Found, _step: Step) -> Answer:
    """Say of a case that something was due long ago, beside its deadlines."""
    database = house.application.database
    with database.write() as unit:
        due = house.application.clock.now() - timedelta(days=1)
        unit.connection.execute(update(instance).where(instance.c.case_id == found["case"]).values(next_due=due))
        unit.commit()
    return DONE


BROKEN: tuple[Change, ...] = (
    Change("InTwoTransactions", filed, in_two_transactions),
    Change("WithoutAKey", owned, without_a_key),
    Change("MarkedBeforeItIsSent", to_send, marked_before_it_is_sent, whole=False),
    Change("ByTheWrongRow", filed, by_the_wrong_row),
)

FEW: tuple[Change, ...] = tuple(each for each in CHANGES if each.name in ("ClaimTask", "ReceiveMessage"))
"""For tests of what stands around the kills."""
