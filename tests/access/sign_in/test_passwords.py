"""Passwords are kept as slow hashes, made anew when the parameters change; accounts are found without telling."""

from __future__ import annotations

import threading
import unicodedata

import pytest
from argon2 import PasswordHasher, Type, extract_parameters
from sqlalchemy import select, update

from access import people, teams
from access.errors import UnknownPerson
from access.policy import Role
from access.sign_in import accounts, passwords
from access.sign_in.tables import password
from access.tables import person
from engine.ids import CountedIds
from tests.access.conftest import Staff
from tests.support.stores import NOON

SECRET = "four unrelated words"


def test_a_password_is_kept_as_argon2id_by_the_second_recommendation_of_rfc_9106(staff: Staff) -> None:
    ann = staff.add("Ann")
    passwords.keep(staff.connection, ann, passwords.hashed(SECRET), now=NOON)
    kept = passwords.kept_hash(staff.connection, ann)
    assert kept is not None
    found = extract_parameters(kept)
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 65536, 3, 4)
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert SECRET not in repr(tuple(staff.connection.execute(select(password)).one()))


def test_only_the_password_matches_its_hash() -> None:
    kept = passwords.hashed(SECRET)
    assert passwords.matches(kept, SECRET)
    assert not passwords.matches(kept, SECRET.upper())
    assert not passwords.matches(kept, "")
    assert not passwords.matches("no hash at all", SECRET)
    assert not passwords.matches(None, SECRET)
    assert not passwords.matches(None, "\x00nobody")
    accented = passwords.hashed("pärchen fährt züge")
    assert passwords.matches(accented, unicodedata.normalize("NFD", "pärchen fährt züge"))


def test_a_hash_of_other_parameters_is_told() -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(SECRET)
    assert passwords.matches(cheap, SECRET)
    assert passwords.is_outdated(cheap)
    assert not passwords.is_outdated(passwords.hashed(SECRET))


def test_only_so_many_hashes_are_worked_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(passwords, "_ROOM", full)
    monkeypatch.setattr(passwords, "_WAITS_SECONDS", 0.01)
    with pytest.raises(passwords.HashingBusy):
        passwords.matches(None, SECRET)
    full.release()
    assert not passwords.matches(None, SECRET)


def test_who_would_wait_behind_too_many_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every one who waits holds a thread: a thousand at once must not hold up whoever is signed in."""
    monkeypatch.setattr(passwords, "_ROOM", room := threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_DOOR", door := threading.BoundedSemaphore(2))
    room.acquire()
    door.acquire()
    waiting = threading.Event()
    original = room.acquire

    def acquire(timeout: float) -> bool:
        waiting.set()
        return original(timeout=timeout)

    monkeypatch.setattr(room, "acquire", acquire)
    answers: list[bool] = []
    second = threading.Thread(target=lambda: answers.append(passwords.matches(None, SECRET)))
    second.start()
    assert waiting.wait(10)
    with pytest.raises(passwords.HashingBusy):
        passwords.matches(None, SECRET)
    room.release()
    second.join(10)
    assert answers == [False]


def test_a_service_and_a_closed_account_get_no_password(staff: Staff) -> None:
    ann = staff.add("Ann")
    robot = people.add(
        staff.connection, name="Robot", language="en", ids=staff.ids, now=NOON, login="robot", kind=people.SERVICE
    )
    people.deactivate(staff.connection, ann, now=NOON)
    for each in (ann, robot.id):
        with pytest.raises(UnknownPerson):
            passwords.keep(staff.connection, each, "hash", now=NOON)
    assert staff.connection.execute(select(password)).all() == []


def test_an_account_is_found_by_login_and_by_an_address_that_is_its_own(staff: Staff) -> None:
    connection, ids = staff.connection, CountedIds("p")
    for login, email in (
        ("li.na", "Li.Na@School.example"),
        ("bo", "desk@school.example"),
        ("cy", "desk@school.example"),
    ):
        people.add(connection, name=login, language="en", ids=ids, now=NOON, login=login, email=email)
    passwords.keep(connection, "li.na", "hash", now=NOON)
    for role in ("operator", "supervisor"):
        teams.give_role(connection, "li.na", role)
    for typed in ("li.na", " LI.NA ", "li.na@school.example", "LI.NA@SCHOOL.EXAMPLE"):
        found = accounts.find(connection, typed)
        assert found is not None
        assert (found.person_id, found.usable_hash) == ("li.na", "hash")
        assert found.roles == {Role.OPERATOR, Role.SUPERVISOR}
    for typed in ("", " ", "desk@school.example", "nobody", "li.na@", "%", "x" * 5000):
        assert accounts.find(connection, typed) is None
    connection.execute(update(person).where(person.c.id == "li.na").values(active=False))
    closed = accounts.find(connection, "li.na")
    assert closed is not None
    assert closed.usable_hash is None
