"""Which earlier notices one that comes every day stands for: those to the same person, of the same duty and refund."""

from __future__ import annotations

from typing import Any

import pytest

from complaints.notices.superseded import comes_daily, read_earlier
from complaints.tables import notice
from engine.bundles.compile_bundle import compile_bundle
from tests.complaints.office import DAY, MONDAY, Office
from tests.publication.shipped import HOUSE, shipped
from tests.support.keys import put

LATE = {"clock": "refund", "refunds": ["r1", "r2"]}


def told(key: str, **more: Any) -> dict[str, Any]:
    """Return a notice to Bea that two refunds are late, as it is stored, or another one."""
    return {
        "id": key, "key": key, "person": "bea", "case_id": "c1", "template": "still_late", "values": LATE,
        "at": MONDAY, "read_at": None, "subject": "", "text": "", "language": "en", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("earlier", "counts_as_read"),
    [
        ({}, True),
        ({"values": {**LATE, "refunds": ["r2", "r3"]}}, True),
        ({"values": {**LATE, "refunds": ["r3"]}}, False),
        ({"values": {"clock": "refund"}}, True),
        ({"values": {**LATE, "clock": "respond"}}, False),
        ({"person": "ann"}, False),
        ({"case_id": "c2"}, False),
        ({"template": "refund_overdue"}, False),
    ],
)
def test_what_was_told_before_counts_as_read_where_it_is_the_same_duty_of_the_same_person(
    office: Office, earlier: dict[str, Any], counts_as_read: bool
) -> None:
    new = told("new", at=MONDAY + DAY)
    with office.database.write() as unit:
        put(office.keys, unit.connection, notice, told("old", **earlier), new)
        for _ in range(2):
            read_earlier(unit.connection, office.keys.of_case(unit.connection, "c1"), [new])
        unit.commit()
    assert {row.id: row.read_at for row in office.rows(notice)} == {
        "old": MONDAY + DAY if counts_as_read else None, "new": None,
    }  # fmt: skip


def test_a_notice_of_the_duty_alone_stands_for_those_of_each_refund(office: Office) -> None:
    new = told("new", at=MONDAY + DAY, values={"clock": "refund"})
    with office.database.write() as unit:
        put(office.keys, unit.connection, notice, told("old"), new)
        read_earlier(unit.connection, office.keys.of_case(unit.connection, "c1"), [new])
        unit.commit()
    assert [row.read_at for row in office.rows(notice, id="old")] == [MONDAY + DAY]


@pytest.mark.parametrize(
    ("template", "clock", "daily"),
    [
        ("still_late", "refund", True),
        ("still_late", "respond", True),
        ("acknowledge_overdue", "acknowledge", False),
        ("refund_overdue", "refund", False),
        ("still_late", "nosuch", False),
        ("still_late", None, False),
    ],
)
def test_only_what_the_ladder_of_its_clock_tells_every_day_comes_daily(
    template: str, clock: str | None, daily: bool
) -> None:
    assert comes_daily(compile_bundle(shipped(), HOUSE), template, {"clock": clock}) is daily
