"""Each channel of the outbox is a line of its own; what was given up is listed, replayed, discarded. On each store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from storage import outbox
from storage.database import Database
from storage.dead_letters import dead_letters, discard, replay
from storage.outbox import HOUSE, Message
from storage.sealed import Sealed

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def row(name: str, *, case: str = "c1", channel: str = HOUSE, recipient: str = "") -> Message:
    return Message(
        id=name, case_id=case, cause=name, kind="receipt", recipient=recipient or f"{channel}:complainant",
        channel=channel, payload=Sealed(b"x"), created_at=NOW, deliver_after=NOW,
    )  # fmt: skip


def written(database: Database, *rows: Message) -> None:
    with database.write() as unit:
        assert outbox.write(unit.connection, rows) == len(rows)
        unit.commit()


def claimed(database: Database, channel: str, now: datetime = NOW) -> list[str]:
    with database.write() as unit:
        found = outbox.claim(unit.connection, now, limit=10, until=now + MINUTE, by=f"{now}", channel=channel)
        unit.commit()
    assert {each.channel for each in found} <= {channel}
    return [each.id for each in found]


def given_up(database: Database, *names: str) -> None:
    with database.write() as unit:
        for name in names:
            assert outbox.give_up(unit.connection, name, error="refused", now=NOW)
        unit.commit()


def states(database: Database) -> list[tuple[Any, ...]]:
    table = outbox.outbox.c
    columns = (table.id, table.attempts, table.replays, table.given_up_at, table.cancelled_at)
    with database.read() as connection:
        return [tuple(each) for each in connection.execute(select(*columns).order_by(table.sequence))]


def test_a_channel_is_claimed_without_the_others(database: Database) -> None:
    written(database, row("a", channel="mail"), row("b"), row("c", channel="webhook:x"), row("d", channel="mail"))
    with database.read() as connection:
        assert outbox.channels_due(connection, NOW) == ["mail", "webhook:x"]
        assert outbox.channels_due(connection, NOW - MINUTE) == []
        assert [each.id for each in outbox.due(connection, NOW, 10)] == ["b"]
    assert claimed(database, "mail") == ["a"], "the second waits for the first: same case, same recipient"
    assert claimed(database, "mail") == []
    assert claimed(database, "webhook:x") == ["c"]
    assert claimed(database, "mail", NOW + MINUTE) == ["a"], "nobody has marked it, so it is due again"


def test_what_fails_on_one_channel_stands_in_no_ones_way_on_another(database: Database) -> None:
    written(database, row("a", channel="mail"), row("b", channel="webhook:x"), row("c", channel="mail", case="c2"))
    with database.write() as unit:
        outbox.mark_failed(unit.connection, "a", error="later", retry_at=NOW + MINUTE)
        unit.commit()
    assert (claimed(database, "mail"), claimed(database, "webhook:x")) == (["c"], ["b"])


def test_what_is_not_to_go_out_any_more_lets_the_next_pass(database: Database) -> None:
    written(database, row("a", channel="mail"), row("b", channel="mail"))
    with database.write() as unit:
        assert outbox.cancel(unit.connection, "a", reason="no address any more", now=NOW)
        assert not outbox.cancel(unit.connection, "a", reason="again", now=NOW + MINUTE)
        unit.commit()
    assert claimed(database, "mail") == ["b"]


def test_what_was_given_up_is_listed_and_replayed_from_the_start(database: Database) -> None:
    written(database, row("a", channel="mail"), row("b"), row("c", channel="mail", case="c2"), row("d", case="c3"))
    given_up(database, "a", "b", "c")
    with database.read() as connection:
        assert [each.id for each in dead_letters(connection)] == ["a", "b", "c"]
        assert [each.id for each in dead_letters(connection, channel="mail", limit=1)] == ["a"]
        (found,) = dead_letters(connection, ids=["b", "d"])
    assert (found.id, found.case_id, found.error, found.attempts, found.given_up_at) == ("b", "c1", "refused", 1, NOW)
    with database.write() as unit:
        assert replay(unit.connection, ["c", "a", "d", "nothing"], now=NOW + MINUTE) == ["a", "c"]
        assert replay(unit.connection, ["c", "a"], now=NOW + 2 * MINUTE) == []
        unit.commit()
    assert states(database) == [
        ("a", 0, 1, None, None), ("b", 1, 0, NOW, None), ("c", 0, 1, None, None), ("d", 0, 0, None, None),
    ]  # fmt: skip
    assert claimed(database, "mail", NOW + MINUTE) == ["a", "c"]


def test_what_was_discarded_is_listed_no_more_and_never_replayed(database: Database) -> None:
    written(database, row("a", channel="mail"), row("b", channel="mail"))
    given_up(database, "a")
    with database.write() as unit:
        assert not discard(unit.connection, "b", now=NOW), "it was not given up"
        assert discard(unit.connection, "a", now=NOW + MINUTE)
        assert not discard(unit.connection, "a", now=NOW)
        assert replay(unit.connection, ["a"], now=NOW) == []
        assert dead_letters(unit.connection) == []
        unit.commit()
    assert states(database)[0] == ("a", 1, 0, NOW, NOW + MINUTE)
