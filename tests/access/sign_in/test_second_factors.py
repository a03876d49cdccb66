"""Codes of a telephone: right in their half minute, with a step of drift, and each once."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from access.keys.cipher import DataKey, Unreadable
from access.sign_in import second_factors
from access.sign_in.second_factors import Secret
from access.sign_in.tables import recovery_code, second_factor
from engine.ids import RandomIds
from tests.access.conftest import Staff
from tests.support.stores import NOON

KEY = DataKey(b"k" * 32)
STEP = timedelta(seconds=30)
RFC = Secret(base64.b32encode(b"12345678901234567890").decode())


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert second_factors.step_of(RFC, code, datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_may_go_wrong_by_one_step(steps: int, taken: bool) -> None:
    code = pyotp.TOTP(RFC.text).at(NOON + steps * STEP)
    assert (second_factors.step_of(RFC, code, NOON) is not None) is taken


@pytest.mark.parametrize("typed", ["", "28708", "2870822", "28708x", "²87082", "٢٨٧٠٨٢", "000000"])
def test_what_is_no_code_of_this_moment_is_none(typed: str) -> None:
    assert second_factors.step_of(RFC, typed, datetime.fromtimestamp(59, UTC)) is None


def enrolled(staff: Staff) -> tuple[str, Secret, list[str]]:
    ann, secret = staff.add("Ann"), second_factors.new_secret()
    step = second_factors.step_of(secret, pyotp.TOTP(secret.text).at(NOON), NOON)
    assert step is not None
    codes = second_factors.set_up(staff.connection, ann, secret, step=step, key=KEY, ids=RandomIds(), now=NOON)
    return ann, secret, codes


def test_a_code_is_right_once_and_older_ones_no_more(staff: Staff) -> None:
    ann, secret, _ = enrolled(staff)
    totp, connection = pyotp.TOTP(secret.text), staff.connection

    def taken(code: str, now: datetime) -> bool:
        return second_factors.take_code(connection, ann, code, key=KEY, now=now)

    assert not taken(totp.at(NOON), NOON), "the code with which it was set up"
    later = NOON + 2 * STEP
    assert taken(" ".join(totp.at(later)), later)
    assert not taken(totp.at(later), later)
    assert not taken(totp.at(later - STEP), later)
    assert taken(totp.at(later + STEP), later), "the next one of a telephone that is fast"
    assert not second_factors.take_code(connection, staff.add("Bo"), totp.at(later), key=KEY, now=later)


def test_the_secret_has_160_bits_and_opens_for_its_person_and_key_alone(staff: Staff) -> None:
    ann, secret, _ = enrolled(staff)
    row = staff.connection.execute(select(second_factor)).one()
    assert len(base64.b32decode(secret.text)) == 20
    assert secret.text.encode() not in bytes(row.secret)
    assert KEY.open(row.secret, bound_to=ann) == secret.text.encode()
    with pytest.raises(Unreadable):
        KEY.open(row.secret, bound_to="bo")


def test_ten_recovery_codes_of_60_bits_are_right_once_each_and_stored_nowhere(staff: Staff) -> None:
    ann, _, codes = enrolled(staff)
    connection = staff.connection
    assert (len(set(codes)), {len(code.replace("-", "")) for code in codes}) == (10, {12})
    stored = repr(connection.execute(select(recovery_code)).all())
    assert not any(code.replace("-", "") in stored for code in codes)
    assert second_factors.take_recovery_code(connection, ann, codes[3].lower().replace("-", " "))
    assert not second_factors.take_recovery_code(connection, ann, codes[3])
    assert not second_factors.take_recovery_code(connection, staff.add("Bo"), codes[4])
    assert second_factors.codes_left(connection, ann) == 9
    new = second_factors.new_recovery_codes(connection, ann, ids=RandomIds())
    assert not second_factors.take_recovery_code(connection, ann, codes[5])
    assert second_factors.take_recovery_code(connection, ann, new[5])


def test_once_turned_off_nothing_of_it_is_right(staff: Staff) -> None:
    ann, secret, codes = enrolled(staff)
    connection, later = staff.connection, NOON + 2 * STEP
    assert second_factors.since(connection, ann) == NOON
    assert second_factors.turn_off(connection, ann)
    assert not second_factors.turn_off(connection, ann)
    assert second_factors.since(connection, ann) is None
    assert not second_factors.take_code(connection, ann, pyotp.TOTP(secret.text).at(later), key=KEY, now=later)
    assert not second_factors.take_recovery_code(connection, ann, codes[0])
