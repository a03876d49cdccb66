"""The table of tampering: whatever the owner of a database does to the trail is found, and named for what it is.

python -m pytest tests/trail/test_tampering.py
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.tables import change_log, instance
from tests.trail.recorded import Recorded
from trail.digests import Head, anchor_hash, change_hash, house_hash, leaf_hash, lines_digest
from trail.house import HOUSE
from trail.merkle import root
from trail.tables import anchor, anchor_leaf, chain_head, house_record

Doing = Callable[[Connection], None]
LOG = change_log.c


def test_a_trail_that_nobody_touched_holds(trail: Recorded) -> None:
    assert trail.found() == []
    assert trail.found(kept=True) == []


def sql(*statements: str) -> Doing:
    def act(connection: Connection) -> None:
        for each in statements:
            connection.execute(text(each))

    return act


def _copied(connection: Connection, number: int, as_number: int, **changes: Any) -> None:
    """Put in a copy of a record of case a."""
    row = connection.execute(select(change_log).where(LOG.case_id == "a", LOG.number == number)).one()._mapping
    values = {name: value for name, value in row.items() if name != "sequence"}
    connection.execute(insert(change_log).values({**values, "number": as_number, **changes}))


def _shift(connection: Connection, *, above: int, by: int) -> None:
    """Give the records of case a above a number others, in two steps: no two may have the same at any moment."""
    for step in (1000, by - 1000):
        mine = (LOG.case_id == "a", LOG.number > above)
        connection.execute(update(change_log).where(*mine).values(number=LOG.number + step))
        above += 1000


def inserted_between(connection: Connection) -> None:
    _shift(connection, above=2, by=1)
    _copied(connection, 1, 3)
    connection.execute(update(instance).where(instance.c.case_id == "a").values(trail_number=7))


def inserted_with_a_right_hash(connection: Connection) -> None:
    """As above, and the hash of what was put in is worked out as it should be."""
    inserted_between(connection)
    before = connection.scalar(select(LOG.hash).where(LOG.case_id == "a", LOG.number == 2))
    assert before is not None
    row = _raw(connection, 3)
    found = change_hash(before, "a", 3, row.at, row.actor, lines_digest(row.written, row.details, row.told))
    connection.execute(update(change_log).where(LOG.case_id == "a", LOG.number == 3).values(hash=found))


def deleted_and_closed_up(connection: Connection) -> None:
    connection.execute(delete(change_log).where(LOG.case_id == "a", LOG.number == 3))
    _shift(connection, above=3, by=-1)


def swapped(one: int, other: int) -> Doing:
    def act(connection: Connection) -> None:
        for old, new in ((one, 999), (other, one), (999, other)):
            mine = (LOG.case_id == "a", LOG.number == old)
            connection.execute(update(change_log).where(*mine).values(number=new))

    return act


def _raw(connection: Connection, number: int) -> Any:
    row = connection.execute(
        text("SELECT lines AS written FROM change_log WHERE case_id = 'a' AND number = :number"), {"number": number}
    ).one()
    found = connection.execute(select(change_log).where(LOG.case_id == "a", LOG.number == number)).one()
    return type("Raw", (), {**found._mapping, "written": row.written})


def made_anew(connection: Connection, *, first: int = 2, last: int = 6) -> None:
    """Change a record and work out every hash from there on, and the head: the chain holds by itself."""
    connection.execute(update(change_log).where(LOG.case_id == "a", LOG.number == first).values(actor="zhang.wei"))
    before = connection.scalar(select(LOG.hash).where(LOG.case_id == "a", LOG.number == first - 1))
    assert before is not None
    for number in range(first, last + 1):
        row = _raw(connection, number)
        before = change_hash(before, "a", number, row.at, row.actor, lines_digest(row.written, row.details, row.told))
        connection.execute(update(change_log).where(LOG.case_id == "a", LOG.number == number).values(hash=before))
    connection.execute(update(instance).where(instance.c.case_id == "a").values(trail_hash=before))


def cut_off_with_its_head(connection: Connection) -> None:
    """Delete what an anchor has seen, and make the noted head fit."""
    connection.execute(delete(change_log).where(LOG.case_id == "a", LOG.number > 4))
    last = connection.scalar(select(LOG.hash).where(LOG.case_id == "a", LOG.number == 4))
    connection.execute(update(instance).where(instance.c.case_id == "a").values(trail_number=4, trail_hash=last))


def house_made_anew(connection: Connection) -> None:
    table, before = house_record.c, bytes(32)
    connection.execute(update(house_record).where(table.number == 1).values(actor="nobody"))
    for row in connection.execute(select(house_record).order_by(table.number)).all():
        detail = connection.scalar(text(f"SELECT detail FROM house_record WHERE number = {row.number}"))
        before = house_hash(before, row.number, row.at, row.actor, row.kind, str(detail))
        connection.execute(update(house_record).where(table.number == row.number).values(hash=before))
    connection.execute(update(chain_head).where(chain_head.c.chain == HOUSE).values(hash=before))


def anchor_made_anew(connection: Connection) -> None:
    """Rewrite a case, and the last anchor so that it fits; the signature cannot be made."""
    made_anew(connection, first=5)
    asked = select(LOG.number, LOG.hash).where(LOG.case_id == "a")
    heads = {row.number: row.hash for row in connection.execute(asked)}
    for leaf in connection.execute(select(anchor_leaf).where(anchor_leaf.c.chain == "a")).all():
        mine = (anchor_leaf.c.anchor == leaf.anchor, anchor_leaf.c.place == leaf.place)
        connection.execute(update(anchor_leaf).where(*mine).values(hash=heads[leaf.number]))
    before = bytes(32)
    for row in connection.execute(select(anchor).order_by(anchor.c.number)).all():
        leaves = connection.execute(
            select(anchor_leaf).where(anchor_leaf.c.anchor == row.number).order_by(anchor_leaf.c.place)
        ).all()
        found = root(leaf_hash(each.chain, Head(each.number, each.hash)) for each in leaves)
        before = anchor_hash(before, row.number, row.at, found, row.leaves)
        connection.execute(update(anchor).where(anchor.c.number == row.number).values(root=found, hash=before))
    connection.execute(update(chain_head).where(chain_head.c.chain == "anchors").values(hash=before))


LINES = """UPDATE change_log SET lines = '[["note",null,null,"9"]]' WHERE case_id = 'a' AND number = """
TABLE: list[tuple[str, Doing, list[tuple[str, int, str]]]] = [
    ("a line was edited", sql(LINES + "2"), [("a", 2, "edited")]),
    ("the first was edited", sql(LINES + "1"), [("a", 1, "edited")]),
    ("the last was edited", sql(LINES + "6"), [("a", 6, "edited")]),
    ("who did it was edited", sql("UPDATE change_log SET actor = 'x' WHERE case_id = 'b' AND number = 3"),
     [("b", 3, "edited")]),
    ("the actor was taken away", sql("UPDATE change_log SET actor = NULL WHERE case_id = 'b' AND number = 3"),
     [("b", 3, "edited")]),
    ("a hash was edited", lambda c: _update(c, 3, hash=bytes(32)), [("a", 3, "edited")]),
    ("the sealed bytes were edited", lambda c: _update(c, 4, told=bytes(32)), [("a", 4, "edited")]),
    ("the case was edited", sql("UPDATE change_log SET case_id = 'b', number = 7 WHERE case_id = 'a' AND number = 6"),
     [("a", 6, "cut-off"), ("b", 7, "inserted")]),
    ("two cases were edited", sql(LINES + "2", LINES.replace("'a'", "'b'") + "5"),
     [("a", 2, "edited"), ("b", 5, "edited")]),
    ("one was deleted", sql("DELETE FROM change_log WHERE case_id = 'a' AND number = 3"), [("a", 3, "deleted")]),
    ("the first was deleted", sql("DELETE FROM change_log WHERE case_id = 'a' AND number = 1"), [("a", 1, "deleted")]),
    ("one was deleted, the others closed up", deleted_and_closed_up, [("a", 3, "deleted")]),
    ("one was put in between", inserted_between, [("a", 3, "inserted")]),
    ("one was put in between, with its hash", inserted_with_a_right_hash, [("a", 3, "inserted")]),
    ("one was put behind the last", lambda c: _copied(c, 2, 7), [("a", 7, "inserted")]),
    ("two neighbours were exchanged", swapped(3, 4), [("a", 3, "reordered")]),
    ("two others were exchanged", swapped(2, 5), [("a", 2, "reordered")]),
    ("the first and the last were exchanged", swapped(1, 6), [("a", 1, "reordered")]),
    ("the last was cut off", sql("DELETE FROM change_log WHERE case_id = 'a' AND number = 6"), [("a", 6, "cut-off")]),
    ("all of a case was deleted", sql("DELETE FROM change_log WHERE case_id = 'a'"), [("a", 1, "cut-off")]),
    ("the end was cut off, and the head made to fit", cut_off_with_its_head, [("a", 5, "cut-off")]),
    ("a whole case was deleted", sql("DELETE FROM change_log WHERE case_id = 'a'",
                                     "DELETE FROM instance WHERE case_id = 'a'"), [("a", 1, "cut-off")]),
    ("a case was made anew", made_anew, [("a", 4, "rewritten")]),
    ("a record of the house was edited", sql("UPDATE house_record SET actor = 'x' WHERE number = 2"),
     [("house", 2, "edited")]),
    ("a record of the house was deleted", sql("DELETE FROM house_record WHERE number = 2"), [("house", 2, "deleted")]),
    ("the last of the house was deleted", sql("DELETE FROM house_record WHERE number = 4"), [("house", 4, "cut-off")]),
    ("the house was made anew", house_made_anew, [("house", 3, "rewritten")]),
    ("the root of an anchor was edited", lambda c: _anchor(c, 1, root=bytes(32)), [("anchors", 1, "forged")]),
    ("the signature of an anchor was edited", lambda c: _anchor(c, 2, signature=bytes(64)), [("anchors", 2, "forged")]),
    ("a head under an anchor was edited", sql("UPDATE anchor_leaf SET number = 3 WHERE anchor = 1 AND chain = 'a'"),
     [("anchors", 1, "forged")]),
    ("a head under an anchor was deleted", sql("DELETE FROM anchor_leaf WHERE anchor = 2 AND chain = 'a'"),
     [("anchors", 2, "forged")]),
    ("an anchor was deleted", sql("DELETE FROM anchor WHERE number = 1"), [("anchors", 1, "deleted")]),
    ("the last anchor was deleted", sql("DELETE FROM anchor WHERE number = 2"), [("anchors", 2, "cut-off")]),
    ("anchors were made anew with the case", anchor_made_anew, [("anchors", 2, "forged")]),
]  # fmt: skip


def _update(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(change_log).where(LOG.case_id == "a", LOG.number == number).values(**values))


def _anchor(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(anchor).where(anchor.c.number == number).values(**values))


@pytest.mark.parametrize(("act", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_kind_of_tampering_is_found_and_named(
    trail: Recorded, act: Doing, expected: list[tuple[str, int, str]]
) -> None:
    with trail.tampering() as connection:
        act(connection)
    assert trail.found() == expected


def forgotten(connection: Connection) -> None:
    """Take everything since the first anchor away, anchors too: what is left holds by itself."""
    connection.execute(delete(anchor).where(anchor.c.number > 1))
    connection.execute(delete(anchor_leaf).where(anchor_leaf.c.anchor > 1))
    connection.execute(delete(house_record).where(house_record.c.number > 3))
    connection.execute(delete(change_log).where(LOG.number > 4))
    for case_id in ("a", "b"):
        last = connection.scalar(select(LOG.hash).where(LOG.case_id == case_id, LOG.number == 4))
        mine = instance.c.case_id == case_id
        connection.execute(update(instance).where(mine).values(trail_number=4, trail_hash=last))
    for chain, table, number in ((HOUSE, house_record, 3), ("anchors", anchor, 1)):
        last = connection.scalar(select(table.c.hash).where(table.c.number == number))
        connection.execute(update(chain_head).where(chain_head.c.chain == chain).values(number=number, hash=last))


def emptied(connection: Connection) -> None:
    for table in (anchor_leaf, anchor, chain_head, house_record, change_log, instance):
        connection.execute(delete(table))


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (forgotten, [("anchors", 2, "cut-off"), ("a", 5, "cut-off"), ("b", 5, "cut-off"), ("house", 4, "cut-off")]),
        (emptied, [("anchors", 1, "cut-off"), ("a", 1, "cut-off"), ("b", 1, "cut-off"), ("house", 1, "cut-off")]),
    ],
    ids=["all since an anchor", "everything"],
)
def test_what_was_deleted_with_its_anchors_is_found_by_the_file_that_was_kept(
    trail: Recorded, act: Doing, expected: list[tuple[str, int, str]]
) -> None:
    with trail.tampering() as connection:
        act(connection)
    assert trail.found() == []
    assert trail.found(kept=True) == expected


@pytest.mark.parametrize("table", ["change_log", "house_record", "anchor", "anchor_leaf"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET hash = hash", "DELETE FROM {}"])
def test_nothing_is_changed_or_deleted_while_the_triggers_stand(trail: Recorded, table: str, verb: str) -> None:
    with pytest.raises(DBAPIError, match="only ever added to"), trail.database.write() as unit:
        unit.connection.execute(text(verb.format(table)))
    assert trail.found() == []


def test_that_the_triggers_are_gone_is_told(trail: Recorded) -> None:
    with trail.tampering():
        pass
    assert [each.chain for each in trail.findings()] == [
        "table anchor", "table anchor_leaf", "table change_log", "table house_record",
    ]  # fmt: skip


def test_a_case_whose_key_was_destroyed_holds(trail: Recorded) -> None:
    with trail.database.write() as unit:
        unit.connection.execute(text("DELETE FROM sealed_key WHERE name = 'a'"))
        unit.commit()
    assert trail.found(kept=True) == []
