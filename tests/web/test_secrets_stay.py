"""Nothing that is typed or shown to sign in stands in the log, in an address, or in the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text

from app.log import configure
from storage.schema import metadata
from tests.support.application import House
from tests.web.test_signing_in import invitation_of
from tests.web.ways_in import OTHER, SECRET, give_telephone, guest, shown, try_password

ADDRESS = "testclient"
"""Of the client of the tests."""


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, settings = root.handlers[:], root.level, structlog.get_config()
    monkeypatch.setattr(logging.getLogger("httpx"), "level", logging.WARNING)  # the client of the test
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**settings)


def test_no_secret_is_told_anywhere(redress: House, capsys: pytest.CaptureFixture[str]) -> None:
    configure("DEBUG")
    code, who = invitation_of(redress, "zhao.lei"), guest(redress)
    who.post("/invitation", {"code": code, "new": SECRET, "again": SECRET})
    secret, codes = give_telephone(redress, "zhao.lei")
    page = try_password(who, "zhao.lei", OTHER)
    page = try_password(who, "zhao.lei")
    number = shown(redress, secret)
    who.send(page, "/sign-in/code", {"code": "123456"})
    addresses = [str(each.url) for each in who.send(page, "/sign-in/code", {"code": number}).response.history]
    who.send(who.get("/me/second-factor"), "/me/second-factor/codes", {"password": SECRET})
    cookies = [cookie.value or "" for cookie in who.http.cookies.jar if cookie.name != "redress_language"]
    kept = [
        code,
        code.replace("-", ""),
        SECRET,
        OTHER,
        secret.text,
        number,
        codes[0],
        codes[0].replace("-", ""),
        *cookies,
    ]
    assert len(cookies) == 2
    said = capsys.readouterr()
    told = said.out + said.err + " ".join(addresses)
    assert [each for each in (*kept, ADDRESS) if each in told] == []
    with redress.application.database.read() as connection:
        rows = [connection.execute(text(f'SELECT * FROM "{table.name}"')).all() for table in metadata.sorted_tables]
    stored = repr(rows)
    # The codes of this test are counted numbers, which may stand there as something else; all else is stored nowhere.
    assert [each for each in (SECRET, OTHER, secret.text, number, *cookies, ADDRESS) if each in stored] == []
    assert len(rows) > 20
