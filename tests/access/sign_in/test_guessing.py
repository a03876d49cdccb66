"""Who guesses waits longer and longer; who is meant by the guesses does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from access.keys.cipher import DataKey
from access.sign_in import guessing
from access.sign_in.guessing import ATTACKED, CODE, PAIR, SOURCE, Counted, Held
from access.sign_in.tables import failed_attempts, known_place
from tests.access.conftest import Staff
from tests.support.stores import NOON

KEY = DataKey(b"k" * 32)
HOME, SCHOOL, DEVICE = "198.51.100.7", "203.0.113.9", "D" * 32
SECOND = timedelta(seconds=1)


def tried(staff: Staff, who: str, address: str, *, device: str = "", at: datetime = NOON) -> Held | Counted:
    return guessing.attempt(staff.connection, KEY, who, address=address, device=device, now=at)


def until_held(staff: Staff, who: str, address: str, *, device: str = "", most: int = 200) -> int:
    """Return how many attempts at one instant were looked at."""
    for number in range(most):
        if isinstance(tried(staff, who, address, device=device), Held):
            return number
    return most


def signed_in(staff: Staff, who: str, address: str, device: str) -> None:
    guessing.remember_place(staff.connection, KEY, who, address=address, device=device, on=NOON.date())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.9", "203.0.113.10", False), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False), ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("fe80::1%eth0", "fe80::2", True), ("unknown", "unknown", True),
    ],
)  # fmt: skip
def test_what_is_one_source(one: str, other: str, same: bool) -> None:
    assert (guessing.source_of(one) == guessing.source_of(other)) is same


def test_after_five_failures_one_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour(staff: Staff) -> None:
    ann, at, waits = staff.add("Ann"), NOON, []
    assert until_held(staff, ann, HOME) == PAIR.free
    for _ in range(12):
        held = tried(staff, ann, HOME, at=at)
        assert isinstance(held, Held)
        waits.append(held.seconds)
        at += timedelta(seconds=held.seconds)
        assert isinstance(tried(staff, ann, HOME, at=at - SECOND), Held)
        assert isinstance(tried(staff, ann, HOME, at=at), Counted)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_an_attempt_that_was_right_is_forgotten_with_what_came_before(staff: Staff) -> None:
    ann = staff.add("Ann")
    for _ in range(PAIR.free - 1):
        tried(staff, ann, HOME)
    right = tried(staff, ann, HOME)
    assert isinstance(right, Counted)
    guessing.succeeded(staff.connection, right)
    assert until_held(staff, ann, HOME) == PAIR.free


def test_who_has_an_account_does_not_wash_the_failures_of_a_source_away(staff: Staff) -> None:
    ann = staff.add("Ann")
    for number in range(SOURCE.free - 1):
        assert isinstance(tried(staff, f"guessed{number}", HOME), Counted)
    for _ in range(3):
        right = tried(staff, ann, HOME)
        assert isinstance(right, Counted)
        guessing.succeeded(staff.connection, right)
    assert isinstance(tried(staff, "one more", HOME), Counted)
    assert isinstance(tried(staff, "another", HOME), Held)
    assert isinstance(tried(staff, "another", SCHOOL), Counted)


def test_a_flood_of_made_up_logins_leaves_no_row_for_each(staff: Staff) -> None:
    for number in range(20 * SOURCE.free):
        tried(staff, f"made.up{number}", HOME)
    rows = staff.connection.scalar(select(func.count()).select_from(failed_attempts))
    assert rows == 2 * SOURCE.free + 1


def test_nobody_is_locked_out_by_guesses_from_elsewhere(staff: Staff) -> None:
    ann = staff.add("Ann")
    signed_in(staff, ann, HOME, DEVICE)
    for number in range(3 * ATTACKED):
        tried(staff, ann, f"192.0.2.{number}")
    # From where she has signed in before, nothing has changed; anywhere else she has one try at once.
    assert until_held(staff, ann, HOME) == PAIR.free
    assert until_held(staff, ann, SCHOOL, device=DEVICE) == PAIR.free
    assert until_held(staff, ann, SCHOOL) == 1
    held = tried(staff, ann, SCHOOL)
    assert held == Held(60)


def test_a_known_browser_is_not_held_back_by_guesses_from_its_own_source(staff: Staff) -> None:
    ann = staff.add("Ann")
    signed_in(staff, ann, SCHOOL, DEVICE)
    assert until_held(staff, ann, SCHOOL) == PAIR.free
    for number in range(2 * SOURCE.free):
        tried(staff, f"guessed{number}", SCHOOL)
    assert isinstance(tried(staff, "somebody new", SCHOOL), Held)
    assert until_held(staff, ann, SCHOOL, device=DEVICE) == PAIR.free


def test_the_browser_of_another_is_known_for_its_own_person_alone(staff: Staff) -> None:
    ann, bo = staff.add("Ann"), staff.add("Bo")
    signed_in(staff, bo, SCHOOL, DEVICE)
    for number in range(ATTACKED):
        tried(staff, ann, f"192.0.2.{number}")
    assert until_held(staff, ann, SCHOOL, device=DEVICE) == 1


def test_codes_of_a_second_factor_are_counted_by_account_but_for_a_known_browser(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    signed_in(staff, ann, HOME, DEVICE)

    def code(device: str) -> Held | Counted:
        return guessing.attempt_code(connection, KEY, ann, device=device, now=NOON)

    looked_at = [code("") for _ in range(CODE.free)]
    assert all(isinstance(each, Counted) for each in looked_at)
    assert code("") == code("X" * 32) == Held(30)
    assert isinstance(code(DEVICE), Counted)


def test_a_day_later_everything_is_forgotten_and_after_half_a_year_the_places(staff: Staff) -> None:
    ann, connection = staff.add("Ann"), staff.connection
    signed_in(staff, ann, HOME, DEVICE)
    tried(staff, "guessed", HOME)
    assert guessing.is_device(connection, DEVICE)
    assert guessing.purge(connection, NOON + guessing.FORGOTTEN_AFTER - SECOND) == 0
    assert guessing.purge(connection, NOON + guessing.FORGOTTEN_AFTER) == 3
    assert guessing.purge(connection, NOON + guessing.KNOWN_FOR + timedelta(days=1)) == 2
    assert not guessing.is_device(connection, DEVICE)


def test_no_address_no_login_and_no_cookie_is_stored(staff: Staff) -> None:
    ann = staff.add("Ann")
    signed_in(staff, ann, HOME, DEVICE)
    tried(staff, "some.login", HOME, device=DEVICE)
    stored = repr([staff.connection.execute(select(table)).all() for table in (failed_attempts, known_place)])
    assert not [each for each in (HOME, DEVICE, "some.login") if each in stored]
    marks = staff.connection.scalars(select(failed_attempts.c.mark)).all()
    other = DataKey(b"o" * 32)
    assert other.mark(f"source {HOME}") not in marks, "without the key nobody can try addresses out"
    assert KEY.mark(f"source {HOME}") in marks
