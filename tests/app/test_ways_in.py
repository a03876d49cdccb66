"""`redress user`: with what people sign in, and that nothing of it outlives the account."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
from sqlalchemy import select

from access import sessions, tokens
from access.sign_in import guessing, invitations, passwords, second_factors
from access.sign_in.tables import failed_attempts, invitation, known_place, linked_account, password
from access.tables import api_token, web_session
from app.assembly import prepare
from app.container import build
from app.installation import set_up
from app.leaving import leave
from app.serve import purge
from app.settings import Settings
from engine.case_work import SYSTEM
from engine.commands.house_work import HouseWork
from storage.database import Database
from tests.app.conftest import Shell
from tests.support.application import House

CODE = re.compile(r"One-time code of an\.na, shown once: ([0-9A-Z-]{23})\nTo be typed at /invitation until \S+\.")
SECRET = "zebra lamp river coat"


@pytest.fixture
def an_na(shell: Shell) -> Shell:
    """Return a shell over an installation with one person."""
    prepare(Settings())
    code, out, _ = shell.type("user", "add", "an.na", "An Na", "--team", "service", "--email", "an.na@school.example")
    assert code == 0
    assert CODE.fullmatch(out)
    return shell


def rows(statement: Any) -> list[Any]:
    with Database(Settings().database_url) as database, database.read() as connection:
        return list(connection.execute(statement).all())


def test_a_password_is_typed_at_a_prompt_and_ends_sessions_and_codes(
    an_na: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(_text: str, **options: Any) -> str:
        asked.append(options)
        return SECRET

    monkeypatch.setattr(typer, "prompt", prompt)
    told = "The password of an.na is set; every session of theirs is ended."
    assert an_na.type("user", "password", "an.na") == (0, told, "")
    assert asked == [{"hide_input": True, "confirmation_prompt": True}]
    ((kept,),) = rows(select(password.c.hash))
    assert passwords.matches(kept, SECRET)
    assert rows(select(invitation)) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short", "A password has at least 12 characters."),
        ("qwertyuiop123", "This password is one of those that are tried first."),
        ("an.na@school.example", "This password is little more than a name that others know."),
    ],
)
def test_an_unfit_password_is_refused_and_not_repeated(
    an_na: Shell, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: typed)
    assert an_na.type("user", "password", "an.na") == (2, "", said)
    assert rows(select(password)) == []


def test_a_code_by_command_voids_the_one_before(an_na: Shell) -> None:
    before = rows(select(invitation.c.digest))
    code, out, wrong = an_na.type("user", "invite", "an.na")
    assert (code, wrong) == (0, "")
    assert CODE.fullmatch(out)
    assert len(rows(select(invitation))) == 1
    assert rows(select(invitation.c.digest)) != before


def test_a_service_has_a_token_from_the_first_and_nothing_else(an_na: Shell) -> None:
    code, out, _ = an_na.type("user", "add", "export", "Export", "--service", "--scope", "read")
    assert (code, out.startswith("Token of export, shown once: redress_"), "One-time" in out) == (0, True, False)
    assert "  first  read  ends " in an_na.type("user", "tokens", "list", "export")[1]
    wrong = "Nobody signs in with this account."
    assert an_na.type("user", "invite", "export") == (2, "", wrong)
    assert an_na.type("user", "password", "export") == (2, "", wrong)
    refused = "export is a service: a post is held by a person."
    assert an_na.type("user", "appoint", "duty_officer", "export") == (2, "", refused)


def test_tokens_by_command_end_unless_it_is_said_that_they_do_not(an_na: Shell) -> None:
    for words in ([], ["--scope", "read", "--scope", "work", "--days", "365"], ["--no-end"]):
        code, out, wrong = an_na.type("user", "token", "an.na", *words)
        assert (code, out.startswith("Token of an.na, shown once: redress_"), wrong) == (0, True, "")
    kept = rows(select(api_token.c.scopes, api_token.c.created_at, api_token.c.expires_at).order_by(api_token.c.id))
    lasts = {(row.scopes, row.expires_at and (row.expires_at - row.created_at).days) for row in kept}
    assert lasts == {(None, 90), ("read work", 365), (None, None)}
    code, _, wrong = an_na.type("user", "token", "an.na", "--days", "366")
    assert (code, wrong) == (2, "A token lasts 1 to 365 days, or, with --no-end, until it is revoked.")
    code, _, wrong = an_na.type("user", "token", "an.na", "--scope", "everything")
    assert code == 2
    assert wrong == "There is no scope everything, only read, work, supervise, publish, administer, audit."
    listed = an_na.type("user", "tokens", "list", "an.na")[1].splitlines()
    assert len(listed) == 3
    assert not any("redress_" in line for line in listed)
    assert an_na.type("user", "tokens", "revoke", listed[0].split()[0]) == (0, "The token is revoked.", "")
    assert "  revoked  " in an_na.type("user", "tokens", "list", "an.na")[1]


BY_LOGIN = (["invite"], ["password"], ["second-factor", "off"], ["sessions", "end"], ["tokens", "list"])


@pytest.mark.parametrize("words", BY_LOGIN, ids=" ".join)
def test_nobody_s_login_is_said_to_be_nobody_s(an_na: Shell, words: list[str]) -> None:
    assert an_na.type("user", *words, "nobody") == (2, "", "Nobody has this id.")


@pytest.mark.parametrize("words", [*BY_LOGIN, ["tokens", "revoke"]], ids=" ".join)
def test_without_a_database_no_way_in_is_given(shell: Shell, words: list[str]) -> None:
    code, out, wrong = shell.type("user", *words, "an.na")
    assert (code, out, wrong.startswith("There is no database: ")) == (2, "", True)


def test_an_unknown_token_is_said_to_be_unknown(an_na: Shell) -> None:
    wrong = "There is no such token, or it is revoked already."
    assert an_na.type("user", "tokens", "revoke", "x") == (2, "", wrong)


def test_an_operator_turns_a_second_factor_off_on_record(an_na: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    told = "an.na has no second factor; nothing was changed."
    assert an_na.type("user", "second-factor", "off", "an.na") == (0, told, "")
    application = build(Settings())
    with application.database.write() as unit:
        key = second_factors.house_key(application.keys, unit.connection)
        second_factors.set_up(
            unit.connection, "an.na", second_factors.new_secret(), step=1, key=key, ids=application.ids,
            now=application.now(),
        )  # fmt: skip
        sessions.begin(unit.connection, "an.na", ids=application.ids, now=application.now())
        unit.commit()
    application.database.close()
    code, out, err = an_na.type("user", "second-factor", "off", "an.na")
    assert code == 0
    assert "The second factor of an.na is off; every session of theirs is ended." in out
    assert "second-factor-off" in out + err
    assert rows(select(web_session)) == []


def test_sessions_are_ended_by_command(an_na: Shell) -> None:
    application = build(Settings())
    with application.database.write() as unit:
        for _ in range(2):
            sessions.begin(unit.connection, "an.na", ids=application.ids, now=application.now())
        unit.commit()
    application.database.close()
    assert an_na.type("user", "sessions", "end", "an.na") == (0, "2 sessions of an.na ended.", "")
    assert an_na.type("user", "sessions", "end", "an.na") == (0, "0 sessions of an.na ended.", "")


def test_a_new_installation_gives_its_administrator_a_code(shell: Shell) -> None:
    told = set_up(Settings(), login="an.na", name="An Na")
    assert "One-time code of an.na, shown once: " in told
    assert "Token of" not in told
    assert rows(select(api_token)) == []


def test_nothing_that_opens_a_door_outlives_the_account(redress: House) -> None:
    application, who = redress.application, "zhao.lei"
    with application.database.write() as unit:
        connection, ids, now = unit.connection, application.ids, application.now()
        passwords.keep(connection, who, "hash", now=now)
        invitations.invite(connection, who, ids=ids, now=now)
        key = second_factors.house_key(application.keys, connection)
        second_factors.set_up(connection, who, second_factors.new_secret(), step=1, key=key, ids=ids, now=now)
        sessions.begin(connection, who, ids=ids, now=now)
        places = guessing.house_key(application.keys, connection)
        guessing.remember_place(connection, places, who, address="192.0.2.1", device="D" * 32, on=now.date())
        connection.execute(
            linked_account.insert().values(issuer="https://i.example", subject="1", person=who, since=now)
        )
        unit.commit()
    application.pipeline.run(HouseWork(lambda desk: leave(desk, who)), SYSTEM)
    with application.database.read() as connection:
        left = {
            table.name: connection.execute(table.select().where(table.c.person == who)).all()
            for table in (password, invitation, web_session, known_place, linked_account)
        }
        assert {name: len(found) for name, found in left.items()} == dict.fromkeys(left, 0)
        assert second_factors.since(connection, who) is None
        assert second_factors.codes_left(connection, who) == 0
        assert all(each.revoked_at is not None for each in tokens.tokens_of(connection, who))


def test_what_is_over_is_purged(redress: House) -> None:
    application = redress.application
    with application.database.write() as unit:
        connection, now = unit.connection, application.now()
        sessions.purge(connection, now)
        invitations.invite(connection, "li.na", ids=application.ids, now=now)
        key = guessing.house_key(application.keys, connection)
        guessing.attempt(connection, key, "li.na", address="192.0.2.1", device="", now=now)
        unit.commit()
    assert purge(application) == 0
    redress.later(days=3)
    assert purge(application) == 4
    with application.database.read() as connection:
        assert connection.execute(select(failed_attempts)).all() == []
