"""What a calendar file may say, and how it is told that it may not."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escalation.calendar import Campus, Hours, Year, day_of, merged
from escalation.calendar_reading import parse_campus, parse_year
from escalation.refusals import ConfigProblem
from tests.escalation.builders import LABELS, campus_of, year_of
from tests.escalation.toml_values import document, spoilt, tables

NAMES = {"zh-CN": "一", "ko": "일", "en": "one"}
GOOD_CAMPUS: dict[str, Any] = {
    "zone": "Asia/Shanghai",
    "working_week": "mon-fri",
    "labels": NAMES,
    "channels": {
        "phone": {"labels": NAMES, "open": "always", "staffed": {"mon-fri": ["10:00-21:00"], "sat": []}},
        "desk": {"labels": NAMES, "open": {"mon": ["09:00-18:00"]}, "staffed": {"mon": ["10:00-12:00", "13:00-18:00"]}},
    },
    "overrides": [
        {"on": "raw:2026-10-01", "closed": True, "name": NAMES},
        {"from": "raw:2026-10-01", "to": "raw:2026-10-08", "days": "rest", "channels": ["phone"], "staffed": [],
         "open": ["10:00-12:00"], "working_day": False, "name": NAMES},
    ],
}  # fmt: skip
GOOD_YEAR: dict[str, Any] = {
    "published": True,
    "source": "a notice",
    "holidays": [
        {"from": "raw:2026-10-01", "to": "raw:2026-10-07", "name": NAMES},
        {"on": "raw:2026-01-01", "name": NAMES},
    ],
    "make_up_days": [{"on": "raw:2026-10-10", "works_as": "wed", "name": NAMES}],
}  # fmt: skip
WORDS = (
    "zone", "working_week", "labels", "channels", "overrides", "staffed", "open", "mon", "mon-fri", "zh-CN", "ko", "en",
    "on", "from", "to", "days", "closed", "working_day", "name", "published", "source", "holidays", "make_up_days",
    "works_as", "phone", "desk",
)  # fmt: skip


def campus_from(content: bytes) -> Campus:
    return parse_campus(content, name="c", file="c.toml", years={})


def year_from(content: bytes) -> Year:
    return parse_year(content, year=2026, file="c/2026.toml")


def refusal(content: bytes, *, year: bool = False) -> tuple[str, str]:
    with pytest.raises(ConfigProblem) as caught:
        (year_from if year else campus_from)(content)
    assert caught.value.details == {"file": caught.value.file, "key": caught.value.key, "reason": caught.value.reason}
    assert caught.value.message.startswith(f"{caught.value.file}: ")
    return caught.value.key, caught.value.reason


def test_a_good_campus_is_read() -> None:
    campus = campus_from(document(GOOD_CAMPUS))
    desk, phone = campus.channels["desk"], campus.channels["phone"]
    assert desk.week[0] == Hours(staffed=((600, 720), (780, 1080)), open=((540, 1080),))
    assert desk.week[1] == Hours()
    assert phone.week[5] == Hours(staffed=(), open=((0, 1440),))
    assert (campus.zone.key, campus.working_week) == ("Asia/Shanghai", frozenset(range(5)))
    assert [override.channels for override in campus.overrides] == [None, frozenset({"phone"})]


def test_a_good_year_is_read() -> None:
    year = year_from(document(GOOD_YEAR))
    assert (year.year, year.published, year.source, len(year.days)) == (2026, True, "a notice", 9)


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        ({"zone": "Asia/Nowhere"}, "zone", "'Asia/Nowhere' is no IANA zone such as Asia/Shanghai or Europe/Berlin"),
        ({"zone": "../etc/passwd"}, "zone", "'../etc/passwd' is no IANA zone such as Asia/Shanghai or Europe/Berlin"),
        ({"zone": "localtime"}, "zone", "'localtime' is no IANA zone such as Asia/Shanghai or Europe/Berlin"),
        ({"zone": "America/Indiana"}, "zone",
         "'America/Indiana' is no IANA zone such as Asia/Shanghai or Europe/Berlin"),
        ({"zone": 8}, "zone", "must be a text that is not empty"),
        ({"labels": {"zh-CN": "一", "en": "one"}}, "labels.ko", "is missing"),
        ({"labels": NAMES | {"fr": "un"}}, "labels.fr",
         "is not known here, and would do nothing; known are en, ko, zh-CN"),
        ({"labels": "Main"}, "labels", "must be a table"),
        ({"working_week": "weekdays"}, "working_week",
         "'weekdays' names no weekdays; write mon, mon-fri or mon,wed,fri"),
        ({"channels": {}}, "channels", "must name at least one"),
        ({"channels": {"Phone": {}}}, "channels.Phone",
         "is no name: small letters a-z, digits, _ and -, beginning with a letter"),
        ({"holidays": []}, "holidays",
         "is not known here, and would do nothing; known are channels, labels, overrides, working_week, zone"),
        ({"overrides": {}}, "overrides", "must be written as [[overrides]], once for each entry"),
    ],
)  # fmt: skip
def test_a_fault_of_a_campus_is_told_with_its_place(change: dict[str, Any], key: str, reason: str) -> None:
    assert refusal(document(GOOD_CAMPUS | change)) == (key, reason)


@pytest.mark.parametrize(
    ("staffed", "key", "reason"),
    [
        ({"mon": ["9:00-18:00"]}, "mon#1", "'9:00-18:00' is not written like 09:00-18:00"),
        ({"mon": ["０9:00-18:00"]}, "mon#1", "'０9:00-18:00' is not written like 09:00-18:00"),
        ({"mon": ["09:00-12:00", "11:59-13:00"]}, "mon", "has windows that overlap at 11:59"),
        ({"mon": ["09:00-12:60"]}, "mon#1", "'09:00-12:60' has a time that no clock shows (24:00 only as an end)"),
        ({"mon": ["24:00-24:00"]}, "mon#1", "'24:00-24:00' has a time that no clock shows (24:00 only as an end)"),
        ({"mon": ["09:00-24:01"]}, "mon#1", "'09:00-24:01' has a time that no clock shows (24:00 only as an end)"),
        ({"mon": ["10:00-11:00", "22:00-06:00"]}, "mon#2",
         "'22:00-06:00' ends before it begins; write a night as two windows, up to 24:00 and from 00:00"),
        ({"mon": ["09:00-09:00"]}, "mon#1",
         "'09:00-09:00' ends before it begins; write a night as two windows, up to 24:00 and from 00:00"),
        ({"mon": "09:00-18:00"}, "mon", "must be a list of texts"),
        ({"mon": [9]}, "mon", "must be a list of texts"),
        ({"mon-fri": [], "wed": []}, "wed", "gives wed a second time"),
        ({"monday": []}, "monday", "'monday' names no weekdays; write mon, mon-fri or mon,wed,fri"),
    ],
)  # fmt: skip
def test_a_fault_in_hours_is_told_with_its_place(staffed: dict[str, Any], key: str, reason: str) -> None:
    channels = {"x": {"labels": NAMES, "staffed": staffed}}
    assert refusal(document(GOOD_CAMPUS | {"channels": channels, "overrides": []})) == (
        f"channels.x.staffed.{key}",
        reason,
    )


def test_staffed_hours_lie_within_the_open_ones() -> None:
    def channel(staffed: str) -> bytes:
        hours = {"labels": NAMES, "open": {"mon": ["09:00-12:00", "12:00-15:00"]}, "staffed": {"mon": [staffed]}}
        return document(GOOD_CAMPUS | {"channels": {"x": hours}, "overrides": []})

    assert campus_from(channel("11:00-15:00")).channels["x"].week[0].staffed == ((660, 900),)
    assert refusal(channel("11:00-15:01")) == (
        "channels.x.staffed",
        "mon has staffed hours at which the channel is not open",
    )


@pytest.mark.parametrize(
    ("entry", "key", "reason"),
    [
        ({"on": "raw:2026-10-01"}, "overrides#1.name", "is missing"),
        ({"on": "2026-10-01", "closed": True, "name": NAMES}, "overrides#1.on",
         "must be a date such as 2026-10-01, without quotes and without a time"),
        ({"on": "raw:2026-10-01T10:00:00", "closed": True, "name": NAMES}, "overrides#1.on",
         "must be a date such as 2026-10-01, without quotes and without a time"),
        ({"on": "raw:2026-10-01", "to": "raw:2026-10-02", "closed": True, "name": NAMES}, "overrides#1.on",
         "cannot stand beside `from` and `to`"),
        ({"from": "raw:2026-10-02", "to": "raw:2026-10-01", "closed": True, "name": NAMES}, "overrides#1.to",
         "2026-10-01 lies before `from`, 2026-10-02"),
        ({"from": "raw:2026-10-01", "to": "raw:2026-10-02", "staffed": [], "name": NAMES}, "overrides#1.days",
         'is missing: "working", "rest" or "every" day of the period?'),
        ({"on": "raw:2026-10-01", "staffed": [], "days": "some", "name": NAMES}, "overrides#1.days",
         'must be "working", "rest" or "every"'),
        ({"on": "raw:2026-10-01", "name": NAMES}, "overrides#1",
         "changes nothing: give `closed`, `staffed`, `open` or `working_day`"),
        ({"on": "raw:2026-10-01", "closed": True, "staffed": [], "name": NAMES}, "overrides#1.closed",
         "stands alone: a closed day has no hours and is no working day"),
        ({"on": "raw:2026-10-01", "closed": True, "channels": ["fax"], "name": NAMES}, "overrides#1.channels",
         "'fax' is no channel of this campus"),
        ({"on": "raw:2026-10-01", "closed": True, "channels": [], "name": NAMES}, "overrides#1.channels",
         "is empty; leave it out to mean all channels"),
        ({"on": "raw:0026-10-01", "closed": True, "name": NAMES}, "overrides#1",
         "lies outside of the years 1971 to 2999"),
        ({"on": "raw:2026-10-01", "closed": 1, "name": NAMES}, "overrides#1.closed", "must be true or false"),
    ],
)  # fmt: skip
def test_a_fault_of_an_override_is_told_with_its_place(entry: dict[str, Any], key: str, reason: str) -> None:
    assert refusal(document(GOOD_CAMPUS | {"overrides": [entry]})) == (key, reason)


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        ({"published": "yes"}, "published", "must be true or false"),
        ({"source": ""}, "source", "must be a text that is not empty"),
        ({"source": "x\ny"}, "source", "must be one line of at most 500 characters"),
        ({"holidays": [{"on": "raw:2027-01-01", "name": NAMES}]}, "holidays#1",
         "2027-01-01 belongs into the file of its own year"),
        ({"holidays": [{"from": "raw:2026-12-31", "to": "raw:2027-01-01", "name": NAMES}]}, "holidays#1",
         "2027-01-01 belongs into the file of its own year"),
        ({"make_up_days": [{"on": "raw:2026-10-01", "name": NAMES}]}, "make_up_days#1",
         "2026-10-01 is already in this file"),
        ({"make_up_days": [{"on": "raw:2026-10-10", "works_as": "monday", "name": NAMES}]}, "make_up_days#1.works_as",
         "'monday' is none of mon, tue, wed, thu, fri, sat, sun"),
        ({"year": 2026}, "year",
         "is not known here, and would do nothing; known are holidays, make_up_days, published, source"),
    ],
)  # fmt: skip
def test_a_fault_of_a_year_is_told_with_its_place(change: dict[str, Any], key: str, reason: str) -> None:
    assert refusal(document(GOOD_YEAR | change), year=True) == (key, reason)


def test_a_year_must_say_whether_it_is_published() -> None:
    without = {key: value for key, value in GOOD_YEAR.items() if key != "published"}
    assert refusal(document(without), year=True)[0] == "published"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"zone = ", b"a = 1\na = 2", b"a = " + b"[" * 5000, b"a = " + b"9" * 5000]
)
def test_what_is_no_toml_is_refused_with_the_file(content: bytes) -> None:
    key, reason = refusal(content)
    assert key == ""
    assert reason.startswith(("is not TOML: ", "is not UTF-8 text (byte 0)"))


def test_a_make_up_day_has_the_hours_of_mondays_unless_it_names_another_day() -> None:
    text = f"\n[[make_up_days]]\non = 2026-01-03\nname = {LABELS}\n"
    text += f"\n[[make_up_days]]\non = 2026-01-04\nworks_as = 'fri'\nname = {LABELS}\n"
    campus = campus_of('mon = ["08:00-09:00"]\nfri = ["10:00-11:00"]', years={2026: year_of(2026, text)})
    hours = [day_of(campus, campus.channels["x"], date(2026, 1, day)).staffed for day in (3, 4, 5, 9)]
    assert [[begin.hour + 8 for begin, _ in day] for day in hours] == [[8], [10], [8], [10]]


def test_a_channel_that_is_always_open_stays_open_on_holidays_and_in_closures() -> None:
    holiday = year_of(2026, f"\n[[holidays]]\non = 2026-01-01\nname = {LABELS}\n")
    more = f"\n[[overrides]]\non = 2026-01-06\nclosed = true\nname = {LABELS}\n"
    more += f"\n[[overrides]]\non = 2026-01-07\nopen = []\nstaffed = []\nname = {LABELS}\n"
    always = campus_of(channel='open = "always"', more=more, years={2026: holiday})
    usual = campus_of(more=more, years={2026: holiday})
    dates = [date(2026, 1, day) for day in (1, 5, 6, 7)]
    lengths = {
        name: [
            sum((end - begin).seconds or 86400 for begin, end in day_of(campus, campus.channels["x"], on).open) // 3600
            for on in dates
        ]
        for name, campus in (("always", always), ("usual", usual))
    }
    assert lengths == {"always": [24, 24, 24, 0], "usual": [0, 11, 0, 0]}


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair)))))
def test_merged_windows_cover_the_same_minutes(windows: list[tuple[int, int]]) -> None:
    joined = merged(tuple(windows))
    assert {m for a, b in joined for m in range(a, b)} == {m for a, b in windows for m in range(a, b)}
    assert all(end < begin for (_, end), (begin, _) in pairwise(joined))


def read_or_refused(table: dict[str, Any], *, year: bool) -> Campus | Year | ConfigProblem:
    """Anything but a ConfigProblem is raised and fails the test."""
    try:
        return (year_from if year else campus_from)(document(table))
    except ConfigProblem as problem:
        return problem


@settings(max_examples=300, deadline=None)
@given(st.one_of(tables(*WORDS), spoilt(GOOD_CAMPUS, WORDS)))
def test_a_random_campus_is_read_or_refused_in_words(table: dict[str, Any]) -> None:
    found = read_or_refused(table, year=False)
    if isinstance(found, Campus):
        days = [day_of(found, channel, date(2026, 10, 1)) for channel in found.channels.values()]
        assert [day.published for day in days] == [False] * len(found.channels)
    else:
        assert isinstance(found, ConfigProblem)
        assert found.message in (f"c.toml: {found.key}: {found.reason}", f"c.toml: {found.reason}")


@settings(max_examples=300, deadline=None)
@given(st.one_of(tables(*WORDS), spoilt(GOOD_YEAR, WORDS)))
def test_a_random_year_is_read_or_refused_in_words(table: dict[str, Any]) -> None:
    found = read_or_refused(table, year=True)
    if isinstance(found, Year):
        assert {on.year for on in found.days} <= {2026}
    else:
        assert isinstance(found, ConfigProblem)
        assert found.message in (f"c/2026.toml: {found.key}: {found.reason}", f"c/2026.toml: {found.reason}")


@given(st.binary(max_size=60))
def test_random_bytes_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(ConfigProblem):
        campus_from(content)
