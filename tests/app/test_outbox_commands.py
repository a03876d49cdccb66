"""`redress outbox`: what was given up is listed, and sent again on record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from access import people, teams
from app.settings import Settings
from complaints.failed_delivery import note_failed
from engine.ids import CountedIds
from engine.tables import conflict_of_interest, event_log, incident, instance, process_version
from storage import migrate, outbox
from storage.database import Database
from storage.outbox import Message
from storage.sealed import Sealed
from tests.app.conftest import Shell
from tests.support.bare_cases import bare_case, bare_version
from tests.support.keys import opened, put, stored_keys

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REASON = "the mail server refused the address: 550 5.1.1"


@pytest.fixture
def database(shell: Shell) -> Iterator[Database]:
    """Two messages that were given up, one that waits; an operator and somebody who is none."""
    migrate.upgrade(Settings().database_url)
    with Database(Settings().database_url) as opened:
        with opened.write() as unit:
            for login in ("ops", "li.na"):
                people.add(unit.connection, login=login, name=login, language="en", ids=CountedIds(), now=AT)
            teams.give_role(unit.connection, "ops", "operator")
            rows = [
                Message(
                    id=name, case_id=case, cause=name, kind="receipt", recipient=f"{channel}:complainant",
                    channel=channel, payload=Sealed(b"x"), created_at=AT, deliver_after=AT,
                )
                for name, case, channel in (("one", "c1", "mail"), ("two", "c2", "house"), ("three", "c3", "mail"))
            ]  # fmt: skip
            unit.connection.execute(insert(process_version).values(bare_version(AT)))
            put(stored_keys(), unit.connection, instance, *(bare_case(each, AT) for each in ("c1", "c2", "c3")))
            outbox.write(unit.connection, rows)
            for name in ("one", "two"):
                outbox.give_up(unit.connection, name, error=REASON, now=AT)
            unit.commit()
        yield opened


def state(database: Database) -> list[tuple[str, bool, int, int]]:
    table = outbox.outbox.c
    with database.read() as connection:
        rows = connection.execute(select(outbox.outbox).order_by(table.sequence)).all()
    return [(row.id, row.given_up_at is not None, row.attempts, row.replays) for row in rows]


def test_what_was_given_up_is_listed(shell: Shell, database: Database) -> None:
    one, two = (
        f"{name}  {case}  receipt to {channel}:complainant: once until 2026-03-02T01:00:00+00:00: {REASON}"
        for name, case, channel in (("one", "c1", "mail"), ("two", "c2", "house"))
    )
    assert shell.type("outbox", "list") == (0, f"{one}\n{two}", "")
    assert shell.type("outbox", "list", "--channel", "mail") == (0, one, "")
    assert shell.type("outbox", "list", "--channel", "webhook:x") == (0, "There are none.", "")
    assert shell.type("outbox", "list", "--limit", "1") == (
        0, f"{one}\nThere are more than 1: name a higher --limit.", "",
    )  # fmt: skip
    (told, _) = json.loads(shell.type("outbox", "list", "--json")[1])
    assert (told["id"], told["case_id"], told["error"], told["attempts"]) == ("one", "c1", REASON, 1)


def test_a_message_is_sent_again_on_record_and_others_stay(shell: Shell, database: Database) -> None:
    assert shell.type("outbox", "replay", "one", "--by", "ops") == (0, "1 message is tried again.", "")
    assert state(database) == [("one", False, 0, 1), ("two", True, 1, 0), ("three", False, 0, 0)]
    with database.read() as connection:
        (line,) = connection.execute(select(event_log)).all()
    assert (line.case_id, line.kind, line.name, line.actor, line.detail) == (
        "c1", "message-replayed", "one", "ops", {"template": "receipt", "channel": "mail"},
    )  # fmt: skip
    assert shell.type("outbox", "replay", "one", "--by", "ops") == (
        2, "", "No message that was given up is one.",
    )  # fmt: skip


def test_what_need_not_go_out_any_more_is_taken_off_the_list_for_a_reason(shell: Shell, database: Database) -> None:
    with database.write() as unit:
        letter = Message(
            id="one", case_id="c1", cause="one", kind="receipt", recipient="mail:complainant", channel="mail",
            payload=Sealed(b"x"), created_at=AT, deliver_after=AT,
        )  # fmt: skip
        note_failed(unit.connection, letter, REASON, now=AT, ids=CountedIds())
        unit.commit()
    assert shell.type("outbox", "discard", "one", "--by", "ops", "--reason", " ")[0] == 2
    assert shell.type("outbox", "discard", "one", "--by", "ops", "--reason", "Told by phone.") == (0, "Discarded.", "")
    assert "one  c1" not in shell.type("outbox", "list")[1]
    with database.read() as connection:
        (line,) = opened(stored_keys(), connection, connection.execute(select(event_log)))
        (failed,) = connection.execute(select(incident)).all()
    assert (line.case_id, line.kind, line.name, line.actor, line.detail["reason"]) == (
        "c1", "message-discarded", "one", "ops", "Told by phone.",
    )  # fmt: skip
    assert failed.resolved_at is not None
    for again in (("discard", "one", "--reason", "x"), ("replay", "one")):
        assert shell.type("outbox", *again, "--by", "ops")[2] == "No message that was given up is one."


def test_all_are_sent_again_but_those_of_a_case_that_the_operator_is_kept_apart_from(
    shell: Shell, database: Database
) -> None:
    with database.write() as unit:
        unit.connection.execute(insert(conflict_of_interest).values(case_id="c2", person="ops"))
        unit.commit()
    assert shell.type("outbox", "replay", "--all", "--by", "ops") == (0, "1 message is tried again.", "")
    assert shell.type("outbox", "replay", "two", "--by", "ops")[0] == 2
    assert [each[1] for each in state(database)] == [False, True, False]


def test_whoever_is_no_operator_sends_nothing_again(shell: Shell, database: Database) -> None:
    code, _, wrong = shell.type("outbox", "replay", "--all", "--by", "li.na")
    assert (code, wrong) == (
        2, "li.na is no operator: name somebody with that role (`redress user add --role operator`).",
    )  # fmt: skip
    assert shell.type("outbox", "replay", "--by", "ops")[2] == "Name the messages to send again, or say --all."
    assert [each[1] for each in state(database)] == [True, True, False]


def test_an_address_for_mail_is_given_and_taken_away(shell: Shell, database: Database) -> None:
    def address() -> str | None:
        with database.read() as connection:
            return people.get(connection, "li.na").email

    assert shell.type("user", "email", "li.na", "li.na@school.example") == (
        0, "li.na gets mail at li.na@school.example.", "",
    )  # fmt: skip
    assert address() == "li.na@school.example"
    assert shell.type("user", "email", "li.na", "li.na") == (
        2, "", "The address does not fit: it is no plain e-mail address.",
    )  # fmt: skip
    assert shell.type("user", "email", "li.na", "") == (0, "li.na gets no mail.", "")
    assert address() is None
