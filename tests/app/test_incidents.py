"""`redress incidents`: whoever runs the machine sees what failed, and acts under their own name."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from access.tables import person, role
from app.settings import Settings
from engine.tables import incident
from storage import migrate
from storage.database import Database
from tests.app.conftest import Shell

AT = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


@pytest.fixture
def failed(shell: Shell) -> Shell:
    """Return a shell beside an installation in which filing failed twice, with an operator and a clerk."""
    url = Settings().database_url
    migrate.upgrade(url)
    database = Database(url)
    with database.write() as unit:
        for login in ("ops", "clerk"):
            values = {"id": login, "name": login, "language": "en", "active": True, "created_at": AT}
            unit.connection.execute(insert(person).values(values))
        unit.connection.execute(insert(role).values(person="ops", role="operator"))
        unit.connection.execute(
            insert(incident).values(
                id="i1", at=AT, doing="carry out: file complaint", reason="The step failed: KeyError.", attempts=2
            )
        )
        unit.commit()
    database.close()
    return shell


LINE = (
    "i1  the house  carry out: file complaint: 2 times since 2026-03-03T04:00:00+00:00 (waiting): "
    "The step failed: KeyError."
)


def test_what_failed_is_listed_shown_and_dismissed_by_name(failed: Shell) -> None:
    assert failed.type("incidents", "list") == (0, LINE, "")
    assert failed.type("incidents", "show", "i1") == (0, LINE, "")
    code, out, _ = failed.type("incidents", "list", "--json")
    (told,) = json.loads(out)
    assert (code, told["id"], told["kind"], told["at"]) == (0, "i1", "house", "2026-03-03T04:00:00+00:00")
    assert failed.type("incidents", "dismiss", "i1", "--by", "ops", "--reason", "A bad deployment.") == (
        0, "Dismissed.", "",
    )  # fmt: skip
    assert failed.type("incidents", "list") == (0, "There are none.", "")
    _, out, _ = failed.type("incidents", "list", "--resolved", "--json")
    (told,) = json.loads(out)
    assert (told["state"], told["dismissed_by"], told["dismissed_reason"]) == ("dismissed", "ops", "A bad deployment.")


def test_only_an_operator_acts_and_what_cannot_be_done_is_said_plainly(failed: Shell) -> None:
    for login in ("clerk", "nobody"):
        code, out, err = failed.type("incidents", "dismiss", "i1", "--by", login, "--reason", "r")
        assert (code, out) == (2, "")
        assert err.startswith(f"{login} is no operator")
    code, _, err = failed.type("incidents", "retry", "i1", "--by", "ops")
    assert (code, err.startswith("Work on the house is over by itself as soon as it succeeds.")) == (1, True)
    assert failed.type("incidents", "show", "i2")[0] == 2
    with Database(Settings().database_url).read() as connection:
        (row,) = connection.execute(select(incident)).all()
    assert (row.resolved_at, row.attempts) == (None, 2)


def test_a_repair_says_what_is_missing_before_it_touches_anything(failed: Shell) -> None:
    mine = ("--by", "ops", "--reason", "r")
    for words, said in (
        ((), "Name what to repair: facts (--fact), or who gets a step or where a token goes (--to)."),
        (("--fact", "people=2", "--to", "team:legal"), "Name what to repair"),
        (("--fact", "people=2"), "Name the version of the facts that you saw"),
        (("--fact", "people", "--facts-version", "1"), "--fact people: write NAME=VALUE."),
    ):
        code, out, err = failed.type("incidents", "repair", "i1", *mine, *words)
        assert (code, out) == (2, "")
        assert err.startswith(said)
    code, _, err = failed.type("incidents", "repair", "i1", *mine, "--to", "team:legal")
    assert (code, err.startswith("This incident concerns no case.")) == (1, True)
    code, _, err = failed.type("incidents", "repair", "i1", *mine, "--fact", "people=2", "--facts-version", "1")
    assert (code, err.startswith("This incident concerns no case.")) == (1, True)
    code, _, err = failed.type("incidents", "repair", "i1", *mine, "--to", "element:verify")
    assert (code, err.startswith("This incident concerns no case.")) == (1, True)
